"""The same joints under another assumption: what a coach corrects after the video was measured.

One camera knows neither how tall the athlete is nor how fast a slow-motion video was taken nor, sometimes,
which hand throws. All three enter a solved motion as a scale (of the metres, of the seconds) or as a turn
(the way to the plate is the way of the stride, and which foot strides depends on the hand), so that they can
be changed without looking at the video again.
"""

from __future__ import annotations

import numpy as np

from ..body.arrays import Floats, Indices
from ..body.series import PoseSeries
from ..vocabulary import Event, Hand
from .deliveries import Throw, find_deliveries
from .world import as_right_hander, joint, standing_height

# A stride shorter than this shows no direction.
LEAST_STRIDE_H = 0.15


def at_rate(series: PoseSeries, factor: float) -> PoseSeries:
    """The series with its seconds times ``factor``: old frames per second over new ones."""
    return series if factor == 1.0 else series.with_(time_s=series.time_s * factor)


def at_height(series: PoseSeries, factor: float) -> PoseSeries:
    """The series with its metres times ``factor``: new height over old one. The frame stays the same."""
    if factor == 1.0:
        return series
    extras = dict(series.extras)
    extras |= {
        name: np.asarray(extras[name]) * factor for name in ("world_sd_m", "camera_t") if name in extras
    }
    return series.with_(world_m=series.world_m * factor, extras=extras)


def toward_plate(series: PoseSeries, throws: Hand) -> PoseSeries:
    """The series with X along the stride that a thrower of this hand makes, window by window.

    A window (the rows that were solved as one) follows its first delivery of this hand, and keeps its way
    when there is none.
    """
    points = as_right_hander(series.world_m, throws)
    out, done = series, np.zeros(len(series), dtype=bool)
    for delivery in find_deliveries(points, series.time_s, standing_height(points)):
        way = _stride(delivery, throws)
        if way is None or done[delivery.rows].any():
            continue
        rows = _window(series, delivery.rows)
        out, done[rows] = _turned(out, rows, way), True
    return out


def _stride(delivery: Throw, throws: Hand) -> Floats | None:
    """(2,) level unit vector from the rear ankle at leg lift to the lead ankle at foot contact, unmirrored."""
    s, at = delivery.signals, {name: event.time_s for name, event in delivery.events.items()}
    step = s.at(joint(s.points, "lead_ankle"), at[Event.FOOT_CONTACT]) - s.at(
        joint(s.points, "rear_ankle"), at[Event.LEG_LIFT]
    )
    way = step[:2] * ((1.0, -1.0) if throws == Hand.LEFT else (1.0, 1.0))
    length = float(np.linalg.norm(way))
    return way / length if length > LEAST_STRIDE_H * s.height_m else None


def _window(series: PoseSeries, rows: Indices) -> Indices:
    """Every row around ``rows`` that has the same camera: they were solved together, they turn together."""
    if "camera_R" not in series.extras:
        return np.arange(len(series))
    axes = np.asarray(series.extras["camera_R"], dtype=float)
    middle = axes[rows[len(rows) // 2]]
    same = np.abs(axes - middle).max(axis=(1, 2)) < 1e-6
    return np.flatnonzero(same) if same.any() else rows


def _turned(series: PoseSeries, rows: Indices, way: Floats) -> PoseSeries:
    """``rows`` turned about the vertical through the origin so that ``way`` (2,) becomes X."""
    turn = np.array([[way[0], way[1], 0.0], [-way[1], way[0], 0.0], [0.0, 0.0, 1.0]])
    world = series.world_m.copy()
    world[rows] = world[rows] @ turn.T
    extras = dict(series.extras)
    if "camera_R" in extras:
        # x_camera = R x + t stays what it was: R' = R turn^T.
        rotation = np.array(extras["camera_R"], dtype=float)
        rotation[rows] = rotation[rows] @ turn.T
        extras["camera_R"] = rotation
    return series.with_(world_m=world, extras=extras)
