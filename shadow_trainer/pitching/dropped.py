"""Throws that were not taken as pitches: each with its time, how likely it is a pitch, and why it was left out."""

from __future__ import annotations

from ..vocabulary import Event, Verdict
from . import delivery_decision as decision
from .deliveries import Throw
from .document import DroppedThrow, DroppedWhy
from .throw_kind import kind_of


def among(throws: list[Throw], pitches: list[Throw]) -> list[DroppedThrow]:
    """Every throw that is none of ``pitches``, in the order of time."""
    taken = {id(throw) for throw in pitches}
    return [_entry(throw) for throw in throws if id(throw) not in taken]


def _entry(throw: Throw) -> DroppedThrow:
    events = throw.events
    first, last = (
        events[Event.FIRST_MOVEMENT].time_s - 0.3,
        events[Event.FOLLOW_THROUGH].time_s + 0.3,
    )
    return {
        "time_s": throw.release_s,
        "start_s": max(float(throw.signals.time_s[0]), first),
        "end_s": min(float(throw.signals.time_s[-1]), last),
        "probability": throw.probability,
        "missing": decision.missing(throw.signs),
        "why": _why(throw),
        "thrown": kind_of(throw),
    }


def _why(throw: Throw) -> DroppedWhy:
    if throw.verdict == Verdict.NO_PITCH:
        return "said"
    if not throw.bursts:
        return "improbable"
    if throw.unfinished:
        return "unfinished"
    return "beside_likelier" if throw.probability >= decision.QUESTIONABLE else "improbable"
