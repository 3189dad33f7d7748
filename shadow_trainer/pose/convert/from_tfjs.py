"""A graph from a TensorFlow.js graph model: NHWC becomes NCHW, SAME padding explicit, fused activations apart.

It begins after the source's own normalization of pixels and ends at the values that are asked for: whatever the
source does with those (MoveNet: the search for the peaks) is left out.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from . import padding
from .graph import Graph, Node
from .tfjs import Operator, TfjsModel
from .tflite import NotSupported

ACTIVATION = {"Relu": "relu", "Relu6": "relu6"}


def convert(
    model: TfjsModel, output_names: dict[str, str], *, first: str, side: int
) -> tuple[Graph, dict[str, np.ndarray]]:
    """Graph and weights; ``output_names`` maps nodes of the source to our names of wanted outputs.

    ``first`` is the source's node of normalized pixels, a square of ``side``. Raises NotSupported for what is not
    known.
    """
    builder = _Builder(model, first, side)
    outputs = {ours: builder.value(theirs) for theirs, ours in output_names.items()}
    return Graph(tuple(builder.nodes), outputs, (3, side, side)), builder.weights


class _Builder:
    """Translates what a wanted value needs, each node once, with the (height, width, channels) of its value."""

    def __init__(self, model: TfjsModel, first: str, side: int) -> None:
        self.model = model
        self.names = {first: "x"}
        self.shapes: dict[str, tuple[int, int, int]] = {first: (side, side, 3)}
        self.nodes: list[Node] = []
        self.weights: dict[str, np.ndarray] = {}

    def value(self, name: str) -> str:
        """Our name of a node's value; what it needs is translated first."""
        if name not in self.names:
            operator = self.model.operators[name]
            handler = getattr(self, "_" + operator.kind.strip("_").lower(), None)
            if handler is None:
                raise NotSupported(f"operator {operator.kind} is not known")
            handler(operator)
        return self.names[name]

    def emit(
        self, op: str, operator: Operator, inputs: tuple[str, ...], shape: tuple[int, int, int], **attrs: Any
    ) -> None:
        """Append a node, then its fused activation."""
        out = f"v{len(self.names)}"
        activations = [name for name in operator.attrs.get("fused_ops") or () if name != "BiasAdd"]
        if len(activations) > 1 or not set(activations) <= set(ACTIVATION):
            raise NotSupported(f"fused operators {activations} are not known")
        self.nodes.append(Node(op, out + "_" if activations else out, inputs, attrs))
        if activations:
            self.nodes.append(Node(ACTIVATION[activations[0]], out, (out + "_",)))
        self.names[operator.name], self.shapes[operator.name] = out, shape

    def _fusedconv2d(self, operator: Operator) -> None:
        self._convolution(operator, (3, 2, 0, 1), groups=1)

    def _fuseddepthwiseconv2dnative(self, operator: Operator) -> None:
        self._convolution(operator, (2, 3, 0, 1), groups=self._shape(operator)[2])

    _depthwiseconv2dnative = _fuseddepthwiseconv2dnative

    def _convolution(self, operator: Operator, layout: tuple[int, ...], groups: int) -> None:
        weight = self.model.constants[operator.inputs[1]].transpose(layout)
        if groups > 1 and weight.shape[1] != 1:
            raise NotSupported("several filters of a channel are not known")
        biased = "BiasAdd" in (operator.attrs.get("fused_ops") or ())
        name = f"c{len(self.weights) // 2}"
        self.weights[name + ".weight"] = weight
        self.weights[name + ".bias"] = (
            self.model.constants[operator.inputs[2]] if biased else np.zeros(len(weight), weight.dtype)
        )
        _, *strides, _ = operator.attrs["strides"]
        _, *dilation, _ = operator.attrs["dilations"]
        pad, shape = self._padding(operator, weight.shape, strides, dilation)
        self.emit(
            "conv2d",
            operator,
            (self.value(operator.inputs[0]),),
            shape,
            weight=name + ".weight",
            bias=name + ".bias",
            stride=strides,
            pad=pad,
            dilation=dilation,
            groups=groups,
        )

    def _padding(
        self, operator: Operator, weight: tuple[int, ...], strides: list[int], dilation: list[int]
    ) -> tuple[list[int], tuple[int, int, int]]:
        """Padding and shape of a convolution's value; ``weight`` is (out, in, height, width)."""
        height, width, _ = self._shape(operator)
        k_height, k_width = ((k - 1) * d + 1 for k, d in zip(weight[2:], dilation, strict=True))
        pad = [0, 0, 0, 0]
        if operator.attrs["padding"] == "SAME":
            pad = padding.same((height, width), (k_height, k_width), (strides[0], strides[1]))
        left, right, top, bottom = pad
        rows = (height + top + bottom - k_height) // strides[0] + 1
        columns = (width + left + right - k_width) // strides[1] + 1
        return pad, (rows, columns, weight[0])

    def _addv2(self, operator: Operator) -> None:
        inputs = tuple(self.value(name) for name in operator.inputs)
        self.emit("add", operator, inputs, self._shape(operator))

    def _resizebilinear(self, operator: Operator) -> None:
        if operator.attrs.get("align_corners") or not operator.attrs.get("half_pixel_centers"):
            raise NotSupported("only half-pixel bilinear resizing is known")
        height, width, channels = self._shape(operator)
        size = self.model.constants[operator.inputs[1]].tolist()
        scale = [size[0] / height, size[1] / width]
        inputs = (self.value(operator.inputs[0]),)
        self.emit("resize", operator, inputs, (size[0], size[1], channels), size=size, scale=scale)

    def _shape(self, operator: Operator) -> tuple[int, int, int]:
        """Shape of the first input."""
        self.value(operator.inputs[0])
        return self.shapes[operator.inputs[0]]
