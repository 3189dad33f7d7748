"""Two deliveries on one clock: piecewise-linear between events (docs/method.md, section 4.1).

Aligned by events, timing and shape stay apart: dynamic time warping would bend time to hide exactly the
timing faults a coach looks for (Helwig 2011).
"""

from __future__ import annotations

import numpy as np

from ...body.arrays import Floats
from ...vocabulary import EVENTS, Event
from ..document import Interval

ALIGNED, REAL_SPEED = "aligned", "real_speed"
MODES = (ALIGNED, REAL_SPEED)
# Intervals that are shown in milliseconds: (from, to).
INTERVALS = tuple(zip(EVENTS[:-1], EVENTS[1:], strict=True)) + (
    (Event.LEG_LIFT, Event.FOOT_CONTACT),
    (Event.FOOT_CONTACT, Event.RELEASE),
)
_LEAST_STEP_S = 1e-3


def knots(athlete: dict[Event, float], reference: dict[Event, float]) -> tuple[Floats, Floats]:
    """Event times (K,), (K,) of both, strictly increasing in both; what breaks the order is left out.

    Foot contact and release come first: they are the ones never given up.
    """
    kept: list[Event] = []
    for name in (Event.FOOT_CONTACT, Event.RELEASE, Event.LEG_LIFT, *EVENTS):
        if name in kept or name not in athlete or name not in reference:
            continue
        trial = sorted([*kept, name], key=EVENTS.index)
        if all(np.all(np.diff([times[n] for n in trial]) > _LEAST_STEP_S) for times in (athlete, reference)):
            kept = trial
    return np.array([athlete[n] for n in kept]), np.array([reference[n] for n in kept])


def to_reference(
    time_s: Floats, athlete: dict[Event, float], reference: dict[Event, float], mode: str = ALIGNED
) -> Floats:
    """(T,) seconds of the reference's clock for (T,) of the athlete's.

    ``aligned``: every event of the one falls on that of the other; ``real_speed``: both at their own speed,
    locked at foot contact. Outside the events time runs on at its own speed.
    """
    if mode == REAL_SPEED:
        return time_s - athlete[Event.FOOT_CONTACT] + reference[Event.FOOT_CONTACT]
    ours, theirs = knots(athlete, reference)
    inside = np.interp(time_s, ours, theirs)
    clock: Floats = inside + np.minimum(time_s - ours[0], 0.0) + np.maximum(time_s - ours[-1], 0.0)
    return clock


def interval_differences(athlete: dict[Event, float], reference: dict[Event, float]) -> list[Interval]:
    """Milliseconds between consecutive events and over the main phases, of both."""
    rows: list[Interval] = []
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
