"""How far a metric can be trusted: by view, frame rate, events, error (docs/method.md, section 8)."""

from __future__ import annotations

from ...vocabulary import Confidence, View

_ASCENDING = (Confidence.LOW, Confidence.MEDIUM, Confidence.HIGH)
# Frames per second needed (with a tolerance: 59.94 is 60, 119.88 is 120).
FPS_POSITIONS, FPS_RELEASE, FPS_SEQUENCE, FPS_ARM = 25.0, 55.0, 110.0, 220.0


def by_view(side: Confidence, rear: Confidence, view: View) -> Confidence:
    """Confidence for a view from those for the open side and for rear or front; between them at an angle."""
    if view == View.OPEN_SIDE:
        return side
    if view in (View.REAR, View.FRONT):
        return rear
    return _ASCENDING[(_ASCENDING.index(side) + _ASCENDING.index(rear)) // 2]


# A measured error of more than this share of the spread among pitchers says little about one of them.
HIGH_UP_TO_SD, MEDIUM_UP_TO_SD = 0.6, 1.2
# An error that goes one way shifts every z alike: more pitches do not take it out.
BIAS_UP_TO_SD = 0.5


def by_error(level: Confidence, error: float | None, sd: float | None, bias: float = 0.0) -> Confidence:
    """The confidence that a measured error still allows, given the norm's SD; unchanged when either is unknown."""
    if error is None or not sd:
        return level
    if abs(bias) > BIAS_UP_TO_SD * sd:
        return Confidence.LOW
    if error <= HIGH_UP_TO_SD * sd:
        return level
    return lowest(level, Confidence.MEDIUM if error <= MEDIUM_UP_TO_SD * sd else Confidence.LOW)


def lowest(*levels: Confidence) -> Confidence:
    """The weakest of several confidences."""
    return min(levels, key=_ASCENDING.index)
