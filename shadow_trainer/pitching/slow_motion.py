"""Slow motion that nobody declared: how many times slower than life a video plays (docs/method.md, section 0).

Foot contact to release cannot be longer than about 0.2 s, and nobody takes three seconds from leg lift to
release. The factor is the one of the usual recording modes that makes hand speed and rhythm those of a pitch, or
one of those at which replays are shown where no usual one does.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ..body.series import PoseSeries
from ..vocabulary import AUTO, Event, Hand
from . import filters, signals
from .deliveries import find_deliveries, find_hand
from .delivery_decision import held_speed
from .metrics import planar
from .world import as_right_hander, mid_hip, standing_height

# Recording over playing rate: 60/30, 120/30 or 240/60, 240/30.
FACTORS = (2.0, 4.0, 8.0)
# Of replays and edited videos; they are rarer: so much more must speak for one of them, and they are tried only where
# no usual speed makes a likely pitch of it.
REPLAYS, REPLAY_CAUTION = (1.5, 2.5, 3.0), 1.0
# No hand is faster than this relative to the hips, at whatever speed the video plays.
FASTEST_HAND_H_S = 22.0
# Log-normal expectations: (median, spread of the logarithm). Hand speed relative to the hips in H/s: youth
# 8, professionals 15. Intervals: section 1.2 with a slide step at the short end.
HAND_SPEED_H_S = (11.0, 0.30)
LIFT_TO_RELEASE_S = (0.77, 0.22)
CONTACT_TO_RELEASE_S = (0.141, 0.18)
# Real time is by far the usual case: this much more must speak for slow motion (log-odds of 20 : 1).
CAUTION = 3.0
HIGHEST_RATE_FPS = 1001.0
# An event that was not seen is worth as much as one that is this many standard deviations off; and whatever the
# alternative, nobody's video is slow motion whose hand and rhythm are together farther off than LEAST_LIKE_A_PITCH.
UNSEEN_SD = 2.0
LEAST_FRAMES = 12
LEAST_LIKE_A_PITCH = 6.0


def slow_motion_factor(series: PoseSeries, *, fps: float, throws: str = AUTO) -> float:
    """One of :data:`FACTORS` and :data:`REPLAYS`, or 1: what ``series.time_s`` must be divided by to be real seconds. ``fps`` is the file's rate.

    For joints that do not depend on the time base (markers, another tool); :func:`real_speed` is for our own.
    """

    def same_joints(factor: float) -> PoseSeries:
        return series.with_(time_s=series.time_s / factor)

    return real_speed(same_joints, fps=fps, throws=throws)[1]


def real_speed(
    solve_at: Callable[[float], PoseSeries], *, fps: float, throws: str = AUTO, coarse: bool = False
) -> tuple[PoseSeries, float]:
    """``(series, factor)``: the motion under the factor that makes it a pitch.

    ``solve_at(factor)`` gives the series with its times divided by ``factor``. Filters, ground contact and
    left/right repair work in real seconds, so each hypothesis is judged by the motion solved under it. The
    others are not even tried when the video makes sense in real time, which is by far the usual case. Joints that
    are ``coarse`` (of a model too small to score by) say too little of rhythm: for them any pitch in real time does.
    """
    series = solve_at(1.0)
    best, factor = series, 1.0
    least, likely = _misfit(series, throws)
    if least <= CAUTION or (coarse and np.isfinite(least)):
        return best, factor
    for factors, caution in ((FACTORS, 0.0), (REPLAYS, REPLAY_CAUTION)):
        if caution and likely:
            break
        for slower in factors:
            if fps * slower > HIGHEST_RATE_FPS or _hand_speed(series, slower) > FASTEST_HAND_H_S:
                continue
            tried = solve_at(slower)
            misfit, pitch = _misfit(tried, throws)
            misfit += caution
            if misfit <= LEAST_LIKE_A_PITCH and misfit + CAUTION < least:
                best, factor, least, likely = tried, slower, misfit + CAUTION, pitch
    return best, factor


def _hand_speed(series: PoseSeries, factor: float) -> float:
    """The faster hand's highest lasting speed relative to the hips, in heights a second, were it slowed by ``factor``."""
    known = np.isfinite(series.world_m).any(axis=(1, 2))
    if known.sum() < LEAST_FRAMES:
        return 0.0
    time_s = series.time_s[known] / factor
    world = signals.smooth(series.world_m[known], time_s)
    hips, height_m = mid_hip(world), standing_height(world)
    speeds = (filters.speed(world[:, wrist] - hips, time_s) for wrist in signals.WRISTS.values())
    return max(held_speed(speed, time_s) for speed in speeds) / height_m


def _misfit(series: PoseSeries, throws: str) -> tuple[float, bool]:
    """Median negative log-likelihood of the clip's deliveries at the times they have, and whether they are likely.

    Infinity and False where there is none.
    """
    time_s = series.time_s
    if not np.isfinite(series.world_m).any():
        return np.inf, False
    height = standing_height(series.world_m)
    hand = find_hand(series.world_m, time_s, height)[0] if throws == AUTO else Hand(throws)
    points = as_right_hander(series.world_m, hand)
    deliveries = find_deliveries(points, time_s, height, None, **planar.seen_in_frame(series, hand))
    if not deliveries:
        return np.inf, False
    costs = []
    for delivery in deliveries:
        at = {name: event.time_s for name, event in delivery.events.items()}
        speed = float(np.nanmax(delivery.signals.wrist_speed))
        cost = _surprise(speed, HAND_SPEED_H_S) - float(np.log(delivery.probability))
        for name, usual in ((Event.LEG_LIFT, LIFT_TO_RELEASE_S), (Event.FOOT_CONTACT, CONTACT_TO_RELEASE_S)):
            unseen = delivery.events[name].estimated
            cost += 0.5 * UNSEEN_SD**2 if unseen else _surprise(at[Event.RELEASE] - at[name], usual)
        costs.append(cost)
    return float(np.median(costs)), not deliveries[0].questionable


def _surprise(value: float, expected: tuple[float, float]) -> float:
    median, spread = expected
    return float(0.5 * (np.log(max(value, 1e-3) / median) / spread) ** 2)
