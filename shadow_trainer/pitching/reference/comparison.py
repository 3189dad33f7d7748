"""An athlete beside a reference: what to draw, the similarity, the differences in time (docs/method.md, section 4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...body.arrays import Floats
from ...body.series import PoseSeries
from ...errors import BadRequest
from ...vocabulary import Event
from .. import angles, camera
from ..document import Similarity
from ..world import as_right_hander, joint
from . import retarget, similarity, time_warp
from .model import Reference


@dataclass(frozen=True)
class Overlay:
    """The reference on the athlete's body, row for row with the video; NaN outside the deliveries.

    ``landmarks_px`` (T, 33, 2) pixels of the upright frame (NaN when no camera is known); ``world_m``
    (T, 33, 3) in the athlete's own world, left-handers not mirrored.
    """

    landmarks_px: Floats
    world_m: Floats


def overlay(
    series: PoseSeries, analysis: Mapping[str, Any], reference: Reference, mode: str = time_warp.ALIGNED
) -> Overlay:
    """The reference on the athlete for every delivery of an analysis, in one of the two play modes.

    ``aligned``: its events fall on the athlete's; ``real_speed``: it moves at its own speed, locked at foot
    contact. One camera per delivery projects it as the athlete's own landmarks were.
    """
    if mode not in time_warp.MODES:
        raise BadRequest(
            f"{mode!r} is no play mode; choose one of {', '.join(time_warp.MODES)}.", code="bad_mode"
        )
    hand = analysis["athlete"]["throws"]
    points = as_right_hander(series.world_m, hand)
    px = np.full(series.landmarks_px.shape, np.nan)
    world = np.full(series.world_m.shape, np.nan)
    for delivery in analysis["deliveries"]:
        rows = np.flatnonzero(
            (series.time_s >= delivery["start_s"] - 1e-9) & (series.time_s <= delivery["end_s"] + 1e-9)
        )
        events = event_times(delivery)
        height = analysis["athlete"]["height_m"]
        body = on_athlete(points[rows], series.time_s[rows], events, height, reference, mode)
        world[rows] = as_right_hander(body, hand)
        flat = camera.pixels(series, world, rows)
        if flat is not None:
            px[rows] = flat[rows]
    return Overlay(px, world)


def event_times(delivery: Mapping[str, Any]) -> dict[Event, float]:
    """Event name -> seconds, of a delivery of an analysis."""
    return {Event(name): float(event["time_s"]) for name, event in delivery["events"].items()}


def on_athlete(
    points: Floats,
    time_s: Floats,
    events: dict[Event, float],
    height_m: float,
    reference: Reference,
    mode: str = time_warp.ALIGNED,
) -> Floats:
    """(T, 33, 3) of the reference in the athlete's world at (T,) seconds: turned, resized, pinned.

    ``points`` (T, 33, 3) are the athlete's (a right-hander's) rows of one delivery.
    """
    clock = np.clip(
        time_warp.to_reference(time_s, events, reference.events, mode),
        reference.time_s[0],
        reference.time_s[-1],
    )
    scale = height_m / reference.height_m
    key = np.array([reference.events[Event.LEG_LIFT], reference.events[Event.FOOT_CONTACT]])
    model = reference.at(np.concatenate([clock, key]))
    lift, contact = len(clock), len(clock) + 1
    rear, lead = (
        _at(joint(points, name), time_s, events[event])
        for name, event in (("rear_ankle", Event.LEG_LIFT), ("lead_ankle", Event.FOOT_CONTACT))
    )
    stride = lead - rear
    if np.linalg.norm(stride[:2]) > 0.05 * height_m:
        ours = float(np.degrees(np.arctan2(stride[1], stride[0])))
        model = retarget.turn(model, ours - retarget.stride_heading(model, lift, contact))
    body = retarget.on_body(model, retarget.bone_lengths(points), scale)
    when = np.concatenate([clock, key])
    pinned = retarget.pin(
        body, model * scale, when, reference.events[Event.FOOT_CONTACT], (rear, lead), (lift, contact)
    )
    return pinned[: len(clock)]


def similarity_of(
    points: Floats,
    time_s: Floats,
    confidence: Floats,
    events: dict[Event, float],
    height_m: float,
    reference: Reference,
) -> Similarity:
    """The ``similarity`` of one delivery: scores per joint and overall, and the intervals in ms.

    ``points`` (T, 33, 3) of a right-hander and ``confidence`` (T, 33) are the rows around the delivery.
    """
    grid, weight = similarity.phase_grid(events)
    athlete = _resample(points, time_s, grid)
    visible = _resample(confidence, time_s, grid)
    body = on_athlete(points, time_s, events, height_m, reference)
    other = _resample(body, time_s, grid)
    return {
        "reference": reference.name,
        **similarity.compare(athlete, other, weight, visible),
        "intervals_ms": time_warp.interval_differences(events, reference.events),
    }


def reference_curves(
    time_s: Floats, events: dict[Event, float], reference: Reference, mode: str = time_warp.ALIGNED
) -> dict[str, Floats]:
    """The reference's angles and angular velocities at the athlete's times (T,), for charts.

    Velocities are the reference's own, not those of the bent clock.
    """
    clock = time_warp.to_reference(time_s, events, reference.events, mode)
    clock = np.clip(clock, reference.time_s[0], reference.time_s[-1])
    own = angles.all_angles(reference.points)
    curves = {name: angles.unwrap(values) for name, values in own.items()}
    curves |= angles.velocities(own, reference.time_s)
    return {name: np.interp(clock, reference.time_s, values) for name, values in curves.items()}


def _at(values: Floats, time_s: Floats, when_s: float) -> Floats:
    return np.array([np.interp(when_s, time_s, column) for column in values.T])


def _resample(values: Floats, time_s: Floats, grid_s: Floats) -> Floats:
    """(T, ...) -> (N, ...) at other times, linearly; NaN beside what is not known."""
    flat = values.reshape(len(values), -1)
    out = np.stack([np.interp(grid_s, time_s, column) for column in flat.T], axis=1)
    return out.reshape(len(grid_s), *values.shape[1:])
