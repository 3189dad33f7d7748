"""What a motion file holds before anybody knows which point is which."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from ...body.arrays import Floats
from ...body.skeleton import COUNT, INDEX


@dataclass(frozen=True)
class Raw:
    """``points`` (T, K, 3) in the file's own units and axes, NaN where missing; ``labels`` K names;
    ``fps`` from the file, or None when it does not say; ``to_metres`` and ``up`` ("x", "y", "z", "-y") where
    the format or the file fixes them."""

    points: Floats
    labels: tuple[str, ...]
    fps: float | None
    format: str
    to_metres: float | None = None
    up: str | None = None


@dataclass(frozen=True)
class Motion:
    """A file as landmarks: ``points`` (T, 33, 3) metres, Z up, heading as in the file; ``time_s`` (T,).

    ``labels`` landmark name -> the file's labels it was taken from, and ``notes`` what was guessed: both are
    shown to the person who imports, who may give a label map or a frame rate instead.
    """

    time_s: Floats
    points: Floats
    labels: dict[str, tuple[str, ...]]
    fps: float
    format: str
    notes: tuple[str, ...] = field(default=())
    axes: Floats = field(default_factory=lambda: np.eye(3))  # rows: our X, Y, Z in the file's axes


def landmarks(raw: Raw, labels: dict[str, tuple[str, ...]]) -> Floats:
    """(T, 33, 3) in the file's units: each landmark the middle of its labels' points, NaN where it has none."""
    row = {label: number for number, label in enumerate(raw.labels)}
    out = np.full((len(raw.points), COUNT, 3), np.nan)
    for name, sources in labels.items():
        out[:, INDEX[name]] = raw.points[:, [row[source] for source in sources]].mean(axis=1)
    return out
