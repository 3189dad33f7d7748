"""Units, the vertical, and a body that stands on the ground: a file's axes turned into ours.

What the format does not say, or says against the body, is told from the body itself: a pitcher is between 1.1 and
2.35 m tall (:mod:`.units`), and over a whole delivery his head is above his feet.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ...body.arrays import Floats
from ...body.skeleton import INDEX
from ...errors import BadRequest
from .. import filters
from ..events.event import CONTACT_TO_RELEASE_S
from ..world import joint, mid_hip, mid_shoulder, standing_height
from . import units

# Rows of each matrix: our X, Y, Z in the file's axes; all keep the hand of the axes.
_TO_Z_UP = {
    "z": np.eye(3),
    "y": np.array([[1.0, 0, 0], [0, 0, -1.0], [0, 1.0, 0]]),
    "-y": np.array([[1.0, 0, 0], [0, 0, 1.0], [0, -1.0, 0]]),
    "x": np.array([[0, 1.0, 0], [0, 0, 1.0], [1.0, 0, 0]]),
    "-x": np.array([[0, 0, 1.0], [0, 1.0, 0], [-1.0, 0, 0]]),
    "-z": np.array([[1.0, 0, 0], [0, -1.0, 0], [0, 0, -1.0]]),
}
FIXED_HIPS_M = 0.03
# Over a whole delivery toes are 0.2 m and knees 0.1 m ahead of the ankles and of the line from hip to ankle.
BEHIND_M = -0.05
CROSS_FADE_S = 0.1
ANKLE_HEIGHT_H = 0.04


def find_up(points: Floats) -> str:
    """``z``, ``y``, ``-y`` ...: the file's axis along which the body stands, from (T, 33, 3) points."""
    legs = [points[:, INDEX[f"{side}_ankle"]] for side in ("left", "right")]
    upright = np.nanmedian(mid_shoulder(points) - (legs[0] + legs[1]) / 2, axis=0)
    axis = int(np.argmax(np.abs(upright)))
    return ("-" if upright[axis] < 0 else "") + "xyz"[axis]


def to_world(points: Floats, unit: str | None, up: str | None) -> tuple[Floats, Floats, list[str]]:
    """(T, 33, 3) metres with Z up, the axes they were turned by (rows: ours in the file's), guesses in words."""
    scale, notes = units.decide(standing_height(points), unit)
    if up is None:
        up = find_up(points)
        notes.append(f"the vertical taken for the file's {up} axis")
    world = points * scale @ _TO_Z_UP[up].T
    if _mirrored(world):
        raise BadRequest(
            "Left and right are exchanged in this file (or its axes are left-handed).",
            code="mirrored_motion",
            fix="Exchange left and right in the label map, or turn the sign of one axis before exporting.",
        )
    return world, _TO_Z_UP[up], notes


def plate_heading(axis: str, axes: Floats) -> float:
    """Degrees about our vertical of a file's axis (``x``, ``-y`` ...). Raises BadRequest for one that stands."""
    sign = -1.0 if axis.startswith("-") else 1.0
    way = sign * axes[:, "xyz".index(axis[-1])]
    if np.hypot(way[0], way[1]) < 0.5:
        raise BadRequest(
            f"The file's {axis} axis stands upright; the plate cannot be there.",
            code="bad_plate",
            fix="Name the level axis along which the pitch is thrown.",
        )
    return float(np.degrees(np.arctan2(way[1], way[0])))


def hips_stand_still(world: Floats) -> bool:
    """True for hip-centred files, in which the way over the ground is lost."""
    hips = mid_hip(world)
    return bool(np.max(np.nanmax(hips, axis=0) - np.nanmin(hips, axis=0)) < FIXED_HIPS_M)


def _mirrored(world: Floats) -> bool:
    """True when the body bends the way it cannot: its toes, or where there are none its knees, point behind it."""
    across = world[:, INDEX["left_hip"]] - world[:, INDEX["right_hip"]]
    forward = np.cross(across, np.array([0.0, 0.0, 1.0]))
    forward /= np.maximum(np.linalg.norm(forward, axis=1), 1e-9)[:, None]

    def ahead(way: Callable[[str], Floats]) -> Floats:
        return np.stack([(way(side) * forward).sum(axis=1) for side in ("left", "right")])

    def at(side: str, part: str) -> Floats:
        return world[:, INDEX[f"{side}_{part}"]]

    reach = ahead(lambda side: at(side, "foot_index") - at(side, "ankle"))
    if not np.isfinite(reach).any():
        reach = ahead(lambda side: at(side, "knee") - (at(side, "hip") + at(side, "ankle")) / 2)
    known = np.isfinite(reach)
    return bool(known.any() and np.median(reach[known]) < BEHIND_M)


def plant(points: Floats, time_s: Floats) -> Floats:
    """Hip-centred points (T, 33, 3) of a right-hander with their way over the ground put back.

    The rear ankle stands until 100 ms before foot contact, the lead ankle from there on. Contact is put at
    its usual time before the hand's greatest speed, which needs no way over the ground.
    """
    whole = filters.fill(points, time_s)
    speed = filters.speed(joint(whole, "throwing_wrist") - mid_hip(whole), time_s)
    release = time_s[int(np.nanargmax(speed))]
    contact = release - CONTACT_TO_RELEASE_S
    late = np.clip((time_s - contact + CROSS_FADE_S) / CROSS_FADE_S, 0.0, 1.0)[:, None]
    rear, lead = joint(whole, "rear_ankle"), joint(whole, "lead_ankle")
    middle = (late[1:] + late[:-1]) / 2
    step = (1.0 - middle) * np.diff(rear, axis=0) + middle * np.diff(lead, axis=0)
    path = -np.concatenate([np.zeros((1, 3)), np.cumsum(np.nan_to_num(step), axis=0)])
    path[:, 2] += ANKLE_HEIGHT_H * standing_height(points) - rear[0, 2]
    planted: Floats = points + path[:, None]
    return planted
