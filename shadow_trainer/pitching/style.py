"""What a delivery is on purpose: from the set or the wind-up, a slide step, the arm slot's family.

None of these is a fault; the rules leave out what does not apply to them.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .events.stride import SLIDE_STEP_H
from .metrics import Context

# In the wind-up the hips start facing the plate (90 degrees), in the set third base (0).
WINDUP_DEG = 50.0
# Shoulder-to-wrist elevation at release seen from behind [E]: norm 42 ± 9.
SLOTS = ((60.0, "overhand"), (25.0, "three_quarter"), (-10.0, "sidearm"), (-90.0, "submarine"))


def describe(c: Context) -> dict[str, Any]:
    """``{"start": set | windup | not seen, "slide_step": bool, "slot": ...}`` of one delivery."""
    slot = c.angle("arm_slot", "release")
    return {
        "start": _start(c),
        "slide_step": bool(
            c.highest(c.signals.knee_lift, c.window("first_movement", "foot_contact")) < SLIDE_STEP_H
        ),
        "slot": next((name for least, name in SLOTS if slot >= least), None) if np.isfinite(slot) else None,
    }


def shown(style: dict[str, Any], scored: list[dict[str, Any]]) -> dict[str, Any]:
    """The style for a reader: the arm slot's family only where the slot may be relied on.

    (The rules keep the guess: a delivery that may be sidearm is not blamed for what sidearm is.)
    """
    slot = next(metric for metric in scored if metric["name"] == "arm_slot")
    return {**style, "slot": style["slot"] if slot["confidence"] != "low" else None}


def marks(style: dict[str, Any]) -> frozenset[str]:
    """The styles as the fault rules name them."""
    found = {style["slot"]} if style["slot"] in ("sidearm", "submarine") else set()
    if style["slide_step"]:
        found.add("slide_step")
    if style["start"] == "windup":
        found.add("windup")
    return frozenset(found)


def _start(c: Context) -> str:
    if c.events["first_movement"].estimated:
        return "not seen"
    facing = c.angle("pelvis_rotation", "first_movement")
    return "windup" if np.isfinite(facing) and facing > WINDUP_DEG else "set"
