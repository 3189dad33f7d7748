"""TRC: marker trajectories of OpenSim, Cortex and Pose2Sim. Y is up; the units stand in the header."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ....errors import BadRequest
from .motion import Motion

_UNITS = {"mm": 0.001, "cm": 0.01, "m": 1.0}


def read(path: Path) -> Motion:
    """Markers by name; an empty cell or NaN is "not seen"."""
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
        head = dict(zip(lines[1].split(), lines[2].split(), strict=False))
        labels = [name.strip() for name in lines[3].split("\t")[2:] if name.strip()]
        rows = [line.split("\t") for line in lines[5:] if line.strip()]
        width = 2 + 3 * len(labels)
        table = np.array([[_number(c) for c in (row + [""] * width)[:width]] for row in rows])
        xyz = table[:, 2:].reshape(len(rows), len(labels), 3)
        fps = float(head["DataRate"])
        unit_m = _UNITS[head["Units"].lower()]
    except (OSError, IndexError, KeyError, ValueError) as error:
        raise BadRequest(f"{path.name} is not a readable TRC file.", code="bad_reference") from error
    if not labels or len(rows) < 2:
        raise BadRequest(f"{path.name} has no markers.", code="bad_reference")
    return Motion({label: xyz[:, i] for i, label in enumerate(labels)}, fps, unit_m, "y")


def _number(cell: str) -> float:
    return float(cell) if cell.strip() else np.nan
