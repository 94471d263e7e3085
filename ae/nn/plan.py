"""The layers of a network from its settings alone: before it is built, and without Keras."""

from __future__ import annotations

import math
from dataclasses import dataclass

from ae.config import ModelConfig
from ae.nn.networks import SIDE, decoder_strides

Shape = tuple[int, ...]


@dataclass(frozen=True)
class Planned:
    """One layer of a network to be.

    Attributes
    ----------
    part : "image", "encoder", "latent vector", "correction 1" and so on, or "decoder".
    kind : the class of the Keras layer, "" for the image.
    shape : of its output, without the batch.
    parameters : number of its weights.
    """

    part: str
    kind: str
    shape: Shape
    parameters: int = 0


def plan(config: ModelConfig) -> list[Planned]:
    """Return the layers that `ae.nn.networks.build` will make, but for those that only reshape.

    A layer that is used again, as the decoder is by corrections, counts once.
    """
    layers = [Planned("image", "", (SIDE, SIDE))]
    linear = config.kind == "linear"
    z = (config.latent_dim,)
    encoder, shape = ([], (SIDE, SIDE)) if linear else _encoder(config)
    layers += encoder
    layers.append(_dense("latent vector", shape, z))
    if not linear:
        layers += _corrections(config)
    return layers + ([_dense("decoder", z, (SIDE, SIDE))] if linear else _decoder(config))


def _dense(part: str, before: Shape, after: Shape) -> Planned:
    return Planned(part, "Dense", after, (math.prod(before) + 1) * math.prod(after))


def _encoder(config: ModelConfig) -> tuple[list[Planned], Shape]:
    layers, side, channels = [], SIDE, 1
    for index, filters in enumerate(config.filters):
        layers.append(_conv("encoder", side, channels, filters))
        channels = filters
        if index < config.poolings:
            side //= 2
            layers.append(Planned("encoder", "MaxPooling2D", (side, side, channels)))
    shape: Shape = (side, side, channels)
    for width in config.hidden:
        layers.append(_dense("encoder", shape, (width,)))
        shape = (width,)
    return layers, shape


def _conv(part: str, side: int, channels: int, filters: int) -> Planned:
    return Planned(part, "Conv2D", (side, side, filters), (9 * channels + 1) * filters)


def _corrections(config: ModelConfig) -> list[Planned]:
    layers = []
    for step in range(1, config.refinements + 1):
        part, side, channels = f"correction {step}", SIDE, 2
        for filters in config.refinement_filters:
            layers.append(_conv(part, side, channels, filters))
            side, channels = side // 2, filters
            layers.append(Planned(part, "MaxPooling2D", (side, side, channels)))
        layers.append(_dense(part, (side, side, channels), (config.latent_dim,)))
    return layers


def _decoder(config: ModelConfig) -> list[Planned]:
    side = SIDE // 2**config.poolings
    first, *hidden = config.decoder_filters
    layers, shape = [], (config.latent_dim,)
    for width in reversed(config.hidden):
        layers.append(_dense("decoder", shape, (width,)))
        shape = (width,)
    layers.append(_dense("decoder", shape, (side, side, first)))
    channels = first
    every = decoder_strides(config)
    for index, filters in enumerate([*hidden, 1]):
        is_last, stride = index == len(hidden), every[index]
        size = (6 if is_last else config.decoder_kernel) if stride == 2 else 3
        side *= stride
        count = (size * size * channels + 1) * filters
        layers.append(Planned("decoder", "Conv2DTranspose", (side, side, filters), count))
        channels = filters
    return layers
