"""The learning curve of a run or of a model, and what it says about over-fitting."""

from __future__ import annotations

import streamlit as st

from ae import charts, store
from ae.config import ModelConfig, TrainingConfig
from ae.training.overfitting import best_record, overfitting
from ae.training.progress import Record
from ae.ui import cache, shell, state
from ae.ui.markdown import plain

_AXES = {charts.BY_SECONDS: "Seconds", charts.BY_STEP: "Steps"}


def show_history(name: str) -> None:
    """Show how a model was trained. Nothing where that is not known."""
    card, history = store.read_card(name), cache.history(name)
    if card.training is None or not history:
        return
    st.header(f"How {plain(name)} was trained")
    show_curve(history, card.model, card.training, live=False, which="_model")


def show_curve(
    history: list[Record],
    model: ModelConfig,
    training: TrainingConfig,
    *,
    live: bool,
    which: str = "",
) -> None:
    """Show the errors and the learning rate of a training, and say whether it over-fits.

    live : whether rows are still added.
    which : tells several on one page apart.
    """
    pca_error = float(cache.pca_errors(model.latent_dim).mean())
    with st.container(horizontal=True):
        by = st.segmented_control(
            "Horizontal axis",
            list(_AXES),
            format_func=_AXES.__getitem__,
            default=charts.BY_SECONDS,
            required=True,
            key=f"{state.CURVE_AGAINST}{which}",
        )
        log_scale = st.toggle("Logarithmic error axis", True, key=f"{state.CURVE_LOG}{which}")
    st.altair_chart(
        charts.learning_curve(history, pca_error, log_scale=log_scale, by=by),
        key=f"{state.CURVE}{which}",
        # The same during the whole run: another text would make the chart flicker. The newest
        # numbers stand above it.
        alt=f"Squared error against {_AXES[by].lower()}; a line marks the epoch with the lowest "
        f"validation error; PCA with the same number of dimensions has {pca_error:.2f}",
    )
    if text := _overfitting_in_words(history, training):
        st.markdown(text)
    if not live and history[-1].kl_loss is not None:
        _show_two_losses(history)
    st.altair_chart(
        charts.learning_rate_curve(history, by=by),
        key=f"{state.CURVE_RATE}{which}",
        alt=f"Learning rate against {_AXES[by].lower()}",
    )


def _overfitting_in_words(history: list[Record], training: TrainingConfig) -> str:
    """Where the validation error was lowest, and whether the training over-fits since then."""
    best, found = best_record(history), overfitting(history)
    if best is None:
        return ""
    if found is None:
        return (
            f"The validation error was lowest after epoch {best.epoch:.0f}: "
            f"**{best.validation_error:.2f}**."
        )
    changed = training.noise or training.shift or training.rotation or training.scaling
    return (
        f"**Over-fitting since epoch {best.epoch:.0f}:** the validation error rose from "
        f"{best.validation_error:.2f} to {found.last.validation_error:.2f} while the training "
        f"error fell from {best.squared_error:.2f} to {found.last.squared_error:.2f}. The network "
        "learns its training digits by heart. "
        + (
            "The gap between the two is not given: the training digits are changed at random."
            if changed
            else f"The gap between the two is **{found.gap:.2f}**."
        )
    )


def _show_two_losses(history: list[Record]) -> None:
    """The parts of a VAE's loss, apart. After a run: while it goes on the chart would flicker."""
    last = history[-1]
    shell.show_chart(
        charts.two_losses,
        [each for each in history if each.kl_loss is not None],
        alt="Squared error and kl_loss by epoch, one above the other. At the end: "
        f"{last.squared_error:.2f} and {last.kl_loss:.2f} nats",
    )
