"""C3D, the file of marker systems, through the package ``c3d`` (a pure Python reader of the whole format)."""

from __future__ import annotations

import struct
import warnings
from pathlib import Path

import numpy as np

from ...errors import BadRequest
from .motion import Raw

# What the reader raises for files that are damaged or none at all.
_BROKEN = (OSError, ValueError, AssertionError, KeyError, AttributeError, IndexError, TypeError, struct.error)
_UNITS = {"mm": 0.001, "cm": 0.01, "m": 1.0}


def read_c3d(path: Path) -> Raw:
    """Markers of a C3D file; points with a negative residual were not seen and are NaN."""
    import c3d

    try:
        with path.open("rb") as file, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            reader = c3d.Reader(file)
            labels = tuple(label.strip() for label in reader.point_labels)
            frames = [points for _, points, _ in reader.read_frames(copy=True)]
            rate = float(reader.point_rate)
            unit = reader.get("POINT:UNITS")
            scale = _UNITS.get(unit.string_value.strip().lower()) if unit else None
    except _BROKEN as error:
        raise BadRequest(f"{path.name} is not a readable C3D file.", code="bad_motion_file") from error
    if not frames:
        raise BadRequest(f"{path.name} holds no frames.", code="bad_motion_file")
    data = np.stack(frames).astype(float)
    points = np.where(data[..., 3:4] < 0, np.nan, data[..., :3])
    return Raw(points[:, : len(labels)], labels, rate, "c3d", scale)
