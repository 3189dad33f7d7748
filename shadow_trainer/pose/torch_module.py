"""The converted network as a torch module: a torch.fx GraphModule built from its graph and weights.

This is the reference implementation, and the one that runs on a graphics card; the ONNX file is derived from the
same graph and held to it by a parity test. Input (N, 3, H, W) float; output a dict of tensors by name.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import Tensor, fx, nn
from torch.nn import functional as F

from .graph import Graph, Node


def build(graph: Graph, weights: dict[str, np.ndarray]) -> fx.GraphModule:
    """A module in evaluation mode, float32 on the CPU, without gradients."""
    root = nn.Module()
    drawn = fx.Graph()
    values = {"x": drawn.placeholder("x")}
    for node in graph.nodes:
        inputs = [values[name] for name in node.inputs]
        if node.op == "conv2d":
            values[node.out] = _draw_convolution(drawn, root, node, inputs[0], weights)
        else:
            values[node.out] = drawn.call_function(FUNCTIONS[node.op], (*inputs,), _arguments(node))
    drawn.output({name: values[value] for name, value in graph.outputs.items()})
    drawn.lint()
    return fx.GraphModule(root, drawn).eval().requires_grad_(False)


def _draw_convolution(
    drawn: fx.Graph, root: nn.Module, node: Node, value: fx.Node, weights: dict[str, np.ndarray]
) -> fx.Node:
    """Add a Conv2d to ``root``; uneven padding becomes a pad before it."""
    a = node.attrs
    weight = torch.from_numpy(weights[a["weight"]].astype(np.float32))
    left, right, top, bottom = a["pad"]
    even = left == right and top == bottom
    height, width = weight.shape[2:]
    module = nn.Conv2d(
        weight.shape[1] * a["groups"],
        weight.shape[0],
        (height, width),
        tuple(a["stride"]),
        (top, left) if even else 0,
        tuple(a["dilation"]),
        a["groups"],
    )
    module.weight = nn.Parameter(weight)
    module.bias = nn.Parameter(torch.from_numpy(weights[a["bias"]].astype(np.float32)))
    name = f"conv_{node.out.rstrip('_')}"
    root.add_module(name, module)
    if not even:
        value = drawn.call_function(F.pad, (value, a["pad"]))
    return drawn.call_module(name, (value,))


def _arguments(node: Node) -> dict[str, Any]:
    return {k: tuple(v) if isinstance(v, list) else v for k, v in node.attrs.items()}


def pad_channels_and_sides(x: Tensor, amounts: tuple[tuple[int, int], ...]) -> Tensor:
    """Zero padding given as (before, after) for N, C, H, W."""
    return F.pad(x, [n for pair in reversed(amounts) for n in pair])


def resize(x: Tensor, size: tuple[int, int], scale: tuple[float, float]) -> Tensor:
    """Half-pixel bilinear, as TFLite does it (``scale`` says the same for exporters)."""
    return F.interpolate(x, size=list(size), mode="bilinear", align_corners=False)


def max_pool(x: Tensor, kernel: tuple[int, int], stride: tuple[int, int]) -> Tensor:
    """Max pooling without padding."""
    return F.max_pool2d(x, kernel, stride)


def depth_to_space(x: Tensor, block: int) -> Tensor:
    """TFLite's order (DCR: block row, block column, depth), which ``pixel_shuffle`` is not."""
    n, c, h, w = x.shape
    x = x.reshape(n, block, block, c // block**2, h, w)
    return x.permute(0, 3, 4, 1, 5, 2).reshape(n, c // block**2, h * block, w * block)


def concat(*values: Tensor, axis: int) -> Tensor:
    """Concatenation of any number of values."""
    return torch.cat(values, dim=axis)


def reshape(x: Tensor, shape: tuple[int, ...], from_image: bool) -> Tensor:
    """Reshape in NHWC order, as the source does."""
    return (x.permute(0, 2, 3, 1) if from_image else x).reshape(shape)


FUNCTIONS: dict[str, Callable[..., Tensor]] = {
    "add": torch.add,
    "pad": pad_channels_and_sides,
    "resize": resize,
    "max_pool": max_pool,
    "relu": F.relu,
    "relu6": F.relu6,
    "sigmoid": torch.sigmoid,
    "depth_to_space": depth_to_space,
    "concat": concat,
    "reshape": reshape,
}
