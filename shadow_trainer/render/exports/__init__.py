"""Files for other programs: CSV, JSON, NPZ, TRC, C3D, BVH. Nothing here needs cv2, so the web may use it.

**The world frame, said once.** Ours is: metres, X horizontal from the rubber to the plate, Z up,
Y = Z x X (toward first base); left-handers are not mirrored; NaN means not known. Every exporter
converts from it and says to what:

========  ==========================================================================================
format    frame
========  ==========================================================================================
CSV       ours, metres
JSON      ours, metres (`null` for not known)
NPZ       ours, metres
C3D       ours, millimetres (Z up is what Mokka and Visual3D expect); events in seconds
TRC       OpenSim's: millimetres, Y up: (x, y, z) = (X, Z, -Y)
BVH       Blender's and MotionBuilder's: centimetres, Y up: (x, y, z) = (X, Z, -Y)
========  ==========================================================================================
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...errors import NotFound
from .bvh import write_bvh
from .c3d import write_c3d
from .document import write_json, write_npz
from .source import Source
from .tables import curves_csv, landmarks_csv, metrics_csv
from .trc import write_trc

__all__ = ["EXPORTS", "Export", "Source", "metrics_csv", "write"]


@dataclass(frozen=True)
class Export:
    """One kind of file: its label and a sentence for the coach, its suffix and media type, and who writes it."""

    label: str
    suffix: str
    media_type: str
    sentence: str
    writer: Callable[[Source, str | os.PathLike[str]], None]


def _metrics(source: Source, out: str | os.PathLike[str]) -> None:
    metrics_csv(source.analysis, out)


EXPORTS: Mapping[str, Export] = {
    "metrics": Export(
        "Metrics, CSV", "_metrics.csv", "text/csv", "The numbers, one row each, for a spreadsheet.", _metrics
    ),
    "series": Export(
        "Curves, CSV",
        "_curves.csv",
        "text/csv",
        "Angles and velocities over time, for a spreadsheet.",
        curves_csv,
    ),
    "landmarks": Export(
        "Landmarks, CSV",
        "_landmarks.csv",
        "text/csv",
        "Every joint in every frame, in pixels and meters.",
        landmarks_csv,
    ),
    "json": Export(
        "Everything, JSON", ".json", "application/json", "Everything in one file, for programs.", write_json
    ),
    "npz": Export("Pose, NPZ", ".npz", "application/octet-stream", "The joints as NumPy arrays.", write_npz),
    "trc": Export("Markers, TRC", ".trc", "text/plain", "Marker paths for OpenSim.", write_trc),
    "c3d": Export(
        "Markers, C3D",
        ".c3d",
        "application/octet-stream",
        "Marker paths and events for Mokka and Visual3D.",
        write_c3d,
    ),
    "bvh": Export(
        "Skeleton, BVH",
        ".bvh",
        "text/plain",
        "A moving figure for Blender and other animation programs.",
        write_bvh,
    ),
}


def write(name: str, source: Source, out: str | os.PathLike[str], *, delivery: int | None = None) -> Export:
    """Write one export, whole or not at all; ``delivery`` (index) leaves the other deliveries out.

    NotFound for an unknown name or delivery, BadRequest when there is nothing of that kind to export.
    """
    export = EXPORTS.get(name)
    if export is None:
        raise NotFound(f"There is no export called {name!r}.", code="no_such_export", fix=_fix())
    chosen: Any = source if delivery is None else source.delivery(delivery)
    out = Path(out)
    temporary = out.with_name(f".{out.name}.part")
    try:
        export.writer(chosen, temporary)
        temporary.replace(out)
    finally:
        temporary.unlink(missing_ok=True)
    return export


def _fix() -> str:
    return f"Choose one of: {', '.join(EXPORTS)}."
