"""JSON with everything in it, and NPZ with the arrays."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import numpy as np

from ...body.skeleton import LANDMARKS
from .source import Source


def write_json(source: Source, out: str | os.PathLike[str]) -> None:
    """analysis.json, the curves and the landmarks in one document; `null` for what is not known."""
    series = source.series
    document = {
        **source.analysis,
        "curves": list(source.curves),
        "pose": {
            "landmarks": list(LANDMARKS),
            "frame": "meters; X from the rubber to the plate, Z up, Y toward first base; not mirrored",
            "time_s": plain(series.time_s, 6),
            "measured": [bool(value) for value in series.measured],
            "landmarks_px": plain(series.landmarks_px, 2),
            "confidence": plain(series.confidence, 3),
            "world_m": plain(series.world_m, 4),
        },
    }
    Path(out).write_text(json.dumps(document, allow_nan=False, separators=(",", ":")), encoding="utf-8")


def write_npz(source: Source, out: str | os.PathLike[str]) -> None:
    """pose.npz: ``time_s``, ``landmarks_px``, ``confidence``, ``world_m``, ``measured`` (see PoseSeries)."""
    source.series.save(out)


def plain(values: np.ndarray, digits: int) -> list[Any]:
    """An array as nested lists, rounded; NaN becomes None (JSON has no NaN)."""
    rounded = np.round(np.asarray(values, dtype=float), digits)
    cells = rounded.astype(object)
    cells[~np.isfinite(rounded)] = None
    nested: list[Any] = cells.tolist()
    return nested
