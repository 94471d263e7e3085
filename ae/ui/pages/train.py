"""Train: start a run, watch it learn, stop it."""

import dataclasses

import streamlit as st

from ae import charts, pictures, presets, runs, store
from ae.data import one_of_each_class
from ae.ui import cache, shell, state
from ae.ui.bring_along import show_bring_along

st.title("Can I train one, and see it learn?")
st.markdown(
    "Choose how many numbers the code may have, and press Train. The run goes on by itself: "
    "you may use the other pages, or close the tab, and come back."
)

preset = presets.PRESETS[
    shell.settings("preset").segmented_control(
        "Start from",
        list(presets.PRESETS),
        default="quick",
        required=True,
        format_func=str.capitalize,
        key=state.PRESET,
    )
]
st.caption(preset.summary)


def start(name: str, model_config, training_config) -> None:
    try:
        runs.start(name, model_config, training_config)
    except store.ModelError as error:
        st.session_state[state.TRAIN_ERROR] = str(error)
    else:
        st.query_params[state.RUN] = name
        st.session_state[state.RUN_NAME] = ""  # in use now: the next run needs another


with shell.settings("form"), st.container(border=True):
    first, second, third = st.columns(3)
    latent_dim = first.number_input(
        "latent_dim",
        min_value=1,
        max_value=256,
        value=preset.model.latent_dim,
        help="How many numbers the code has. Fewer: smaller codes, blurrier digits.",
    )
    epochs = second.number_input(
        "Epochs",
        min_value=1,
        max_value=200,
        value=preset.training.epochs,
        help="Passes over the training digits. More: lower error, longer wait.",
    )
    seed = third.number_input(
        "Seed",
        min_value=0,
        max_value=2**32 - 1,
        value=0,
        help="Of all that is random. The same seed on the same machine gives the same model.",
    )
    # As a placeholder: a suggestion put into the field could take the place of what is being typed.
    suggested = runs.free_name(f"my-conv-{latent_dim}")
    typed = st.text_input(
        "Name of the new model",
        key=state.RUN_NAME,
        max_chars=60,
        placeholder=suggested,
        help="Letters, digits, dash and underscore. Left empty, it is the name shown in grey.",
    )
    name = typed or suggested
    model_config = dataclasses.replace(preset.model, latent_dim=latent_dim)
    training_config = dataclasses.replace(preset.training, epochs=epochs, seed=seed)
    st.button(
        "Train",
        type="primary",
        icon=":material/play_arrow:",
        on_click=start,
        args=(name, model_config, training_config),
    )
    if message := st.session_state.pop(state.TRAIN_ERROR, None):
        st.error(message, icon=":material/error:")
    with st.expander("The same from the command line"):
        words = runs.arguments(model_config, training_config)
        st.code(
            " ".join(["python -m ae train --name", name, *words]), language="sh", wrap_lines=True
        )


def show(name: str) -> None:
    """One run as its files tell it; run again each second while it goes on."""
    with shell.told():
        show_run(name)


def show_run(name: str) -> None:
    status = runs.read_status(name)
    configs = runs.read_configs(name)
    if status is None:
        return
    heading, button = st.columns([3, 1], vertical_alignment="bottom")
    heading.subheader(f"{name}: {status.state}")
    if status.going_on:
        button.button("Stop", icon=":material/stop:", on_click=runs.request_stop, args=(name,))
    elif state.first_view_of_end(name):
        st.rerun()  # once, so that the list of models and the form's name are new
    if status.message:
        (st.error if status.state == "failed" else st.info)(status.message)
    if status.state == "failed":
        with st.expander("The last lines of its log"):
            st.code(runs.read_log(name) or "(empty)", language=None)
    history = runs.read_history(name)
    if status.state in ("done", "stopped"):
        show_result(name)
    if history:
        show_progress(status, history)
    if configs and history:
        pca_error = float(cache.pca_errors(configs[0].latent_dim).mean())
        st.altair_chart(
            charts.learning_curve(history, pca_error),
            alt=f"Squared error against seconds of training, now {history[-1].squared_error:.2f}; "
            f"PCA with as many numbers has {pca_error:.2f}",
        )
    show_preview(name)


def show_progress(status: runs.Status, history: list) -> None:
    last = history[-1]
    checked = [r.validation_error for r in history if r.validation_error is not None]
    if status.going_on:
        left = last.seconds / last.step * (last.steps - last.step)
        st.progress(
            last.step / last.steps,
            text="Measuring it on the test digits and saving it"
            if status.state == "saving"
            else f"Step {last.step:,} of {last.steps:,}, about {left:.0f} s left",
        )
    first, second, third = st.columns(3)
    first.metric("Squared error, training batches", f"{last.squared_error:.2f}")
    second.metric("Squared error, digits kept aside", f"{checked[-1]:.2f}" if checked else "–")
    third.metric("Speed", f"{last.images_per_second:,.0f} images/s")


def show_preview(name: str) -> None:
    preview = runs.read_preview(name)
    if preview is None:
        return
    digits = one_of_each_class(cache.mnist())
    if len(preview) != len(digits):
        return
    st.caption("Ten test digits, and below them what the model makes of them now.")
    # Streamlit drops a picture's file as soon as a newer run shows another, and a browser that
    # fetches it late finds nothing: while a run is followed, pictures come inside the page.
    st.image(
        [pictures.data_uri(tile) for tile in pictures.tiles([digits, preview], zoom=5)],
        width=shell.TILE_WIDTH,
        alt=[f"Test digit {n} over its reconstruction" for n in range(len(digits))],
    )


def show_result(name: str) -> None:
    try:
        card = store.read_card(name)
    except store.ModelError:
        return
    error, pca_error = card.test["squared_error"], card.test["pca_squared_error"]
    st.success(
        f"**{name}** has a squared error of {error:.2f} on the 10,000 test digits, after "
        f"{card.seconds:.0f} s. PCA with {card.model.latent_dim} numbers has {pca_error:.2f}. "
        "Choose it in the list of models to draw with it."
    )


shown = st.query_params.get(state.RUN) or runs.foremost()
if shown:
    with shell.told():
        status = runs.read_status(shown)
        going_on = status is not None and status.going_on
        st.fragment(show, run_every=1.0 if going_on else None)(shown)
show_bring_along()
