"""An imported motion as a reference delivery, or as a series to measure: hand, events, heading."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ...body.arrays import Floats
from ...body.series import PoseSeries
from ...body.skeleton import INDEX
from ...errors import BadRequest
from ...vocabulary import AUTO, Event, Hand, Level
from .. import filters
from ..deliveries import Throw, find_deliveries, find_hand
from ..reference import Reference, retarget
from ..world import as_right_hander, standing_height
from .frame import hips_stand_still, plant, plate_heading
from .motion import Motion
from .row_times import LONGEST_BRIDGED_S

ROOM_S = 0.3


@dataclass(frozen=True)
class _Thrown:
    """A motion with its hand known: ``points`` (T, 33, 3) of a right-hander, ``best`` the surest delivery."""

    hand: Hand
    height_m: float
    points: Floats
    best: Throw | None


def as_reference(
    motion: Motion,
    *,
    name: str,
    hand: str = AUTO,
    level: str = Level.ADULT,
    height_m: float | None = None,
    events: Mapping[str, float] | None = None,
    source: str = "",
) -> Reference:
    """The best delivery of a motion, turned so that its stride goes along X.

    ``events`` (all eight, seconds) replace the ones that are found. Raises BadRequest when there is no
    delivery in it and no events were given.
    """
    thrown = _thrown(motion, hand, height_m)
    times = (
        {Event(name): when for name, when in events.items()} if events else _times(thrown.best, motion.notes)
    )
    rows = (motion.time_s >= times[Event.FIRST_MOVEMENT] - ROOM_S) & (
        motion.time_s <= times[Event.FOLLOW_THROUGH] + ROOM_S
    )
    return Reference(
        name=name,
        time_s=motion.time_s[rows],
        points=_along_x(motion, thrown, times)[rows],
        events=times,
        height_m=thrown.height_m,
        hand=thrown.hand,
        level=level,
        source=source or f"Imported from a {motion.format} file",
        notes=motion.notes,
    )


def as_series(
    motion: Motion, *, hand: str = AUTO, height_m: float | None = None, plate: str | None = None
) -> PoseSeries:
    """A motion as joints in our world frame: the rear ankle at leg lift over the origin, X along ``plate``, the
    file's axis toward the plate (``x``, ``-y`` ...), or, where that is not known, along the stride.

    A motion without a delivery keeps the heading of its file. Raises BadRequest for an axis that stands upright.
    """
    thrown = _thrown(motion, hand, height_m)
    points = thrown.points
    if thrown.best is not None:
        way = None if plate is None else plate_heading(plate, motion.axes)
        if way is not None and thrown.hand == Hand.LEFT:
            way = -way
        points = _along_x(motion, thrown, _times(thrown.best), way)
    world = as_right_hander(points, thrown.hand)
    seen = np.asarray(np.isfinite(motion.points).all(axis=2), dtype=bool)
    measured = np.asarray(seen.any(axis=1), dtype=bool)
    pixels = np.full((*world.shape[:2], 2), np.nan)
    return PoseSeries(motion.time_s, pixels, seen.astype(float), world, measured)


def _bridged(motion: Motion) -> Floats:
    """(T, 33, 3) of a motion with short gaps bridged by a cubic spline: a line would cut the peaks of an arm off."""
    flat = motion.points.reshape(len(motion.points), -1)
    lines = filters.fill(flat, motion.time_s, LONGEST_BRIDGED_S)
    out = flat.copy()
    for column in np.flatnonzero((np.isnan(flat) & np.isfinite(lines)).any(axis=0)):
        known, wanted = (
            np.isfinite(flat[:, column]),
            np.isnan(flat[:, column]) & np.isfinite(lines[:, column]),
        )
        curve = filters.refine(flat[known, column], motion.time_s[known], motion.time_s[wanted])
        out[wanted, column] = np.where(np.isfinite(curve), curve, lines[wanted, column])
    return out.reshape(motion.points.shape)


def _thrown(motion: Motion, hand: str, height_m: float | None) -> _Thrown:
    tall = height_m or standing_height(motion.points)
    bridged = _bridged(motion)
    throws = Hand(hand) if hand != AUTO else find_hand(bridged, motion.time_s, tall)[0]
    points = as_right_hander(bridged, throws)
    if hips_stand_still(points):
        points = plant(points, motion.time_s)
    deliveries = find_deliveries(points, motion.time_s, tall)
    return _Thrown(throws, tall, points, max(deliveries, key=lambda item: item.probability, default=None))


def _along_x(
    motion: Motion, thrown: _Thrown, times: dict[Event, float], way_deg: float | None = None
) -> Floats:
    """(T, 33, 3) of a right-hander turned so that ``way_deg``, else the stride, goes along X from the origin."""
    lift, contact = (
        int(np.abs(motion.time_s - times[e]).argmin()) for e in (Event.LEG_LIFT, Event.FOOT_CONTACT)
    )
    # An event may lie in a gap: where the feet are then is told from both sides of it.
    whole = filters.fill(thrown.points, motion.time_s)
    if way_deg is None:
        way_deg = retarget.stride_heading(whole, lift, contact)
    points = retarget.turn(thrown.points, -way_deg)
    start = retarget.turn(whole[lift : lift + 1], -way_deg)[0, INDEX["right_ankle"]]
    centered: Floats = points - start * np.array([1.0, 1.0, 0.0])
    return centered


def _times(best: Throw | None, notes: tuple[str, ...] = ()) -> dict[Event, float]:
    if best is None:
        noted = f" Noted: {'; '.join(notes)}." if notes else ""
        raise BadRequest(
            f"No pitch was found in this motion.{noted}",
            code="no_pitch_found",
            fix="Check the throwing hand, the frame rate and the label map, or give the event times.",
        )
    return {name: event.time_s for name, event in best.events.items()}
