"""The converted network as data: a list of nodes in NCHW, which torch and ONNX are built from.

``convert`` is the back half of the conversion from TFLite: layout NHWC -> NCHW, TF's asymmetric SAME
padding made explicit, constants folded, unwanted heads left out by dead-code elimination.

Node operators and their attributes:
``conv2d`` weight, bias, stride, pad (left, right, top, bottom), dilation, groups; ``add``; ``pad``
amounts (N, C, H, W pairs); ``resize`` size (h, w) and scale, half-pixel bilinear; ``max_pool`` kernel, stride;
``relu``, ``relu6``, ``sigmoid``; ``depth_to_space`` block (DCR order); ``concat`` axis; ``reshape``
shape (after a permutation back to NHWC when ``from_image``).
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from .tflite import ACTIVATION, PADDING, NotSupported, Operator, TfliteModel


@dataclass(frozen=True)
class Node:
    """One operation: ``out`` names its value, ``inputs`` the values it reads."""

    op: str
    out: str
    inputs: tuple[str, ...]
    attrs: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Graph:
    """Nodes in order of execution. Input ``x``: (N, 3, height, width); outputs by name."""

    nodes: tuple[Node, ...]
    outputs: dict[str, str]
    input_shape: tuple[int, int, int]

    def as_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "nodes": [asdict(node) for node in self.nodes],
            "outputs": self.outputs,
            "input_shape": list(self.input_shape),
        }

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Graph:
        """The reverse of :meth:`as_dict`."""
        nodes = tuple(Node(n["op"], n["out"], tuple(n["inputs"]), n["attrs"]) for n in data["nodes"])
        return cls(nodes, dict(data["outputs"]), tuple(data["input_shape"]))

    def keep(self, outputs: tuple[str, ...]) -> Graph:
        """The same network with only these outputs and the nodes they need."""
        wanted = {self.outputs[name] for name in outputs}
        kept = []
        for node in reversed(self.nodes):
            if node.out in wanted:
                wanted.update(node.inputs)
                kept.append(node)
        return Graph(tuple(reversed(kept)), {n: self.outputs[n] for n in outputs}, self.input_shape)

    def weight_names(self) -> set[str]:
        """Names of the tensors that the nodes read."""
        return {node.attrs[key] for node in self.nodes for key in ("weight", "bias") if key in node.attrs}


def convert(model: TfliteModel, output_names: dict[str, str]) -> tuple[Graph, dict[str, np.ndarray]]:
    """Graph and weights of a TFLite model; ``output_names`` maps TFLite tensor names to ours.

    Raises NotSupported for what the two sides of the conversion do not know.
    """
    builder = _Builder(model)
    for operator in model.operators:
        builder.add(operator)
    height, width, channels = model.shapes[model.inputs[0]][1:]
    outputs = {output_names[model.names[i]]: builder.value(i) for i in model.outputs}
    graph = Graph(tuple(builder.nodes), outputs, (channels, height, width))
    return graph, builder.weights


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
        """(left, right, top, bottom). TF's SAME puts the odd pixel after, not before."""
        if PADDING[operator.options["padding"]] == "valid":
            return [0, 0, 0, 0]
        height, width = self.model.shapes[operator.inputs[0]][1:3]
        strides = operator.options["stride_h"], operator.options["stride_w"]
        pads = []
        for size, k, stride in ((width, kernel[1], strides[1]), (height, kernel[0], strides[0])):
            total = max((-(-size // stride) - 1) * stride + k - size, 0)
            pads += [total // 2, total - total // 2]
        return pads

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
