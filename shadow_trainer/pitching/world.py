"""Sides of the body: a left-hander becomes a right-hander once, here, and is turned back for showing.

World frame: metres, X from the rubber to the plate, Z up, Y = Z x X (toward first base). For a left-hander
Y is negated and left and right are exchanged, so that every formula downstream is a right-hander's:
throwing and rear side are the right one, glove and lead side the left one (docs/method.md, section 0).
"""

from __future__ import annotations

import numpy as np

from ..body.arrays import Floats
from ..body.skeleton import INDEX, MIRROR
from ..errors import BadRequest
from ..vocabulary import Hand

_NEGATE_Y = np.array([1.0, -1.0, 1.0])


def as_right_hander(world_m: Floats, throws: Hand | str) -> Floats:
    """(T, 33, 3) world metres of a thrower of either hand -> those of a right-hander. Its own inverse."""
    if throws not in tuple(Hand):
        raise BadRequest(f"throws is {throws!r}; it must be right or left.", code="bad_throws")
    if throws == Hand.RIGHT:
        return world_m
    mirrored: Floats = world_m[:, MIRROR] * _NEGATE_Y
    return mirrored


def joint(points: Floats, name: str) -> Floats:
    """(T, 3) of one joint of a right-hander by its role: ``throwing_wrist``, ``lead_knee``, ``rear_ankle``.

    ``throwing`` and ``rear`` are right; ``glove`` and ``lead`` are left.
    """
    side, _, part = name.partition("_")
    return points[:, INDEX[f"{_SIDE[side]}_{part}"]]


_SIDE = {"throwing": "right", "rear": "right", "glove": "left", "lead": "left"}


def mid_hip(points: Floats) -> Floats:
    """(T, 3) midpoint of the hip joint centres."""
    return (points[:, INDEX["left_hip"]] + points[:, INDEX["right_hip"]]) / 2


def mid_shoulder(points: Floats) -> Floats:
    """(T, 3) midpoint of the shoulder joint centres."""
    return (points[:, INDEX["left_shoulder"]] + points[:, INDEX["right_shoulder"]]) / 2


def standing_height(points: Floats) -> float:
    """Height in metres estimated from the bones: trunk, thigh and shank are 0.787 of it."""

    def length(a: Floats, b: Floats) -> float:
        return float(np.nanmedian(np.linalg.norm(a - b, axis=-1)))

    trunk = length(mid_shoulder(points), mid_hip(points))
    legs = [
        length(joint(points, f"{side}_hip"), joint(points, f"{side}_knee"))
        + length(joint(points, f"{side}_knee"), joint(points, f"{side}_ankle"))
        for side in ("lead", "rear")
    ]
    return (trunk + float(np.nanmean(legs))) / (0.27 + 0.26 + 0.257)
