"""How far a metric can be trusted: by view (section 2.2), frame rate (section 1.3), events and measured error (section 8)."""

from __future__ import annotations

HIGH, MEDIUM, LOW = "high", "medium", "low"
RANK = {LOW: 0, MEDIUM: 1, HIGH: 2}
_NAMES = (LOW, MEDIUM, HIGH)

OPEN, REAR, FRONT, OTHER = "open-side", "rear", "front", "other"

# Frames per second needed (with a tolerance: 59.94 is 60, 119.88 is 120).
FPS_POSITIONS, FPS_RELEASE, FPS_SEQUENCE, FPS_ARM = 25.0, 55.0, 110.0, 220.0


def by_view(side: str, rear: str, view: str) -> str:
    """Confidence for a view from those for the open side and for rear or front; between them at an angle."""
    if view == OPEN:
        return side
    if view in (REAR, FRONT):
        return rear
    return _NAMES[(RANK[side] + RANK[rear]) // 2]


# A measured error of more than this share of the spread among pitchers says little about one of them.
HIGH_UP_TO_SD, MEDIUM_UP_TO_SD = 0.6, 1.2
# An error that goes one way shifts every z alike: more pitches do not take it out.
BIAS_UP_TO_SD = 0.5


def by_error(level: str, error: float | None, sd: float | None, bias: float = 0.0) -> str:
    """The confidence that a measured error still allows, given the norm's SD; unchanged when either is unknown."""
    if error is None or not sd:
        return level
    if abs(bias) > BIAS_UP_TO_SD * sd:
        return LOW
    allowed = HIGH if error <= HIGH_UP_TO_SD * sd else MEDIUM if error <= MEDIUM_UP_TO_SD * sd else LOW
    return lowest(level, allowed)


def lowest(*levels: str) -> str:
    """The weakest of several confidences."""
    return min(levels, key=RANK.__getitem__)
