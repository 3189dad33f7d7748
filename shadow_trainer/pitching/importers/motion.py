"""What a motion file holds before anybody knows which point is which."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from ...body.arrays import Floats
from ...body.skeleton import COUNT, INDEX


@dataclass(frozen=True)
class Raw:
    """``points`` (T, K, 3) in the file's own units and axes, NaN where missing; ``labels`` K names, empty where a
    point has none; ``fps`` and ``time_s`` (T,) as the file says them, or None; ``frames`` (T,) its own numbers of
    the rows; ``first_s`` the time of the first row where only the rate is known; ``unit`` (a key of
    :data:`.units.METERS`) and ``up`` ("x", "y", "z", "-y") where the format or the file names them;
    ``measured`` whether the points are markers, so that a zero is a place that was not seen."""

    points: Floats
    labels: tuple[str, ...]
    fps: float | None
    format: str
    unit: str | None = None
    up: str | None = None
    time_s: Floats | None = None
    frames: Floats | None = None
    first_s: float = 0.0
    measured: bool = True
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Motion:
    """A file as landmarks: ``points`` (T, 33, 3) metres, Z up, heading as in the file; ``time_s`` (T,) its seconds.

    ``fps`` different rows a second; ``labels`` landmark name -> the file's labels it was taken from, and ``notes``
    what was guessed, missing or contradictory: they are shown to the person who imports, who may give a label map
    or a frame rate instead.
    """

    time_s: Floats
    points: Floats
    labels: dict[str, tuple[str, ...]]
    fps: float
    format: str
    notes: tuple[str, ...] = field(default=())
    axes: Floats = field(default_factory=lambda: np.eye(3))  # rows: our X, Y, Z in the file's axes


def rows_of(raw_labels: tuple[str, ...]) -> dict[str, int]:
    """The column of each label; of two points with one name the first."""
    return {label: number for number, label in reversed(list(enumerate(raw_labels))) if label}


def landmarks(points: Floats, row: dict[str, int], labels: dict[str, tuple[str, ...]]) -> Floats:
    """(T, 33, 3) in the file's units: each landmark the middle of its labels' points, NaN where it has none."""
    out = np.full((len(points), COUNT, 3), np.nan)
    for name, sources in labels.items():
        out[:, INDEX[name]] = points[:, [row[source] for source in sources]].mean(axis=1)
    return out
