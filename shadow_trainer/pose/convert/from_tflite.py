"""A graph from a TFLite model: NHWC becomes NCHW, TF's asymmetric SAME padding explicit, constants folded."""

from __future__ import annotations

from typing import Any

import numpy as np

from . import padding
from .graph import Graph, Node
from .tflite import ACTIVATION, PADDING, NotSupported, Operator, TfliteModel


def convert(model: TfliteModel, output_names: dict[str, str]) -> tuple[Graph, dict[str, np.ndarray]]:
    """Graph and weights of a TFLite model; ``output_names`` maps the TFLite names of wanted outputs to ours.

    What only other outputs need is left out. Raises NotSupported for what the two sides of the conversion do not know.
    """
    builder = _Builder(model)
    for operator in model.operators:
        builder.add(operator)
    height, width, channels = model.shapes[model.inputs[0]][1:]
    tensors = {model.names[i]: i for i in model.outputs}
    outputs = {ours: builder.value(tensors[theirs]) for theirs, ours in output_names.items()}
    graph = Graph(tuple(builder.nodes), outputs, (channels, height, width)).keep(tuple(outputs))
    kept = graph.weight_names()
    return graph, {name: value for name, value in builder.weights.items() if name in kept}


class _Builder:
    """Translates operators one by one, keeping the name of each TFLite tensor's value."""

    def __init__(self, model: TfliteModel) -> None:
        self.model = model
        self.constants = dict(model.constants)
        self.names = {model.inputs[0]: "x"}
        self.nodes: list[Node] = []
        self.weights: dict[str, np.ndarray] = {}

    def value(self, tensor: int) -> str:
        if tensor not in self.names:
            raise NotSupported(f"tensor {self.model.names[tensor]!r} is a constant where a value is expected")
        return self.names[tensor]

    def add(self, operator: Operator) -> None:
        handler = getattr(self, "_" + operator.kind.lower())
        handler(operator)

    def emit(self, op: str, operator: Operator, values: int = 1, **attrs: Any) -> None:
        """Append a node for the operator's first ``values`` inputs, then its fused activation."""
        out = f"v{operator.outputs[0]}"
        activation = ACTIVATION.get(operator.options.get("activation", 0), "?")
        if activation == "?":
            raise NotSupported(f"fused activation {operator.options['activation']} is not known")
        inputs = tuple(self.value(i) for i in operator.inputs[:values])
        self.nodes.append(Node(op, out + "_" if activation else out, inputs, attrs))
        if activation:
            self.nodes.append(Node(activation, out, (out + "_",)))
        self.names[operator.outputs[0]] = out

    def _densify(self, operator: Operator) -> None:
        # The reader has expanded sparse constants already.
        self.constants[operator.outputs[0]] = self.constants[operator.inputs[0]]

    _dequantize = _densify  # half precision stays half until a network is built

    def _conv_2d(self, operator: Operator) -> None:
        self._convolution(operator, lambda w: w.transpose(0, 3, 1, 2), groups=1)

    def _depthwise_conv_2d(self, operator: Operator) -> None:
        channels = self.model.shapes[operator.inputs[0]][3]
        self._convolution(operator, lambda w: w.transpose(3, 0, 1, 2), groups=channels)

    def _convolution(self, operator: Operator, layout: Any, groups: int) -> None:
        weight = np.ascontiguousarray(layout(self.constants[operator.inputs[1]]))
        name = f"c{operator.outputs[0]}"
        self.weights[name + ".weight"] = weight
        self.weights[name + ".bias"] = np.array(self.constants[operator.inputs[2]])
        o = operator.options
        dilation = (o["dilation_h"], o["dilation_w"])
        kernel = [(k - 1) * d + 1 for k, d in zip(weight.shape[2:], dilation, strict=True)]
        self.emit(
            "conv2d",
            operator,
            weight=name + ".weight",
            bias=name + ".bias",
            stride=[o["stride_h"], o["stride_w"]],
            pad=self._padding(operator, kernel),
            dilation=list(dilation),
            groups=groups,
        )

    def _padding(self, operator: Operator, kernel: list[int]) -> list[int]:
        """(left, right, top, bottom)."""
        if PADDING[operator.options["padding"]] == "valid":
            return [0, 0, 0, 0]
        height, width = self.model.shapes[operator.inputs[0]][1:3]
        strides = operator.options["stride_h"], operator.options["stride_w"]
        return padding.same((height, width), (kernel[0], kernel[1]), strides)

    def _add(self, operator: Operator) -> None:
        self.emit("add", operator, values=2)

    def _pad(self, operator: Operator) -> None:
        n, h, w, c = self.constants[operator.inputs[1]].tolist()
        self.emit("pad", operator, amounts=[n, c, h, w])

    def _resize_bilinear(self, operator: Operator) -> None:
        if operator.options["align_corners"] or not operator.options["half_pixel"]:
            raise NotSupported("only half-pixel bilinear resizing is known")
        size = self.constants[operator.inputs[1]].tolist()
        before = self.model.shapes[operator.inputs[0]][1:3]
        scale = [s / b for s, b in zip(size, before, strict=True)]
        self.emit("resize", operator, size=size, scale=scale)

    def _max_pool_2d(self, operator: Operator) -> None:
        o = operator.options
        kernel = [o["height"], o["width"]]
        if any(self._padding(operator, kernel)):
            raise NotSupported("max pooling with padding is not known")
        self.emit("max_pool", operator, kernel=kernel, stride=[o["stride_h"], o["stride_w"]])

    def _logistic(self, operator: Operator) -> None:
        self.emit("sigmoid", operator)

    def _depth_to_space(self, operator: Operator) -> None:
        self.emit("depth_to_space", operator, block=operator.options["block"])

    def _reshape(self, operator: Operator) -> None:
        # The first dimension becomes -1, so that any batch passes.
        from_image = len(self.model.shapes[operator.inputs[0]]) == 4
        shape = self.model.shapes[operator.outputs[0]]
        if len(shape) == 4:
            raise NotSupported("reshaping to an image is not known")
        self.emit("reshape", operator, shape=[-1, *shape[1:]], from_image=from_image)

    def _concatenation(self, operator: Operator) -> None:
        axis = operator.options["axis"]
        rank = len(self.model.shapes[operator.outputs[0]])
        if rank == 4:
            axis = (0, 2, 3, 1)[axis % 4]
        self.emit("concat", operator, values=len(operator.inputs), axis=axis)
