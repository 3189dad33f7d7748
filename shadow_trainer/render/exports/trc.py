"""TRC: marker trajectories as OpenSim reads them. Millimetres, Y up, X to the plate, tabs, NaN = missing."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np

from ...body.skeleton import COUNT, LANDMARKS
from .source import Source, on_clock, y_up


def write_trc(source: Source, out: str | os.PathLike[str]) -> None:
    """Write all 33 landmarks under their own names (those of Pose2Sim's BLAZEPOSE marker set)."""
    clip = on_clock(source.series)
    positions = y_up(clip.world_m) * 1000.0
    rate, count = f"{clip.rate_hz:.3f}", len(positions)
    axes = "\t".join(f"X{i}\tY{i}\tZ{i}" for i in range(1, COUNT + 1))
    head = [
        f"PathFileType\t4\t(X/Y/Z)\t{_name(source)}",
        "DataRate\tCameraRate\tNumFrames\tNumMarkers\tUnits\tOrigDataRate\tOrigDataStartFrame\tOrigNumFrames",
        f"{rate}\t{rate}\t{count}\t{COUNT}\tmm\t{rate}\t{clip.first + 1}\t{count}",
        "Frame#\tTime\t" + "\t\t\t".join(LANDMARKS) + "\t\t",
        "\t\t" + axes,
        "",
    ]
    rows = [
        f"{clip.first + 1 + n}\t{time:.6f}\t" + "\t".join(_cell(v) for v in frame.ravel())
        for n, (time, frame) in enumerate(zip(clip.time_s, positions, strict=True))
    ]
    Path(out).write_text("\n".join([*head, *rows]) + "\n", encoding="ascii")


def _name(source: Source) -> str:
    """A name without blanks: readers split this line at them."""
    rows = source.analysis.get("deliveries", [])
    return f"pitch_{int(rows[0].get('index', 0)) + 1}.trc" if len(rows) == 1 else "pitches.trc"


def _cell(value: float) -> str:
    return f"{value:.4f}" if np.isfinite(value) else "NaN"
