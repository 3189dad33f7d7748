"""How far a metric can be trusted: by view (section 5), by frame rate (section 1.3), by its events."""

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


def lowest(*levels: str) -> str:
    """The weakest of several confidences."""
    return min(levels, key=RANK.__getitem__)
