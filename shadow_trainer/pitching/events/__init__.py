"""The eight events of a delivery, found in the order of docs/method.md, section 1.1.

Release is found first, because the throwing hand's burst is the most robust sign of a pitch; the other
events are looked for in windows around it. What was not seen is inferred and marked ``estimated``.
"""

from __future__ import annotations

from ...vocabulary import Event
from ..signals import Signals
from .arm import find_follow_through, find_internal_rotation, find_layback, find_release, hand_burst, to_plate
from .event import Events, EventTime
from .stride import find_first_movement, find_foot_contact, find_hand_separation, find_leg_lift

__all__ = ["EventTime", "Events", "Signals", "find_events", "to_plate"]


def find_events(s: Signals, release: EventTime | None = None) -> Events | None:
    """All eight events of the delivery with the fastest throwing hand in ``s``; None when no hand throws.

    With a ``release`` that is known the others are found around it, whatever the hand does.
    """
    if release is None:
        burst = hand_burst(s)
        if burst is None:
            return None
        release = find_release(s, burst)
    lift = find_leg_lift(s, release.time_s)
    contact = find_foot_contact(s, release.time_s, lift.time_s)
    return {
        Event.FIRST_MOVEMENT: find_first_movement(s, lift.time_s),
        Event.LEG_LIFT: lift,
        Event.HAND_SEPARATION: find_hand_separation(s, lift.time_s, contact.time_s, release.time_s),
        Event.FOOT_CONTACT: contact,
        Event.MAX_EXTERNAL_ROTATION: find_layback(s, release),
        Event.RELEASE: release,
        Event.MAX_INTERNAL_ROTATION: find_internal_rotation(s, release),
        Event.FOLLOW_THROUGH: find_follow_through(s, release.time_s),
    }
