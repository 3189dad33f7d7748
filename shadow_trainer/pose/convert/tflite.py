"""A TFLite file as plain Python: operators, shapes and constants (the front half of the conversion).

Field ids follow the public TFLite schema (version 3). Half-precision constants are kept as float16;
sparse ones (DENSIFY) are expanded here by walking their dimension metadata.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from .flatbuffer import Table

OPERATORS = {
    0: "ADD",
    2: "CONCATENATION",
    3: "CONV_2D",
    4: "DEPTHWISE_CONV_2D",
    5: "DEPTH_TO_SPACE",
    6: "DEQUANTIZE",
    14: "LOGISTIC",
    17: "MAX_POOL_2D",
    22: "RESHAPE",
    23: "RESIZE_BILINEAR",
    34: "PAD",
    124: "DENSIFY",
}
DTYPES = {0: "f4", 1: "f2", 2: "i4", 3: "u1", 4: "i8"}
INDEX_DTYPES = {1: "i4", 2: "u2", 3: "u1"}
PADDING = ("same", "valid")
ACTIVATION = {0: None, 1: "relu", 3: "relu6"}
SPARSE = 1
# Option name -> (field id, struct letter, default) for each operator's option table.
_POOL = {"padding": (0, "b", 0), "stride_w": (1, "i", 1), "stride_h": (2, "i", 1)}
OPTIONS: dict[str, dict[str, tuple[int, str, int]]] = {
    "ADD": {"activation": (0, "b", 0)},
    "CONCATENATION": {"axis": (0, "i", 0), "activation": (1, "b", 0)},
    "CONV_2D": {**_POOL, "activation": (3, "b", 0), "dilation_w": (4, "i", 1), "dilation_h": (5, "i", 1)},
    "DEPTHWISE_CONV_2D": {
        **_POOL,
        "activation": (4, "b", 0),
        "dilation_w": (5, "i", 1),
        "dilation_h": (6, "i", 1),
    },
    "DEPTH_TO_SPACE": {"block": (0, "i", 0)},
    "MAX_POOL_2D": {**_POOL, "width": (3, "i", 1), "height": (4, "i", 1), "activation": (5, "b", 0)},
    "RESIZE_BILINEAR": {"align_corners": (2, "b", 0), "half_pixel": (3, "b", 0)},
}


class NotSupported(ValueError):
    """The file uses something this reader does not know; the message names it."""


@dataclass(frozen=True)
class Operator:
    """One operator: kind, tensor indices in and out, and its options by name."""

    kind: str
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    options: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class TfliteModel:
    """The first subgraph of a file. ``shapes`` are NHWC; ``constants`` holds tensor index -> array."""

    operators: tuple[Operator, ...]
    shapes: dict[int, tuple[int, ...]]
    names: dict[int, str]
    constants: dict[int, np.ndarray]
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]


def parse(data: bytes) -> TfliteModel:
    """Read a whole TFLite file. Raises NotSupported for operators and types it does not know."""
    if data[4:8] != b"TFL3":
        raise NotSupported("not a TFLite file (no TFL3 mark)")
    model = Table.root(data)
    codes = [_operator_code(table) for table in model.tables(1)]
    buffers = model.tables(4)
    graph = model.tables(2)[0]
    tensors = graph.tables(0)
    constants = {}
    for index, tensor in enumerate(tensors):
        value = _constant(tensor, buffers[tensor.scalar(2, "I")])
        if value is not None:
            constants[index] = value
    return TfliteModel(
        operators=tuple(_operator(table, codes) for table in graph.tables(3)),
        shapes={i: tuple(int(n) for n in t.array(0, "i4")) for i, t in enumerate(tensors)},
        names={i: t.text(3) for i, t in enumerate(tensors)},
        constants=constants,
        inputs=tuple(int(i) for i in graph.array(1, "i4")),
        outputs=tuple(int(i) for i in graph.array(2, "i4")),
    )


def _operator_code(table: Table) -> str:
    # Old files keep the code in a byte field, new ones in an int field; the larger one holds.
    code = max(table.scalar(0, "b"), table.scalar(3, "i"))
    if code not in OPERATORS:
        raise NotSupported(f"operator {code} is not known")
    return OPERATORS[code]


def _operator(table: Table, codes: list[str]) -> Operator:
    kind = codes[table.scalar(0, "I")]
    options = table.table(4)
    wanted = OPTIONS.get(kind, {})
    if wanted and options is None:
        raise NotSupported(f"{kind} has no options")
    values = {name: options.scalar(*spec) for name, spec in wanted.items()} if options else {}
    return Operator(
        kind,
        tuple(int(i) for i in table.array(1, "i4")),
        tuple(int(i) for i in table.array(2, "i4")),
        values,
    )


def _constant(tensor: Table, buffer: Table) -> np.ndarray | None:
    """The tensor's stored value in its own type, densified when sparse; None for an activation."""
    raw = buffer.array(0, "u1")
    if len(raw) == 0:
        return None
    kind = tensor.scalar(1, "b")
    if kind not in DTYPES:
        raise NotSupported(f"tensor type {kind} is not known")
    shape = tuple(int(n) for n in tensor.array(0, "i4"))
    values = raw.view(np.dtype(DTYPES[kind]).newbyteorder("<"))
    sparsity = tensor.table(6)
    return values.reshape(shape) if sparsity is None else _densify(values, shape, sparsity)


def _densify(values: np.ndarray, shape: tuple[int, ...], sparsity: Table) -> np.ndarray:
    """Expand a sparse constant: level by level, each level either dense or compressed (CSR).

    ``traversal_order`` lists dimensions in storage order; dimensions past the tensor's rank are inner
    blocks of the dimensions named by ``block_map``.
    """
    order = sparsity.array(0, "i4")
    block_map = sparsity.array(1, "i4")
    # coordinates: one row per stored path so far; position: its running index in the level's storage.
    coordinates = np.zeros((1, 0), np.int64)
    position = np.zeros(1, np.int64)
    sizes = []
    for level in sparsity.tables(2):
        index, owner, position = _expand_level(level, position)
        coordinates = np.concatenate([coordinates[owner], index[:, None]], axis=1)
        sizes.append(level.scalar(1, "i"))
    dense = np.zeros(shape, values.dtype)
    dense[tuple(_dense_index(coordinates, order, block_map, shape, sizes))] = values[position]
    return dense


def _expand_level(level: Table, position: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """One level of the traversal: (index in the dimension, row of the parent, new position), each (n,)."""
    if level.scalar(0, "b") != SPARSE:
        size = level.scalar(1, "i")
        index = np.tile(np.arange(size), len(position))
        owner = np.repeat(np.arange(len(position)), size)
        return index, owner, position[owner] * size + index
    segments = _index_vector(level, 2)
    indices = _index_vector(level, 4)
    counts = segments[position + 1] - segments[position]
    owner = np.repeat(np.arange(len(position)), counts)
    within = np.arange(len(owner)) - np.repeat(np.cumsum(counts) - counts, counts)
    where = segments[position][owner] + within
    return indices[where], owner, where


def _index_vector(level: Table, field: int) -> np.ndarray:
    kind, table = level.scalar(field, "B"), level.table(field + 1)
    if table is None or kind not in INDEX_DTYPES:
        raise NotSupported(f"sparse index type {kind} is not known")
    return table.array(0, INDEX_DTYPES[kind]).astype(np.int64)


def _dense_index(
    coordinates: np.ndarray,
    order: np.ndarray,
    block_map: np.ndarray,
    shape: tuple[int, ...],
    sizes: list[int],
) -> list[np.ndarray]:
    """Storage coordinates (n, levels) as one index array per dimension of the dense tensor."""
    rank = len(shape)
    out = [np.zeros(len(coordinates), np.int64) for _ in shape]
    for column, dimension in enumerate(order):
        if dimension < rank:
            block = _block_size(int(dimension), order, block_map, rank, sizes)
            out[dimension] += coordinates[:, column] * block
        else:
            out[block_map[dimension - rank]] += coordinates[:, column]
    return out


def _block_size(dimension: int, order: np.ndarray, block_map: np.ndarray, rank: int, sizes: list[int]) -> int:
    for block, owner in enumerate(block_map):
        if owner == dimension:
            return sizes[list(order).index(rank + block)]
    return 1
