"""The training digits nearest to the drawing, by pixels and by latent vectors."""

from __future__ import annotations

import numpy as np
import streamlit as st

from ae import imaging
from ae.analysis.neighbours import nearest
from ae.store import ModelCard
from ae.ui import cache, shell
from ae.ui.draw import cached
from ae.ui.draw.live_view import Seen
from ae.ui.words import a_digit, distance, numbered

_NEIGHBOURS = 5
_FIRST = 2000  # training digits that are searched before anything is shown
_FIRST_SECONDS = 1.0  # but it does not take longer than this
_LOOK_SECONDS = 1.0  # between two looks at what the background has encoded since


def show_nearest(seen: Seen | None, card: ModelCard) -> None:
    """Show the nearest training digits, those by latent vectors as far as these are ready."""
    vectors = cached.training_vectors(card.name)  # it begins while somebody draws
    if seen is not None:
        left, right = st.columns(2, gap="large")
        with left:
            values = card.model.latent_dim
            st.subheader("By latent vector")
            st.caption(f"Distance between {values:,} latent value{'s' * (values != 1)}.")
            with st.spinner("Encoding the first training digits."):
                vectors.wait(_FIRST, _FIRST_SECONDS)
            going_on = vectors.count < vectors.total
            st.fragment(_by_latent_vector, run_every=_LOOK_SECONDS if going_on else None)(
                seen.z, vectors, going_on
            )
        with right:
            st.subheader("By pixels")
            st.caption("Distance between 784 pixel values.")
            pixels, squared_norms = cache.train_pixels()
            query = seen.form.image.reshape(1, -1)
            (indices,), (distances,) = nearest(query, pixels, _NEIGHBOURS, squared_norms)
            _show_digits("by pixels", indices, distances)
            st.caption(f"All {len(pixels):,} training digits were searched.")
    st.markdown(
        "Below each digit stand its class and its Euclidean distance to your drawing: the square "
        "root of the sum of the squared differences. The two "
        "kinds of distance cannot be compared with each other. Neighbours by pixels cover "
        "the same pixels. Neighbours by latent vector have a shape that the encoder finds "
        "similar."
    )


def _by_latent_vector(z: np.ndarray, vectors: cached.TrainingVectors, going_on: bool) -> None:
    with shell.told():
        vectors.wait(1, _FIRST_SECONDS)  # it raises what has failed meanwhile
        places, known, squared_norms = vectors.ready()
        if len(known) >= _NEIGHBOURS:
            (found,), (distances,) = nearest(z[None], known, _NEIGHBOURS, squared_norms)
            _show_digits("by latent vector", places[found], distances)
        if len(known) < vectors.total:
            st.progress(
                len(known) / vectors.total,
                f"{len(known):,} of {vectors.total:,} training digits searched so far. The "
                "neighbours may still change.",
            )
            return
        st.caption(
            f"All {vectors.total:,} training digits were searched."
            if vectors.total == len(cache.mnist().y_train)
            else f"{vectors.total:,} training digits, chosen at random, were searched: latent "
            "vectors as long as these take much memory."
        )
    if going_on:
        st.rerun()  # once, to end the looking


def _show_digits(how: str, indices: np.ndarray, distances: np.ndarray) -> None:
    data = cache.mnist()
    labels = data.y_train[indices]
    shell.show_pictures(
        imaging.tiles([data.x_train[indices]], zoom=4),
        caption=[
            f"{a_digit(label)}, {distance(each)} away"
            for label, each in zip(labels, distances, strict=True)
        ],
        alt=[
            f"Nearest {how}: training digit {numbered(index, label)}, {distance(each)} away"
            for index, label, each in zip(indices, labels, distances, strict=True)
        ],
        width=shell.TILE_WIDTH - 8,
    )
