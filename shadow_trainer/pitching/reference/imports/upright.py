"""From a foreign frame to ours: metres, Z up, the body walking over the ground, X along the stride."""

from __future__ import annotations

import numpy as np

from ....errors import BadRequest
from ....pose.skeleton import INDEX
from ...world import mid_hip, mid_shoulder, standing_height

UP_AXES = ("x", "-x", "y", "-y", "z", "-z")
# Units a file may be in, metres each, and the heights a pitcher may have.
UNITS_M = (1.0, 0.01, 0.001)
HEIGHT_M = (1.2, 2.3)
ROOTED_H = 0.05  # hips that move less than this through a pitch were put at the origin by the file's maker
STANCE_H = 0.02


def guess_up(points: np.ndarray) -> str:
    """The axis along which shoulders are over hips and hips over ankles, of (T, 33, 3) points."""
    ankles = (points[:, INDEX["left_ankle"]] + points[:, INDEX["right_ankle"]]) / 2
    upward = np.nanmedian(mid_shoulder(points) - mid_hip(points) + mid_hip(points) - ankles, axis=0)
    axis = int(np.argmax(np.abs(upward)))
    return ("" if upward[axis] > 0 else "-") + "xyz"[axis]


def z_up(points: np.ndarray, up: str) -> np.ndarray:
    """The same points with ``up`` turned onto Z; a turn, never a mirror image."""
    if up not in UP_AXES:
        raise BadRequest(f"The axis {up!r} is none of {', '.join(UP_AXES)}.", code="bad_axis")
    axis = "xyz".index(up[-1])
    turned = points[..., [(axis + 1) % 3, (axis + 2) % 3, axis]]  # cyclic, so handedness stays
    return turned * np.array([1.0, -1.0, -1.0]) if up[0] == "-" else turned


def guess_unit(points: np.ndarray, height_m: float | None) -> float:
    """Metres per unit: metre, centimetre or millimetre by the body's size, else from ``height_m``.

    Arrays of pose networks have no unit at all; without a height such a body gets 1.85 m.
    """
    tall = standing_height(points)
    for unit in UNITS_M:
        if HEIGHT_M[0] <= tall * unit <= HEIGHT_M[1]:
            return unit
    return (height_m or 1.85) / tall


def rooted(points: np.ndarray, height_m: float) -> bool:
    """Whether the hips stay where they are, so that the way over the ground is lost."""
    hips = mid_hip(points)
    return bool(np.nanmax(np.nanmax(hips, axis=0) - np.nanmin(hips, axis=0)) < ROOTED_H * height_m)


def on_ground(points: np.ndarray, height_m: float) -> np.ndarray:
    """Hip-centred points set walking: the lower foot stands still (PITCHING.md section 0)."""
    ankles = points[:, [INDEX["left_ankle"], INDEX["right_ankle"]]]
    height = np.nan_to_num(ankles[..., 2], nan=np.inf)
    weight = np.exp(-(height - height.min(axis=1, keepdims=True)) / (STANCE_H * height_m))
    weight /= weight.sum(axis=1, keepdims=True)
    step = np.diff(ankles, axis=0)
    middle = (weight[1:] + weight[:-1])[..., None] / 2
    way = -np.nansum(step * middle, axis=1)
    return points + np.concatenate([np.zeros((1, 3)), np.cumsum(way, axis=0)])[:, None]


def along_stride(points: np.ndarray, rear_ankle: np.ndarray, lead_ankle: np.ndarray) -> np.ndarray:
    """Turned about the vertical so that the stride, from one ankle (3,) to the other (3,), is along X."""
    stride = lead_ankle - rear_ankle
    c, s = stride[:2] / np.linalg.norm(stride[:2])
    turn = np.array([[c, s, 0.0], [-s, c, 0.0], [0.0, 0.0, 1.0]])
    return (points - np.array([*rear_ankle[:2], 0.0])) @ turn.T
