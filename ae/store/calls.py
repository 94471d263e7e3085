"""A Keras model as the calls of its plain layers, in order, and new models made of some of them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ae.errors import ModelError
from ae.nn.graph import check_call

if TYPE_CHECKING:
    import keras

Shape = tuple[int, ...]  # without the batch


@dataclass(frozen=True, eq=False)
class Call:
    """One call of a layer that is no model itself; without a layer, a change of shape alone.

    Attributes
    ----------
    layer : the layer, or None.
    path : names of the models around it, outermost first, and its own.
    inputs : numbers of the values that it takes: 0 is the picture, i the result of call i - 1.
    shape : of its result.
    """

    layer: keras.layers.Layer | None
    path: tuple[str, ...]
    inputs: tuple[int, ...]
    shape: Shape


@dataclass(frozen=True, eq=False)
class Calls:
    """A model: its calls in order, each after those whose results it takes.

    Attributes
    ----------
    input_shape : of the picture.
    calls : the calls. The result of the last one is the model's.
    halves : number of the value that the first of two models in a row gives, None without such.
    """

    input_shape: Shape
    calls: tuple[Call, ...]
    halves: int | None

    def shape(self, value: int) -> Shape:
        """Return the shape of a value."""
        return self.calls[value - 1].shape if value else self.input_shape

    def cuts(self) -> list[int]:
        """Return the values that all calls after them depend on, and on nothing else before them.

        The input and the model's own result are none.
        """
        return [
            value
            for value in range(1, len(self.calls))
            if all(number >= value for call in self.calls[value:] for number in call.inputs)
        ]

    def build(self, start: int, end: int, x: Any) -> Any:
        """Return value ``end`` of copies of the layers, where value ``start`` is a symbolic x.

        A layer that is called twice is copied once. Whatever it computed with, it computes with
        float32 now.
        """
        import keras

        copies: dict[int, keras.layers.Layer] = {}
        values = {start: x}
        for number, call in enumerate(self.calls[start:end], start + 1):
            inputs = [values[each] for each in call.inputs]
            if call.layer is None:
                values[number] = keras.layers.Reshape(call.shape)(inputs[0])
                continue
            if first := id(call.layer) not in copies:
                copies[id(call.layer)] = _fresh(call.layer, f"layer_{number}")
            layer = copies[id(call.layer)]
            values[number] = layer(inputs[0] if len(inputs) == 1 else inputs)
            if first:
                weights: list[Any] = call.layer.get_weights()
                layer.set_weights([each.astype("float32") for each in weights])
        return values[end]


def _fresh(layer: keras.layers.Layer, name: str) -> keras.layers.Layer:
    return type(layer).from_config(layer.get_config() | {"name": name, "dtype": "float32"})


def calls_of(model: keras.Model, most: int) -> Calls:
    """Return the calls of a model with one input and one output.

    Raises
    ------
    ModelError
        If it has more than ``most`` calls, or code of its own.
    """
    walk = _Walk(most)
    shape = tuple(model.inputs[0].shape[1:])
    walk.shapes.append(shape)
    end = walk.inline(model, [0], ())[0]
    if end != len(walk.calls):  # what comes after the output has no part in it
        walk.calls = walk.calls[:end]
    return Calls(shape, tuple(walk.calls), walk.halves)


class _Walk:
    def __init__(self, most: int) -> None:
        self.most = most
        self.calls: list[Call] = []
        self.shapes: list[Shape] = []
        self.halves: int | None = None

    def inline(self, model: keras.Model, inputs: list[int], path: tuple[str, ...]) -> list[int]:
        import keras

        network: Any = model._functional if isinstance(model, keras.Sequential) else model
        numbers = {
            id(tensor): self._shaped(number, tuple(tensor.shape[1:]), path)
            for tensor, number in zip(network.inputs, inputs, strict=True)
        }
        ends: list[int] = []  # of models in this one, where nothing else is called
        for depth in sorted(network._nodes_by_depth, reverse=True):
            for node in network._nodes_by_depth[depth]:
                if node.is_input:
                    continue
                taken = [numbers[id(tensor)] for tensor in node.input_tensors]
                layer, way = node.operation, (*path, node.operation.name)
                if isinstance(layer, keras.Model):
                    given = self.inline(layer, taken, way)
                    ends += given
                else:
                    check_call(node)
                    given = [self._add(Call(layer, way, tuple(taken), _shape(node)))]
                for tensor, number in zip(node.output_tensors, given, strict=True):
                    numbers[id(tensor)] = number
        outputs = [numbers[id(tensor)] for tensor in network.outputs]
        # Two models in a row are encoder and decoder. The outermost pair is the one that is meant.
        if len(ends) == 2 and ends[1] == outputs[0]:
            self.halves = ends[0]
        return outputs

    def _shaped(self, number: int, shape: Shape, path: tuple[str, ...]) -> int:
        """The value in the shape that a model in the model wants: it may lack an axis of 1."""
        if self.shapes[number] == shape:
            return number
        if math.prod(self.shapes[number]) != math.prod(shape):
            raise ModelError(f"Its part {'/'.join(path)!r:.60} does not fit what comes before it.")
        return self._add(Call(None, path, (number,), shape))

    def _add(self, call: Call) -> int:
        if len(self.calls) >= self.most:
            raise ModelError(f"Expected at most {self.most} layers. Received: more.")
        self.calls.append(call)
        self.shapes.append(call.shape)
        return len(self.calls)


def _shape(node: Any) -> Shape:
    shape: Sequence[int | None] = node.output_tensors[0].shape[1:]
    if None in shape or len(node.output_tensors) != 1:
        name = node.operation.name
        raise ModelError(f"The output of its layer {name!r:.60} has no fixed size.")
    return tuple(size for size in shape if size is not None)
