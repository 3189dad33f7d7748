"""Estimates from the picture alone, for what moves in a plane that faces the camera (docs/method.md, section 6).

Two-axis angles do far better in 2D than from monocular depth: a knee from the side, a lean from behind. The
landmarks' pixels are turned into metres in one vertical plane of the world, X-Z from the open side, Y-Z from
the rear or front. Which estimate is shown is decided by measured error, per metric and view
(:mod:`.errors`).
"""

from __future__ import annotations

import numpy as np

from ...body.arrays import Floats
from ...body.series import PoseSeries
from ...body.skeleton import INDEX, MIRROR
from .. import camera, signals
from ..angles import between
from . import Context

SAGITTAL, FRONTAL = "sagittal", "frontal"
# How far the camera may stand from looking straight at the plane.
WITHIN_DEG = 35.0
_AXES = {SAGITTAL: ((1.0, 0.0, 0.0), (0.0, 0.0, 1.0)), FRONTAL: ((0.0, 1.0, 0.0), (0.0, 0.0, 1.0))}
_NORMAL = {SAGITTAL: 1, FRONTAL: 0}  # which world axis the camera then looks along
FC, MER, BR, LIFT = "foot_contact", "max_external_rotation", "release", "leg_lift"


def measure(
    series: PoseSeries, points: Floats, rows: Floats, context: Context, hand: str
) -> dict[tuple[str, str], float]:
    """``(metric, event) -> value`` of what the picture's plane can tell; empty when it faces no plane.

    ``points`` (T, 33, 3) are the right-hander's metres of the whole series, ``rows`` those of the delivery.
    """
    px = camera.steady_px(series)[rows]
    if hand == "left":
        px = px[:, MIRROR]
    found = camera.fit(points[rows], px)
    plane = None if found is None else facing(found.axis)
    if found is None or plane is None:
        return {}
    flat = in_plane(px, found, plane)
    flat = signals.smooth(flat, series.time_s[rows])
    at = {event: _at(flat, series.time_s[rows], context.when(event)) for event in (LIFT, FC, MER, BR)}
    values = _sagittal(at, context.height_m) if plane == SAGITTAL else _frontal(at)
    return {key: value for key, value in values.items() if np.isfinite(value)}


def facing(axis: Floats) -> str | None:
    """The plane that a camera looking along ``axis`` (3,) faces, or None at an angle."""
    for plane, index in _NORMAL.items():
        if abs(axis[index]) >= np.cos(np.radians(WITHIN_DEG)):
            return plane
    return None


def in_plane(px: Floats, seen: camera.WeakPerspective, plane: str) -> Floats:
    """(T, 33, 2) pixels -> (T, 33, 2) metres along the plane's level axis and up."""
    level, up = (seen.matrix @ np.array(axis) for axis in _AXES[plane])
    return (px - seen.shift) @ np.linalg.inv(np.stack([level, up], axis=1)).T


def hand_gap(series: PoseSeries) -> Floats | None:
    """(T,) metres between the wrists in the picture; None when the third dimension is as good.

    Depth error can only pull the hands apart, never together: where the depth is a solution's guess (the
    series says how uncertain it is), the picture tells better when the hands part.
    """
    if "world_sd_m" not in series.extras or not np.isfinite(series.landmarks_px).any():
        return None
    apart = series.landmarks_px[:, INDEX["left_wrist"]] - series.landmarks_px[:, INDEX["right_wrist"]]
    scale = _scale(series)
    return None if scale is None else np.linalg.norm(apart, axis=1) / scale


def lead_ankle(series: PoseSeries, hand: str) -> Floats | None:
    """(T, 2) metres of the lead ankle in the picture, where the camera looks along the stride; else None.

    From behind and from in front the stride is depth, of which the picture tells little: the solution lets the
    foot glide to its place when it has long stood. Its way aside and down is seen, and ends when the foot lands.
    """
    axis = camera.looking(series)
    if "world_sd_m" not in series.extras or axis is None or facing(axis) != FRONTAL:
        return None
    scale = _scale(series)
    side = MIRROR[INDEX["left_ankle"]] if hand == "left" else INDEX["left_ankle"]
    return None if scale is None else camera.steady_px(series)[:, side] / np.nanmedian(scale)


def _scale(series: PoseSeries) -> Floats | None:
    """(T,) pixels per metre at the athlete's distance."""
    if all(name in series.extras for name in camera.PINHOLE):
        focal, rotation, shift = (np.asarray(series.extras[n], dtype=float) for n in camera.PINHOLE)
        hips = series.world_m[:, 23:25].mean(axis=1)
        depth = np.einsum("tj,tj->t", rotation[:, 2], hips) + shift[:, 2]
        return focal / np.where(depth > 0.1, depth, np.nan)
    found = camera.fit(series.world_m, camera.steady_px(series))
    return None if found is None else np.full(len(series), found.scale)


def _at(flat: Floats, time_s: Floats, when_s: float) -> dict[str, Floats]:
    """Right-hander's roles -> (2,) metres at one time."""
    names = {"rear": "right", "throwing": "right", "lead": "left", "glove": "left"}
    out = {}
    for role, side in names.items():
        for part in ("shoulder", "elbow", "wrist", "hip", "knee", "ankle"):
            column = flat[:, INDEX[f"{side}_{part}"]]
            out[f"{role}_{part}"] = np.array([np.interp(when_s, time_s, c) for c in column.T])
    return out


def _trunk(p: dict[str, Floats]) -> Floats:
    return (p["lead_shoulder"] + p["rear_shoulder"] - p["lead_hip"] - p["rear_hip"]) / 2


def _bend(p: dict[str, Floats], *names: str) -> float:
    a, b, c = (p[name] for name in names)
    return float(between(b - a, c - b))


def _sagittal(at: dict[str, dict[str, Floats]], height_m: float) -> dict[tuple[str, str], float]:
    """Knees, elbows, forward tilt and stride as the side view shows them."""
    knee = {e: _bend(at[e], "lead_hip", "lead_knee", "lead_ankle") for e in (LIFT, FC, MER, BR)}
    out = {("lead_knee_flexion", event): value for event, value in knee.items()}
    out["lead_knee_extension", "foot_contact_to_release"] = knee[FC] - knee[BR]
    arm = ("shoulder", "elbow", "wrist")
    for event in (FC, MER, BR):
        out["elbow_flexion", event] = _bend(at[event], *(f"throwing_{part}" for part in arm))
    out["glove_elbow_flexion", FC] = _bend(at[FC], *(f"glove_{part}" for part in arm))
    for event in (LIFT, FC):
        out["rear_knee_flexion", event] = _bend(at[event], "rear_hip", "rear_knee", "rear_ankle")
    stride = at[FC]["lead_ankle"][0] - at[LIFT]["rear_ankle"][0]
    out["stride_length", FC] = float(stride) / height_m * 100
    for event in (MER, BR):
        x, z = _trunk(at[event])
        out["trunk_forward_tilt", event] = float(np.degrees(np.arctan2(x, z)))
    return out


def _frontal(at: dict[str, dict[str, Floats]]) -> dict[tuple[str, str], float]:
    """Leans and the arm slot as the view from behind shows them."""
    out = {}
    for event in (MER, BR):
        y, z = _trunk(at[event])
        out["trunk_lateral_tilt", event] = float(np.degrees(np.arctan2(y, z)))
    out["trunk_frontal_lean", BR] = out["trunk_lateral_tilt", BR]
    reach = at[BR]["throwing_wrist"] - at[BR]["throwing_shoulder"]
    out["arm_slot", BR] = float(np.degrees(np.arctan2(reach[1], abs(reach[0]))))
    return out
