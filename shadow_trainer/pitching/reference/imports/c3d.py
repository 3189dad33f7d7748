"""C3D: markers of nearly every laboratory system, read by the package ``c3d``."""

from __future__ import annotations

import struct
import warnings
from pathlib import Path

import numpy as np

from ....errors import BadRequest, SetupError
from .motion import Motion

_UNITS = {"mm": 0.001, "cm": 0.01, "m": 1.0}


def read(path: Path) -> Motion:
    """Markers by label; a negative residual is "not seen"."""
    try:
        import c3d
    except ModuleNotFoundError as error:
        raise SetupError("The Python package c3d is missing. Run `make setup`.") from error
    try:
        with path.open("rb") as file, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            reader = c3d.Reader(file)
            labels = [label.strip() for label in reader.point_labels]
            frames = np.array([points for _, points, _ in reader.read_frames()], dtype=float)
            fps, unit = float(reader.point_rate), _unit(reader)
    except (OSError, ValueError, AssertionError, struct.error, KeyError, IndexError, EOFError) as error:
        raise BadRequest(f"{path.name} is not a readable C3D file.", code="bad_reference") from error
    if frames.ndim != 3 or len(frames) < 2:
        raise BadRequest(f"{path.name} has no markers.", code="bad_reference")
    xyz = np.where(frames[..., 3:4] < 0, np.nan, frames[..., :3])
    return Motion({label: xyz[:, i] for i, label in enumerate(labels)}, fps, unit, None)


def _unit(reader: object) -> float | None:
    try:
        text = reader.get("POINT:UNITS").string_value
    except (AttributeError, KeyError, ValueError):
        return None
    return _UNITS.get(text.strip().strip("\0").lower())
