"""Slow motion that nobody declared: how many times slower than life a video plays (docs/method.md, section 0).

Foot contact to release cannot be longer than about 0.2 s, and nobody takes three seconds from leg lift to
release. The factor is the one of the usual recording modes that makes hand speed and rhythm those of a pitch.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ..body.series import PoseSeries
from ..vocabulary import AUTO, Event, Hand
from .deliveries import find_deliveries, find_hand
from .world import as_right_hander, standing_height

# Recording over playing rate: 60/30, 120/30 or 240/60, 240/30.
FACTORS = (1.0, 2.0, 4.0, 8.0)
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
LEAST_LIKE_A_PITCH = 6.0


def slow_motion_factor(series: PoseSeries, *, fps: float, throws: str = AUTO) -> float:
    """1, 2, 4 or 8: what ``series.time_s`` must be divided by to be real seconds. ``fps`` is the file's rate.

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
    best, factor, least = series, 1.0, _misfit(series, throws)
    if least <= CAUTION or (coarse and np.isfinite(least)):
        return best, factor
    for slower in FACTORS[1:]:
        if fps * slower > HIGHEST_RATE_FPS:
            break
        tried = solve_at(slower)
        misfit = _misfit(tried, throws)
        if misfit <= LEAST_LIKE_A_PITCH and misfit + CAUTION < least:
            best, factor, least = tried, slower, misfit + CAUTION
    return best, factor


def _misfit(series: PoseSeries, throws: str) -> float:
    """Median negative log-likelihood of the clip's deliveries at the times they have; inf if there is none."""
    time_s = series.time_s
    if not np.isfinite(series.world_m).any():
        return np.inf
    height = standing_height(series.world_m)
    hand = find_hand(series.world_m, time_s, height)[0] if throws == AUTO else Hand(throws)
    deliveries = find_deliveries(as_right_hander(series.world_m, hand), time_s, height)
    if not deliveries:
        return np.inf
    costs = []
    for delivery in deliveries:
        at = {name: event.time_s for name, event in delivery.events.items()}
        speed = float(np.nanmax(delivery.signals.wrist_speed))
        cost = _surprise(speed, HAND_SPEED_H_S)
        for name, usual in ((Event.LEG_LIFT, LIFT_TO_RELEASE_S), (Event.FOOT_CONTACT, CONTACT_TO_RELEASE_S)):
            unseen = delivery.events[name].estimated
            cost += 0.5 * UNSEEN_SD**2 if unseen else _surprise(at[Event.RELEASE] - at[name], usual)
        costs.append(cost)
    return float(np.median(costs))


def _surprise(value: float, expected: tuple[float, float]) -> float:
    median, spread = expected
    return float(0.5 * (np.log(max(value, 1e-3) / median) / spread) ** 2)
