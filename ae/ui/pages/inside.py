"""Inside: what each layer of the network makes of one's own digit, while the pen moves."""

import streamlit as st

from ae.nn.graph import Graph
from ae.store import ModelCard
from ae.ui import drawing, posterior_view, shell, state
from ae.ui.components.drawing_pad import drawing_pad, read_ink, reconstruct
from ae.ui.components.layers import Choice, layers, read_choice
from ae.ui.components.network import send_network

# What the kinds of layers do that need it said, in the order in which it is read.
KINDS = {
    "Conv2D": "slides small windows of weights, its **kernels**, over the picture. Each kernel "
    "gives one **feature map**: a picture of where its pattern was found "
    "(orange) and where its opposite was (blue).",
    "MaxPooling2D": "keeps the highest value of each small square (2 × 2 in the models shipped "
    "here). The maps get smaller; where exactly the value was is lost.",
    "Dense": "makes each of its values from **all** values of the layer before it, each times a "
    "weight of its own.",
    "Conv2DTranspose": "is a convolution turned round: each value that comes in **paints** its "
    "kernel into the output, and where the painted patches overlap they are added. With a stride "
    "of 2 the maps get twice as large.",
}

IN_URL = (state.LAYER, state.FEATURE_MAP, state.CHANGES)  # in the order of Choice


def keep_choice() -> None:
    """Have the URL say which layer is looked at, and what is changed."""
    if (choice := read_choice(state.LAYERS)) is None:
        return
    for name, text in zip(IN_URL, (choice.layer, choice.map, choice.changes), strict=True):
        if text:
            st.query_params[name] = text
        else:
            st.query_params.pop(name, None)


@shell.fragment()
def inside(card: ModelCard, network: bytes) -> None:
    """The pad, beside it the layers, and what the kinds of layers do."""
    left, right = st.columns((3, 5), gap="medium")
    with left:
        drawing_pad(
            state.INSIDE_PAD,
            work=reconstruct(
                str(card.graph), card.test.squared_error_percentiles, card.test.squared_error
            ),
            steps=drawing.ALL_STEPS,
            load=drawing.load_for(read_ink(state.INSIDE_PAD)),
            on_ink=lambda: drawing.take_ink(state.INSIDE_PAD),
        )
        send_network(state.NETWORK, str(card.graph), network)
    with right:
        layers(
            state.LAYERS,
            network=str(card.graph),
            start=Choice(*(st.query_params.get(name, "") for name in IN_URL)),
            on_choice=keep_choice,
        )
    if posterior_view.is_of(card):
        st.header("Posterior: z_mean ± σ")
        posterior_view.show(card, network)
    explain(Graph.from_bytes(network))


def explain(graph: Graph) -> None:
    """What the layers of a network do, and how their pictures are read."""
    st.header("What the layers do")
    operations = [step for part in graph.parts.values() for step in part["operations"]]
    used = {operation["layer"] for operation in operations}
    st.markdown(
        "Your digit goes through the layers from left to right. The **encoder** narrows it down to "
        "the **latent vector** z; the **decoder** makes a picture from z alone.\n\n"
        + "\n".join(f"- **{kind}** {text}" for kind, text in KINDS.items() if kind in used)
    )
    names = [operation["name"] for operation in graph.parts["encoder"]["operations"]]
    if any(name.startswith("decoder/") for name in names):
        st.markdown(
            "This encoder corrects itself: it **decodes** z, **compares** the picture with your "
            "digit, and adds a **correction** to z."
        )
    st.caption(
        "Orange is above 0, blue is below 0, grey is 0. Each layer has a scale of its own. Of many "
        "feature maps you see the strongest four; they are chosen when the pen rests. Layers that "
        "only give the values another shape are left out."
    )


st.title("What does each layer see?")
drawing.restore_from_link()
shell.show_with_network(inside)
