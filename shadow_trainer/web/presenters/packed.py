"""The packed binary form of landmarks for the player: integers, each row as the change from the row before.

A packed file is the length of its header (uint32), the header as JSON, padding with spaces to a multiple of
four bytes, and then the columns that the header lists, each one after the other, padded likewise. A column is
``rows`` x ``width`` little-endian integers (``i4``, ``i2`` or ``u1``), row by row; summed up over the rows
(wrapping around) they are the values in ``unit``. The lowest ``i2`` stands for what is not known.
static/js/report/landmarks.js reads it.
"""

from __future__ import annotations

import json
import struct
from typing import Any

import numpy as np

from ...body.series import PoseSeries
from .keypoints import facts

MEDIA_TYPE = "application/vnd.shadow-trainer.landmarks"
UNKNOWN = -32768
LARGEST = 32767
FINEST_PX, FINEST_M = 0.1, 0.001  # finer than the model
_ALIGN = 4


def packed(series: PoseSeries, *, video: dict[str, Any], throws: str, part: str) -> bytes:
    """The landmarks of every frame; ``part``: ``2d`` (pixels, confidence) or ``3d`` (metres, world frame)."""
    columns = [
        ("time_s", 1e-6, _deltas(np.round(series.time_s * 1e6).astype("<i4")[:, None])),
        ("measured", 1, _deltas(series.measured.astype("u1")[:, None])),
    ]
    if part == "2d":
        sure = np.round(np.nan_to_num(series.confidence) * 100).astype("u1")
        columns += [_positions("px", series.landmarks_px, FINEST_PX), ("confidence", 0.01, _deltas(sure))]
    else:
        columns.append(_positions("world", series.world_m, FINEST_M))
    return _file(facts(video=video, throws=throws), columns)


def _positions(name: str, values: np.ndarray, finest: float) -> tuple[str, float, np.ndarray]:
    """(T, N, D) as whole multiples of a unit that holds the largest of them; NaN as UNKNOWN."""
    flat = values.reshape(len(values), -1)
    known = np.isfinite(flat)
    largest = float(np.abs(flat[known]).max()) if known.any() else 0.0
    unit = max(finest, largest / LARGEST)
    whole = np.where(known, np.round(np.where(known, flat, 0) / unit), UNKNOWN)
    return name, unit, _deltas(whole.astype("<i2"))


def _deltas(values: np.ndarray) -> np.ndarray:
    """(T, N) integers as changes over time; overflow wraps, and wraps back when summed up."""
    return np.concatenate([values[:1], values[1:] - values[:-1]])


def _file(header: dict[str, Any], columns: list[tuple[str, float, np.ndarray]]) -> bytes:
    listed = [
        {"name": name, "unit": unit, "type": values.dtype.str[1:], "width": values.shape[1]}
        for name, unit, values in columns
    ]
    head = {**header, "rows": len(columns[0][2]), "columns": listed}
    text = json.dumps(head, separators=(",", ":")).encode()
    text += b" " * (-(len(text) + 4) % _ALIGN)
    body = b"".join(_padded(values.tobytes()) for _, _, values in columns)
    return struct.pack("<I", len(text)) + text + body


def _padded(data: bytes) -> bytes:
    return data + b"\0" * (-len(data) % _ALIGN)
