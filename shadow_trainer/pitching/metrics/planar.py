"""Planar metrics: estimates from the frame alone, in a plane that faces the camera (docs/method.md, section 2.5).

Two-axis angles do far better in 2D than from monocular depth: a knee from the side, a lean from behind. The
landmarks' pixels are turned into metres in one vertical plane of the world, X-Z from the open side, Y-Z from
the rear or front. Which estimate is shown is decided by measured error, per metric and view
(:mod:`.uncertainty`).
"""

from __future__ import annotations

import numpy as np

from ...body.arrays import Floats, Indices
from ...body.series import PoseSeries
from ...body.skeleton import INDEX, MIRROR
from ...vocabulary import Event, Hand, Span
from .. import camera, clock, signals
from ..angles import between
from ..events.event import BR, FC, LIFT, MER
from .context import DeliveryContext
from .names import MetricKey, key_of

SAGITTAL, FRONTAL = "sagittal", "frontal"
# How far the camera may stand from looking straight at the plane.
WITHIN_DEG = 35.0
_AXES = {SAGITTAL: ((1.0, 0.0, 0.0), (0.0, 0.0, 1.0)), FRONTAL: ((0.0, 1.0, 0.0), (0.0, 0.0, 1.0))}
_NORMAL = {SAGITTAL: 1, FRONTAL: 0}  # which world axis the camera then looks along


def measure(
    series: PoseSeries, points: Floats, rows: Indices, context: DeliveryContext, hand: Hand
) -> dict[MetricKey, float]:
    """``(metric, event) -> value`` of what the frame's plane can tell; empty when it faces no plane.

    ``points`` (T, 33, 3) are the right-hander's metres of the whole series, ``rows`` those of the delivery.
    """
    px = camera.steady_px(series)[rows]
    if hand == Hand.LEFT:
        px = px[:, MIRROR]
    fitted = camera.fit(points[rows], px)
    plane = None if fitted is None else facing(fitted.axis)
    if fitted is None or plane is None:
        return {}
    flat = in_plane(px, fitted, plane)
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


def seen_in_frame(series: PoseSeries, hand: Hand) -> signals.SeenInFrame:
    """What the frame tells better than the solution: the hands' distance, the lead ankle along the stride, the arm.

    As :func:`shadow_trainer.pitching.deliveries.find_throws` takes it.
    """
    seen = (hand_gap(series), lead_ankle(series, hand), throwing_arm(series, hand))
    return signals.SeenInFrame(*seen, pieces=clock.pieces(series))


def hand_gap(series: PoseSeries) -> Floats | None:
    """(T,) metres between the wrists in the frame; None when the third dimension is as good.

    Depth error can only pull the hands apart, never together: where the depth is a solution's guess (the
    series says how uncertain it is), the frame tells better when the hands part.
    """
    if "world_sd_m" not in series.extras or not np.isfinite(series.landmarks_px).any():
        return None
    apart = series.landmarks_px[:, INDEX["left_wrist"]] - series.landmarks_px[:, INDEX["right_wrist"]]
    scale = _scale(series)
    return None if scale is None else _moving(series, np.linalg.norm(apart, axis=1) / scale)


def lead_ankle(series: PoseSeries, hand: Hand) -> Floats | None:
    """(T, 2) metres of the lead ankle in the frame, where the camera looks along the stride; else None.

    From behind and from in front the stride is depth, of which the frame tells little: the solution lets the
    foot glide to its place when it has long stood. Its way aside and down is seen, and ends when the foot lands.
    """
    axis = camera.looking(series)
    if "world_sd_m" not in series.extras or axis is None or facing(axis) != FRONTAL:
        return None
    scale = _scale(series)
    side = MIRROR[INDEX["left_ankle"]] if hand == Hand.LEFT else INDEX["left_ankle"]
    return None if scale is None else _moving(series, camera.steady_px(series)[:, side] / np.nanmedian(scale))


def throwing_arm(series: PoseSeries, hand: Hand) -> Floats | None:
    """(T, 2) metres of the throwing wrist from its shoulder in the frame; None when the third dimension is as good.

    From the side the arm's way lies in the frame's plane and the solved hand is right; from elsewhere it is depth.
    """
    axis = camera.looking(series)
    if "world_sd_m" not in series.extras or axis is None or facing(axis) == SAGITTAL:
        return None
    scale = _scale(series)
    if scale is None:
        return None
    return _moving(series, _arm_px(series, hand) / scale[:, None])


def _arm_px(series: PoseSeries, hand: Hand) -> Floats:
    """(T, 2) pixels from the throwing shoulder to its wrist, as one network alone saw them where that is known.

    The networks together are nearer to the hand but for a frame or two change from one to the other, and the fit draws
    a fast hand toward where it comes from and goes to: both move the arm's turning points in time.
    """
    wrist, shoulder = (series.landmarks_px[:, INDEX[f"{hand}_{part}"]] for part in ("wrist", "shoulder"))
    if "first_arms_px" in series.extras:
        arms = np.asarray(series.extras["first_arms_px"], dtype=float)
        side = int(hand == Hand.RIGHT)
        seen = np.isfinite(arms).all(axis=(1, 2))[:, None] & np.isfinite(wrist)
        wrist, shoulder = np.where(seen, arms[:, 2 + side], wrist), np.where(seen, arms[:, side], shoulder)
    return wrist - shoulder


def _moving(series: PoseSeries, values: Floats) -> Floats:
    """(T, ...) values, NaN where a bridged frame only repeats the one before and so shows another moment."""
    repeated = np.asarray(series.extras.get("repeated", np.zeros(len(series))), dtype=bool) & ~series.measured
    shown: Floats = np.where(repeated.reshape(-1, *(1,) * (values.ndim - 1)), np.nan, values)
    return shown


def _scale(series: PoseSeries) -> Floats | None:
    """(T,) pixels per metre at the athlete's distance."""
    if all(name in series.extras for name in camera.PINHOLE):
        focal, rotation, shift = (np.asarray(series.extras[n], dtype=float) for n in camera.PINHOLE)
        hips = series.world_m[:, 23:25].mean(axis=1)
        depth = np.einsum("tj,tj->t", rotation[:, 2], hips) + shift[:, 2]
        return focal / np.where(depth > 0.1, depth, np.nan)
    fitted = camera.fit(series.world_m, camera.steady_px(series))
    return None if fitted is None else np.full(len(series), fitted.scale)


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


def _sagittal(at: dict[Event, dict[str, Floats]], height_m: float) -> dict[MetricKey, float]:
    """Knees, elbows, forward tilt and stride as the side view shows them."""
    knee = {e: _bend(at[e], "lead_hip", "lead_knee", "lead_ankle") for e in (LIFT, FC, MER, BR)}
    out: dict[MetricKey, float] = {("lead_knee_flexion", event): value for event, value in knee.items()}
    out[key_of("lead_knee_extension", Span.FOOT_CONTACT_TO_RELEASE)] = knee[FC] - knee[BR]
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


def _frontal(at: dict[Event, dict[str, Floats]]) -> dict[MetricKey, float]:
    """Leans and the arm slot as the view from behind shows them."""
    out: dict[MetricKey, float] = {}
    for event in (MER, BR):
        y, z = _trunk(at[event])
        out["trunk_lateral_tilt", event] = float(np.degrees(np.arctan2(y, z)))
    out["trunk_frontal_lean", BR] = out["trunk_lateral_tilt", BR]
    reach = at[BR]["throwing_wrist"] - at[BR]["throwing_shoulder"]
    out["arm_slot", BR] = float(np.degrees(np.arctan2(reach[1], abs(reach[0]))))
    return out
