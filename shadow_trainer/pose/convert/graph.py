"""A network as data: a list of nodes in NCHW, between the published file and the ONNX file.

Node operators and their attributes:
``conv2d`` weight, bias, stride, pad (left, right, top, bottom), dilation, groups; ``add``; ``pad``
amounts (N, C, H, W pairs); ``resize`` size (h, w) and scale, half-pixel bilinear; ``max_pool`` kernel, stride;
``relu``, ``relu6``, ``sigmoid``; ``depth_to_space`` block (DCR order); ``concat`` axis; ``reshape``
shape (after a permutation back to NHWC when ``from_image``).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


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
