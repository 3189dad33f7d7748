"""When an event was, and the typical intervals that stand in for what a video does not show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from ...vocabulary import Event

# docs/method.md, section 1.2: OpenBiomechanics, medians; seconds.
LIFT_TO_CONTACT_S = 0.628
CONTACT_TO_RELEASE_S = 0.141
LAYBACK_TO_RELEASE_S = 0.032
RELEASE_TO_SNAP_S = 0.026
RELEASE_TO_FOLLOW_THROUGH_S = 0.26
# The four at which metrics are read, short for the tables that name them in every line.
LIFT, FC = Event.LEG_LIFT, Event.FOOT_CONTACT
MER, BR = Event.MAX_EXTERNAL_ROTATION, Event.RELEASE


@dataclass(frozen=True)
class EventTime:
    """When an event was: seconds of real time, confidence 0..1, and whether it was inferred and not seen."""

    time_s: float
    confidence: float
    estimated: bool = False


Events: TypeAlias = dict[Event, EventTime]


def inferred(time_s: float, confidence: float = 0.3) -> EventTime:
    """An event that was not seen."""
    return EventTime(float(time_s), confidence, estimated=True)
