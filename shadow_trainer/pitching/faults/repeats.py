"""The same fault in several pitches: how often it was seen is part of how certain it is."""

from __future__ import annotations

from ..document import Delivery, Fault, RepeatedFault

MARKED_Z = 2.0


def tell_repeats(deliveries: list[Delivery], counted: list[RepeatedFault]) -> list[Delivery]:
    """Deliveries whose faults say in how many of the pitches they were seen, and which of them are marked: those
    that are clearly outside here (|z| of at least 2) and appear in most of the pitches.

    ``counted`` as :func:`..consistency.over` gives it; with one pitch it is empty and nothing changes.
    """
    by_id = {fault["id"]: fault for fault in counted}
    return [
        {**one, "faults": [_told(fault, by_id[fault["id"]]) for fault in one["faults"]]} if by_id else one
        for one in deliveries
    ]


def _told(fault: Fault, seen: RepeatedFault) -> Fault:
    certainty = fault["certainty"].replace("— ", f"— {seen['words']}, ", 1)
    return {
        **fault,
        "marked": seen["marked"] and fault["strength"] >= MARKED_Z,
        "count": seen["count"],
        "n": seen["n"],
        "certainty": certainty,
        "message": fault["message"].replace(fault["certainty"], certainty),
    }
