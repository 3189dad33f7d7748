"""TRC, the marker file of Motion Analysis and OpenSim: a five-line head, then one row of tabs per frame."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ...errors import BadRequest
from .limits import check_shape
from .motion import Raw

_UNITS = {"mm": 0.001, "cm": 0.01, "m": 1.0, "in": 0.0254}


def read_trc(path: Path) -> Raw:
    """Markers of a TRC file; empty cells are NaN. Raises BadRequest when the head is not a TRC's."""
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    if len(lines) < 6 or not lines[0].startswith("PathFileType"):
        raise BadRequest(
            f"{path.name} is not a TRC file.", code="bad_motion_file", fix="Export it as TRC again."
        )
    head = dict(zip(lines[1].split(), lines[2].split(), strict=False))
    try:
        rate, scale = float(head["DataRate"]), _UNITS[head["Units"].lower()]
    except (KeyError, ValueError) as error:
        raise BadRequest(
            f"The head of {path.name} lacks its rate or units.",
            code="bad_motion_file",
            fix="Fill DataRate and Units in its third line, or export it again.",
        ) from error
    labels = tuple(name.strip() for name in lines[3].split("\t")[2:] if name.strip())
    check_shape(path, len(lines), len(labels))
    rows = [line.split("\t") for line in lines[5:] if line.strip()]
    points = np.array([_numbers(row[2:], 3 * len(labels)) for row in rows]).reshape(-1, len(labels), 3)
    return Raw(points, labels, rate, "trc", scale)


def _numbers(cells: list[str], count: int) -> list[float]:
    out = [float(cell) if cell.strip() else np.nan for cell in cells[:count]]
    return out + [np.nan] * (count - len(out))
