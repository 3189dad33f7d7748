"""C3D, the file of marker systems, through the package ``c3d`` (a pure Python reader of the whole format)."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np

from ...errors import BadRequest
from .limits import check_shape
from .motion import Raw

_UNITS = {"mm": 0.001, "cm": 0.01, "m": 1.0}


def read_c3d(path: Path) -> Raw:
    """Markers of a C3D file; points with a negative residual were not seen and are NaN."""
    import c3d

    with path.open("rb") as file, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        reader = c3d.Reader(file)
        check_shape(path, reader.frame_count, reader.point_used)
        labels = tuple(label.strip() for label in reader.point_labels)
        frames = [points for _, points, _ in reader.read_frames(copy=True)]
        rate = float(reader.point_rate)
        unit = reader.get("POINT:UNITS")
        scale = _UNITS.get(unit.string_value.strip().lower()) if unit else None
    if not frames:
        raise BadRequest(f"{path.name} holds no frames.", code="bad_motion_file")
    data = np.stack(frames).astype(float)
    points = np.where(data[..., 3:4] < 0, np.nan, data[..., :3])
    return Raw(points[:, : len(labels)], labels, rate, "c3d", scale)
