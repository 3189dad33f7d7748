"""Two deliveries on one clock: piecewise-linear between events (docs/method.md, section 4.1).

Aligned by events, timing and shape stay apart: dynamic time warping would bend time to hide exactly the
timing faults a coach looks for (Helwig 2011).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...body.arrays import Floats
from ..events import EVENTS

ALIGNED, REAL_SPEED = "aligned", "real_speed"
MODES = (ALIGNED, REAL_SPEED)
# Intervals that are shown in milliseconds: (from, to).
INTERVALS = tuple(zip(EVENTS[:-1], EVENTS[1:], strict=True)) + (
    ("leg_lift", "foot_contact"),
    ("foot_contact", "release"),
)
_LEAST_STEP_S = 1e-3


def knots(athlete: dict[str, float], reference: dict[str, float]) -> tuple[Floats, Floats]:
    """Event times (K,), (K,) of both, strictly increasing in both; what breaks the order is left out.

    Foot contact and release come first: they are the ones never given up.
    """
    kept: list[str] = []
    for name in ("foot_contact", "release", "leg_lift", *EVENTS):
        if name in kept or name not in athlete or name not in reference:
            continue
        trial = sorted([*kept, name], key=EVENTS.index)
        if all(np.all(np.diff([times[n] for n in trial]) > _LEAST_STEP_S) for times in (athlete, reference)):
            kept = trial
    return np.array([athlete[n] for n in kept]), np.array([reference[n] for n in kept])


def to_reference(
    time_s: Floats, athlete: dict[str, float], reference: dict[str, float], mode: str = ALIGNED
) -> Floats:
    """(T,) seconds of the reference's clock for (T,) of the athlete's.

    ``aligned``: every event of the one falls on that of the other; ``real_speed``: both at their own speed,
    locked at foot contact. Outside the events time runs on at its own speed.
    """
    if mode == REAL_SPEED:
        return time_s - athlete["foot_contact"] + reference["foot_contact"]
    ours, theirs = knots(athlete, reference)
    inside = np.interp(time_s, ours, theirs)
    return inside + np.minimum(time_s - ours[0], 0.0) + np.maximum(time_s - ours[-1], 0.0)


def interval_differences(athlete: dict[str, float], reference: dict[str, float]) -> list[dict[str, Any]]:
    """``[{from, to, athlete_ms, reference_ms, difference_ms}]`` for consecutive events and the main phases."""
    rows = []
    for start, stop in INTERVALS:
        ours, theirs = (1000.0 * (times[stop] - times[start]) for times in (athlete, reference))
        rows.append(
            {
                "from": start,
                "to": stop,
                "athlete_ms": ours,
                "reference_ms": theirs,
                "difference_ms": ours - theirs,
            }
        )
    return rows
