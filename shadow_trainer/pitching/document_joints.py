"""The part of analysis.json that says which joints a person set."""

from __future__ import annotations

from typing import TypedDict

from ..vocabulary import JointEditKind


class SetJoint(TypedDict):
    """One step of correcting joints by hand, in real seconds and pixels of the upright picture: who did it, and when.

    ``joint`` is a limb (trunk, arms, legs) where sides are exchanged, from ``at_s`` to ``to_s``.
    """

    kind: JointEditKind
    joint: str
    at_s: float
    to_s: float | None
    x_px: float | None
    y_px: float | None
    sigma_px: float
    person: int | None
    by: str
    done_at: str
