"""An imported motion as a reference delivery: hand, events, heading."""

from __future__ import annotations

import numpy as np

from ...errors import BadRequest
from .. import retarget
from ..deliveries import Found, find_deliveries, find_hand
from ..reference import Reference
from ..world import as_right_hander, standing_height
from .frame import hips_stand_still, plant
from .motion import Motion

ROOM_S = 0.3


def as_reference(
    motion: Motion,
    *,
    name: str,
    hand: str = "auto",
    level: str = "adult",
    height_m: float | None = None,
    events: dict[str, float] | None = None,
    source: str = "",
) -> Reference:
    """The best delivery of a motion, turned so that its stride goes along X.

    ``events`` (all eight, seconds) replace the ones that are found. Raises BadRequest when there is no
    delivery in it and no events were given.
    """
    tall = height_m or standing_height(motion.points)
    throws = hand if hand != "auto" else find_hand(motion.points, motion.time_s, tall)[0]
    points = as_right_hander(motion.points, throws)
    if hips_stand_still(points):
        points = plant(points, motion.time_s)
    found = find_deliveries(points, motion.time_s, tall)
    best = max(found, key=lambda item: item.quality, default=None)
    times = events or _times(best)
    rows = (motion.time_s >= times["first_movement"] - ROOM_S) & (
        motion.time_s <= times["follow_through"] + ROOM_S
    )
    lift, contact = (int(np.abs(motion.time_s - times[e]).argmin()) for e in ("leg_lift", "foot_contact"))
    points = retarget.turn(points, -retarget.stride_heading(points, lift, contact))
    points = points - points[lift, 28] * np.array([1.0, 1.0, 0.0])
    return Reference(
        name=name,
        time_s=motion.time_s[rows],
        points=points[rows],
        events=times,
        height_m=tall,
        hand=throws,
        level=level,
        source=source or f"Imported from a {motion.format} file",
    )


def _times(best: Found | None) -> dict[str, float]:
    if best is None:
        raise BadRequest(
            "No pitch was found in this motion.",
            code="no_pitch_found",
            fix="Check the throwing hand, the frame rate and the label map, or give the event times.",
        )
    return {name: event.time_s for name, event in best.events.items()}
