"""The converted network as an ONNX model (bytes), for ONNX Runtime on the CPU.

Built in memory from the same verified graph and weights as the torch module, so there is no second
file to trust. The model takes what the cropper makes, (N, H, W, 3) uint8, and normalises it itself.
Field numbers follow the public onnx.proto3; operator set 13.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from . import protobuf as pb
from .graph import Graph, Node

OPSET, IR_VERSION = 13, 8
ELEMENT = {"float32": 1, "uint8": 2, "int64": 7}
FLOAT, INT, STRING, INTS = 1, 2, 3, 7


def export(graph: Graph, weights: dict[str, np.ndarray], *, scale: float, shift: float) -> bytes:
    """A serialized ModelProto. The network sees ``pixels * scale + shift``; outputs keep their names."""
    writer = _Writer(weights)
    writer.normalise(scale, shift)
    for node in graph.nodes:
        writer.add(node)
    for name, value in graph.outputs.items():
        writer.node("Identity", [value], f"out_{name}")
    channels, height, width = graph.input_shape
    body = [
        *(pb.message(1, node) for node in writer.nodes),
        pb.text(2, "pose"),
        *(pb.message(5, tensor) for tensor in writer.tensors),
        pb.message(11, _value("pixels", "uint8", ("n", height, width, channels))),
        *(pb.message(12, _value(f"out_{name}", "float32", None)) for name in graph.outputs),
    ]
    opset = pb.message(8, pb.text(1, ""), pb.integer(2, OPSET))
    return pb.integer(1, IR_VERSION) + pb.text(2, "shadow-trainer") + pb.message(7, *body) + opset


def _value(name: str, kind: str, shape: tuple[int | str, ...] | None) -> bytes:
    """ValueInfoProto; without a shape the runtime infers it."""
    parts = [pb.integer(1, ELEMENT[kind])]
    if shape is not None:
        dims = [pb.message(1, pb.text(2, d) if isinstance(d, str) else pb.integer(1, d)) for d in shape]
        parts.append(pb.message(2, *dims))
    return pb.text(1, name) + pb.message(2, pb.message(1, *parts))


def _attribute(name: str, value: Any) -> bytes:
    """AttributeProto for an int, a float, a string or a list of ints."""
    if isinstance(value, str):
        body, kind = pb.text(4, value), STRING
    elif isinstance(value, float):
        body, kind = pb.real(2, value), FLOAT
    elif isinstance(value, int):
        body, kind = pb.integer(3, value), INT
    else:
        body, kind = pb.integers(8, value), INTS
    return pb.message(5, pb.text(1, name), body, pb.integer(20, kind))


class _Writer:
    """Collects nodes and constants; constants are shared by name."""

    def __init__(self, weights: dict[str, np.ndarray]) -> None:
        self.weights = weights
        self.nodes: list[bytes] = []
        self.tensors: list[bytes] = []
        self.known: set[str] = set()

    def node(self, kind: str, inputs: list[str], out: str, **attributes: Any) -> None:
        self.nodes.append(
            b"".join(pb.text(1, name) for name in inputs)
            + pb.text(2, out)
            + pb.text(3, f"{kind}_{len(self.nodes)}")
            + pb.text(4, kind)
            + b"".join(_attribute(k, v) for k, v in attributes.items())
        )

    def constant(self, name: str, value: np.ndarray) -> str:
        """Store a constant once and return its name."""
        if name not in self.known:
            self.known.add(name)
            value = np.ascontiguousarray(value)
            dims = b"".join(pb.integer(1, int(n)) for n in value.shape)
            kind = pb.integer(2, ELEMENT[value.dtype.name])
            self.tensors.append(dims + kind + pb.text(8, name) + pb.message(9, value.tobytes()))
        return name

    def normalise(self, scale: float, shift: float) -> None:
        """uint8 NHWC pixels -> value ``x``, float NCHW."""
        self.node("Cast", ["pixels"], "pixels_f", to=ELEMENT["float32"])
        self.node("Transpose", ["pixels_f"], "pixels_t", perm=[0, 3, 1, 2])
        self.node("Mul", ["pixels_t", self.constant("scale", np.float32(scale).reshape(1))], "pixels_s")
        self.node("Add", ["pixels_s", self.constant("shift", np.float32(shift).reshape(1))], "x")

    def add(self, node: Node) -> None:
        getattr(self, "_" + node.op)(node, node.attrs, list(node.inputs))

    def _conv2d(self, node: Node, a: dict[str, Any], inputs: list[str]) -> None:
        names = [self.constant(a[k], self.weights[a[k]].astype(np.float32)) for k in ("weight", "bias")]
        left, right, top, bottom = a["pad"]
        self.node(
            "Conv",
            inputs + names,
            node.out,
            kernel_shape=list(self.weights[a["weight"]].shape[2:]),
            strides=a["stride"],
            pads=[top, left, bottom, right],
            dilations=a["dilation"],
            group=a["groups"],
        )

    def _add(self, node: Node, a: dict[str, Any], inputs: list[str]) -> None:
        self.node("Add", inputs, node.out)

    def _relu(self, node: Node, a: dict[str, Any], inputs: list[str]) -> None:
        self.node("Relu", inputs, node.out)

    def _relu6(self, node: Node, a: dict[str, Any], inputs: list[str]) -> None:
        limits = [
            self.constant("zero", np.array(0, np.float32)),
            self.constant("six", np.array(6, np.float32)),
        ]
        self.node("Clip", inputs + limits, node.out)

    def _sigmoid(self, node: Node, a: dict[str, Any], inputs: list[str]) -> None:
        self.node("Sigmoid", inputs, node.out)

    def _pad(self, node: Node, a: dict[str, Any], inputs: list[str]) -> None:
        before, after = zip(*a["amounts"], strict=True)
        pads = self.constant(f"{node.out}.pads", np.array([*before, *after], np.int64))
        self.node("Pad", [*inputs, pads], node.out, mode="constant")

    def _resize(self, node: Node, a: dict[str, Any], inputs: list[str]) -> None:
        scales = self.constant(f"{node.out}.scales", np.array([1, 1, *a["scale"]], np.float32))
        mode = {"coordinate_transformation_mode": "half_pixel", "mode": "linear"}
        self.node("Resize", [*inputs, "", scales], node.out, **mode)

    def _max_pool(self, node: Node, a: dict[str, Any], inputs: list[str]) -> None:
        self.node("MaxPool", inputs, node.out, kernel_shape=a["kernel"], strides=a["stride"])

    def _depth_to_space(self, node: Node, a: dict[str, Any], inputs: list[str]) -> None:
        self.node("DepthToSpace", inputs, node.out, blocksize=a["block"], mode="DCR")

    def _concat(self, node: Node, a: dict[str, Any], inputs: list[str]) -> None:
        self.node("Concat", inputs, node.out, axis=a["axis"])

    def _reshape(self, node: Node, a: dict[str, Any], inputs: list[str]) -> None:
        if a["from_image"]:
            self.node("Transpose", inputs, node.out + "_nhwc", perm=[0, 2, 3, 1])
            inputs = [node.out + "_nhwc"]
        shape = self.constant(f"{node.out}.shape", np.array(a["shape"], np.int64))
        self.node("Reshape", [*inputs, shape], node.out)
