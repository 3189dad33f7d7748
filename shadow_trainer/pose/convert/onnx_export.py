"""The converted network as an ONNX model, for ONNX Runtime on the CPU.

The model takes what the cropper makes, (N, H, W, 3) uint8, and normalizes it itself. Its weights stay in the
safetensors file beside it, in the half precision in which they are published, and are widened to float32 when a
session loads them: there is one file of weights, whatever runs them.
"""

from __future__ import annotations

import json
import struct
from typing import Any

import numpy as np
from onnx import ModelProto, NodeProto, TensorProto, helper, numpy_helper, shape_inference

from .graph import Graph, Node

OPSET, IR_VERSION = 13, 8
ELEMENT = {"F16": TensorProto.FLOAT16, "F32": TensorProto.FLOAT}
INPUT = "pixels"


def export(graph: Graph, packed: bytes, weights_file: str, *, scale: float, shift: float) -> ModelProto:
    """The model of a graph; its outputs have the graph's own names.

    ``packed`` is the content of the safetensors file that will lie at ``weights_file`` beside the model. The network
    sees ``pixels * scale + shift``.
    """
    builder = _Builder(packed, weights_file)
    builder.normalize(scale, shift)
    for node in graph.nodes:
        builder.add(node)
    for name, value in graph.outputs.items():
        builder.node("Identity", [value], name)
    channels, height, width = graph.input_shape
    shape: list[str | int | None] = ["n", height, width, channels]
    body = helper.make_graph(
        builder.nodes,
        "pose",
        [helper.make_tensor_value_info(INPUT, TensorProto.UINT8, shape)],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in graph.outputs],
        builder.tensors,
    )
    model = helper.make_model(
        body,
        producer_name="shadow-trainer",
        opset_imports=[helper.make_opsetid("", OPSET)],
        ir_version=IR_VERSION,
    )
    # The graph does not know the shapes of its outputs; they follow from the input's.
    return shape_inference.infer_shapes(model, check_type=True, strict_mode=True)


class _Builder:
    """Collects nodes and constants; constants are shared by name."""

    def __init__(self, packed: bytes, weights_file: str) -> None:
        (size,) = struct.unpack_from("<Q", packed)
        self.stored: dict[str, Any] = json.loads(packed[8 : 8 + size])
        self.start, self.weights_file = 8 + size, weights_file
        self.nodes: list[NodeProto] = []
        self.tensors: list[TensorProto] = []
        self.known: set[str] = set()

    def node(self, kind: str, inputs: list[str], out: str, **attributes: Any) -> str:
        self.nodes.append(helper.make_node(kind, inputs, [out], f"{kind}_{len(self.nodes)}", **attributes))
        return out

    def constant(self, name: str, value: np.ndarray) -> str:
        """Store a constant once and return its name."""
        if name not in self.known:
            self.known.add(name)
            self.tensors.append(numpy_helper.from_array(np.asarray(value), name))
        return name

    def weight(self, name: str) -> str:
        """Name of a stored weight as float32."""
        wide = f"{name}.float32"
        if name not in self.known:
            self.known.add(name)
            self.tensors.append(self._external(name))
            self.node("Cast", [name], wide, to=TensorProto.FLOAT)
        return wide

    def _external(self, name: str) -> TensorProto:
        entry = self.stored[name]
        begin, end = entry["data_offsets"]
        tensor = TensorProto(
            name=name,
            data_type=ELEMENT[entry["dtype"]],
            dims=entry["shape"],
            data_location=TensorProto.EXTERNAL,
        )
        place = {"location": self.weights_file, "offset": self.start + begin, "length": end - begin}
        for key, value in place.items():
            tensor.external_data.add(key=key, value=str(value))
        return tensor

    def normalize(self, scale: float, shift: float) -> None:
        """uint8 NHWC pixels -> value ``x``, float NCHW."""
        self.node("Cast", [INPUT], "pixels_f", to=TensorProto.FLOAT)
        self.node("Transpose", ["pixels_f"], "pixels_t", perm=[0, 3, 1, 2])
        self.node("Mul", ["pixels_t", self.constant("scale", np.array([scale], np.float32))], "pixels_s")
        self.node("Add", ["pixels_s", self.constant("shift", np.array([shift], np.float32))], "x")

    def add(self, node: Node) -> None:
        getattr(self, "_" + node.op)(node, node.attrs, list(node.inputs))

    def _conv2d(self, node: Node, a: dict[str, Any], inputs: list[str]) -> None:
        left, right, top, bottom = a["pad"]
        self.node(
            "Conv",
            [*inputs, self.weight(a["weight"]), self.weight(a["bias"])],
            node.out,
            kernel_shape=self.stored[a["weight"]]["shape"][2:],
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
        limits = [self.constant(str(n), np.array(n, np.float32)) for n in (0, 6)]
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
            inputs = [self.node("Transpose", inputs, node.out + "_nhwc", perm=[0, 2, 3, 1])]
        shape = self.constant(f"{node.out}.shape", np.array(a["shape"], np.int64))
        self.node("Reshape", [*inputs, shape], node.out)
