"""Inside: what each layer of the network makes of one's own digit, while the pen moves."""

import streamlit as st

from ae.nn.graph import Graph
from ae.store import ModelCard
from ae.ui import drawing, posterior_view, shell, state
from ae.ui.components.code_bars import code_bars
from ae.ui.components.drawing_pad import drawing_pad, read_ink, reconstruct
from ae.ui.components.layers import Choice, layers, read_choice
from ae.ui.components.network import send_network
from ae.ui.draw import input_output

# What the kinds of layers do that need it said, in the order in which it is read.
KINDS = {
    ("Conv2D",): " slides small windows of weights, its **kernels**, over the picture. Each kernel "
    "gives one **feature map**: a picture of where its pattern was found "
    "(orange) and where its opposite was (blue).",
    ("SeparableConv2D", "DepthwiseConv2D"): ": a convolution whose kernels see one map each.",
    ("MaxPooling2D",): " keeps the highest value of each small square (2 × 2 in the models shipped "
    "here). The maps get smaller; where exactly the value was is lost.",
    ("AveragePooling2D", "GlobalAveragePooling2D"): ": the mean of each part of a map.",
    ("GlobalMaxPooling2D",): " keeps the highest value of each map.",
    ("Dense",): " makes each of its values from **all** values of the layer before it, each times "
    "a weight of its own.",
    ("Conv2DTranspose",): " is a convolution turned round: each value that comes in **paints** its "
    "kernel into the output, and where the painted patches overlap they are added. With a stride "
    "of 2 the maps get twice as large.",
    ("UpSampling2D", "Resizing"): ": the maps get another size, without weights.",
    ("BatchNormalization", "LayerNormalization", "GroupNormalization"): ": the values are "
    "shifted and scaled, so that training finds all layers in the same range.",
    ("Add", "Subtract"): ": the sum or the difference of two layers, value by value. The "
    "difference of two pictures shows where they are not alike.",
    ("Concatenate",): " puts the maps of several layers one behind the other, so that the next "
    "layer sees all of them.",
    ("Activation", "ReLU"): ": an activation function by itself, without weights.",
}
# Activation functions, by their names in the graph.
FUNCTIONS = {
    "relu": "relu(x) = max(0, x) makes values below 0 to 0 and leaves the others as they are",
    "silu": "silu(x) = x · sigmoid(x) leaves large values nearly as they are and makes those far "
    "below 0 nearly 0",
    "gelu": "gelu(x) leaves large values nearly as they are and makes those far below 0 nearly 0",
    "sigmoid": "sigmoid(x) = 1 / (1 + e⁻ˣ) brings all values between 0 (black) and 1 (white)",
    "tanh": "tanh(x) brings all values between −1 and 1",
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
    """The pad, below it the layers, what their kinds do, and the latent vector."""
    start = None
    with shell.told():  # without the test digits all else works
        start = drawing.example()
    drawing_pad(
        state.INSIDE_PAD,
        work=reconstruct(
            str(card.graph), card.test.squared_error_percentiles, card.test.squared_error
        ),
        steps=drawing.ALL_STEPS,
        load=drawing.load_for(read_ink(state.INSIDE_PAD), start),
        compact=True,
        on_ink=lambda: drawing.take_ink(state.INSIDE_PAD),
    )
    send_network(state.NETWORK, str(card.graph), network)
    input_output.offer_test_digit()
    layers(
        state.LAYERS,
        network=str(card.graph),
        start=Choice(*(st.query_params.get(name, "") for name in IN_URL)),
        on_choice=keep_choice,
    )
    explain(Graph.from_bytes(network))
    st.header("Move the latent values")
    is_map = card.model.latent_dim == 2
    st.markdown(
        f"Move {'the cross' if is_map else 'a bar'}: the layers of the decoder, above, follow. The "
        "decoder output here is without other changes."
    )
    code_bars(
        state.INSIDE_BARS,
        network=str(card.graph),
        statistics=input_output.statistics_of(card),
        hint="Drag the cross, or move it with the arrow keys."
        if is_map
        else "Drag a bar. Keys: ↑ ↓ move it, ← → go to the next.",
        code_map="" if is_map else None,
    )
    if posterior_view.is_of(card):
        st.header("Posterior: z_mean ± σ")
        st.caption(
            "It belongs to your digit and the network as it was trained: your changes above are "
            "not in it."
        )
        posterior_view.show(card, network)


def explain(graph: Graph) -> None:
    """What the layers of a network do, and how their pictures are read."""
    st.header("What the layers do")
    operations = [step for part in graph.parts.values() for step in part["operations"]]
    used = {operation["layer"] for operation in operations}
    sentences = [
        f"- {' and '.join(f'**{kind}**' for kind in shown)}{text}"
        for kinds, text in KINDS.items()
        if (shown := [kind for kind in kinds if kind in used])
    ]
    st.markdown(
        "Your digit goes through the layers from left to right. The **encoder** narrows it down to "
        "the **latent vector** z; the **decoder** makes a picture from z alone.\n\n"
        + "\n".join(sentences)
    )
    given = [operation.get("activation") or [""] for operation in operations]
    plain = {name for name, *settings in given if not any(settings[:1])}  # no leaky relu
    if functions := [text for name, text in FUNCTIONS.items() if name in plain]:
        st.markdown(
            "An **activation function** changes each value that a layer has computed. Without one "
            f"all layers together would be one linear layer. Here: {'; '.join(functions)}."
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
