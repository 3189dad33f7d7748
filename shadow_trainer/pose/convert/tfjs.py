"""A TensorFlow.js graph model as plain Python: the front half of its conversion.

``NAME.json`` has the nodes (protobuf as JSON, strings in base64) and a manifest of weights, which follow each other
in ``NAME.bin``; those of half precision stay so.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from typing import Any

import numpy as np

from .tflite import NotSupported

STORED = {("float32", "float16"): "<f2", ("float32", None): "<f4", ("int32", None): "<i4"}


@dataclass(frozen=True)
class Operator:
    """One node: its kind, the names of its inputs, and its attributes as numbers, texts and lists of them."""

    name: str
    kind: str
    inputs: tuple[str, ...]
    attrs: dict[str, Any]


@dataclass(frozen=True)
class TfjsModel:
    """Nodes by name; ``constants`` holds the value of each Const node."""

    operators: dict[str, Operator]
    constants: dict[str, np.ndarray]


def parse(description: bytes, weights: bytes) -> TfjsModel:
    """Read the two files of a graph model. Raises NotSupported for what is not known or does not fit together."""
    document = json.loads(description)
    if document.get("format") != "graph-model" or len(document["weightsManifest"]) != 1:
        raise NotSupported("not a TensorFlow.js graph model with one file of weights")
    operators = {}
    for node in document["modelTopology"]["node"]:
        attrs = {name: _value(attribute) for name, attribute in node.get("attr", {}).items()}
        operators[node["name"]] = Operator(node["name"], node["op"], tuple(node.get("input", ())), attrs)
    return TfjsModel(operators, _constants(document["weightsManifest"][0]["weights"], weights))


def _constants(manifest: list[dict[str, Any]], weights: bytes) -> dict[str, np.ndarray]:
    values, start = {}, 0
    for entry in manifest:
        kind = entry["dtype"], entry.get("quantization", {}).get("dtype")
        if kind not in STORED:
            raise NotSupported(f"weights of type {kind} are not known")
        count = int(np.prod(entry["shape"], dtype=np.int64))
        array = np.frombuffer(weights, STORED[kind], count, start)
        values[entry["name"]] = array.reshape(entry["shape"])
        start += array.nbytes
    if start != len(weights):
        raise NotSupported("the weights do not fill their file")
    return values


def _value(attribute: dict[str, Any]) -> Any:
    """A number, a truth, a text or a list of such; None for shapes, types and tensors, which are not needed."""
    if "list" in attribute:
        lists = [[_value({kind: item}) for item in items] for kind, items in attribute["list"].items()]
        return lists[0] if lists else []
    for kind, read in (("s", lambda s: base64.b64decode(s).decode()), ("i", int), ("f", float), ("b", bool)):
        if kind in attribute:
            return read(attribute[kind])
    return None
