"""What a delivery is on purpose: from the set or the wind-up, a slide step, the arm slot's family.

None of these is a fault; the rules leave out what does not apply to them.
"""

from __future__ import annotations

import numpy as np

from ..vocabulary import Confidence, Event
from .document import MetricEntry, Slot, Start, Style
from .events.stride import SLIDE_STEP_H
from .faults.rules import STYLES
from .metrics import DeliveryContext

# In the wind-up the hips start facing the plate (90 degrees), in the set third base (0).
WINDUP_DEG = 50.0
# Shoulder-to-wrist elevation at release seen from behind [E]: norm 42 ± 9.
SLOTS: tuple[tuple[float, Slot], ...] = (
    (60.0, "overhand"),
    (25.0, "three_quarter"),
    (-10.0, "sidearm"),
    (-90.0, "submarine"),
)


def describe(c: DeliveryContext) -> Style:
    """From what one delivery begins, whether it is a slide step, and its arm slot's family."""
    slot = c.angle("arm_slot", Event.RELEASE)
    return {
        "start": _start(c),
        "slide_step": bool(
            c.highest(c.signals.knee_lift, c.window(Event.FIRST_MOVEMENT, Event.FOOT_CONTACT)) < SLIDE_STEP_H
        ),
        "slot": next((name for least, name in SLOTS if slot >= least), None) if np.isfinite(slot) else None,
    }


def shown(style: Style, scored: list[MetricEntry]) -> Style:
    """The style for a reader: the arm slot's family only where the slot may be relied on.

    (The rules keep the guess: a delivery that may be sidearm is not blamed for what sidearm is.)
    """
    slot = next(metric for metric in scored if metric["name"] == "arm_slot")
    return {**style, "slot": style["slot"] if slot["confidence"] != Confidence.LOW else None}


def marks(style: Style) -> frozenset[str]:
    """The styles as the fault rules name them."""
    names = {style["slot"] or "", style["start"], "slide_step" if style["slide_step"] else ""}
    return frozenset(names & set(STYLES))


def _start(c: DeliveryContext) -> Start:
    if c.events[Event.FIRST_MOVEMENT].estimated:
        return "not seen"
    facing = c.angle("pelvis_rotation", Event.FIRST_MOVEMENT)
    return "windup" if np.isfinite(facing) and facing > WINDUP_DEG else "set"
