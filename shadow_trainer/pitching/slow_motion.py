"""Slow motion that nobody declared: how many times slower than life a video plays (docs/method.md, section 1.5).

Foot contact to release cannot be longer than about 0.2 s, and nobody takes three seconds from leg lift to release.
The candidates are the usual capture rates over the file's own rate, and the speeds at which replays are shown; hand
speed and rhythm choose among them. They tell a factor to about an eighth only: where two remain the video's times
are not sure, and whoever asks is told which.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ..body.series import PoseSeries
from ..vocabulary import AUTO, Event, Hand
from . import filters, signals
from .deliveries import find_deliveries, find_hand
from .delivery_decision import held_speed
from .metrics import planar
from .world import as_right_hander, mid_hip, standing_height

# Capture rates of cameras and phones, frames per second, and how much speaks against each beforehand (log-odds to the
# commonest): 120 and 240 are on every phone, 50 to 200 on cameras of the 50 Hz world, 210 to 1000 on few.
CAPTURE_RATES = {
    50: 2.0, 60: 0.5, 90: 3.0, 100: 2.0, 120: 0.0, 150: 3.0, 180: 3.0, 200: 2.0, 210: 3.0, 240: 0.0,
    300: 2.0, 400: 3.0, 480: 1.0, 500: 3.0, 600: 2.5, 960: 1.0, 1000: 2.5,
}  # fmt: skip
# Cameras prefer whole multiples of the rate at which they play; a timeline of another rate gives the others.
ODD_MULTIPLE = 1.2
LEAST_FACTOR = 1.3
# A file of 29.97 frames a second is one of 30.
SAME_RATE = 0.005
# Of replays and edited videos; they are rarer: so much more must speak for one of them.
REPLAYS, REPLAY_CAUTION = (1.5, 2.5, 3.0), 3.0
# What is not worse than the best by more than this (log-odds of 10 : 1) remains beside it.
DOUBT = 2.3
MOST_SOLVED = 3
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
LEAST_LIKE_A_PITCH_SLOWED = 14.0


@dataclass(frozen=True)
class Speed:
    """The motion in real time: ``factor`` is what its times were divided by; ``rivals`` are others that remain.

    ``sure``: no other usual capture rate would make a pitch of it that is nearly as likely.
    """

    series: PoseSeries
    factor: float
    rivals: tuple[float, ...] = ()
    sure: bool = True


def slow_motion_factor(series: PoseSeries, *, fps: float, throws: str = AUTO) -> float:
    """What ``series.time_s`` must be divided by to be real seconds: a candidate, or 1. ``fps`` is the file's rate.

    For joints that do not depend on the time base (markers, another tool); :func:`real_speed` is for our own.
    """

    def same_joints(factor: float) -> PoseSeries:
        return series.with_(time_s=series.time_s / factor)

    return real_speed(same_joints, fps=fps, throws=throws).factor


def candidates(fps: float) -> dict[float, float]:
    """``factor -> cost``: by what a file of this rate may be slowed, and what speaks against it beforehand."""
    nominal = round(fps) if abs(fps - round(fps)) <= SAME_RATE * fps else fps
    costs = {factor: REPLAY_CAUTION for factor in REPLAYS}
    for rate, cost in CAPTURE_RATES.items():
        factor = rate / nominal
        if factor >= LEAST_FACTOR and fps * factor <= HIGHEST_RATE_FPS:
            whole = abs(factor - round(factor)) < SAME_RATE * factor
            costs[factor] = min(cost + (0.0 if whole else ODD_MULTIPLE), costs.get(factor, np.inf))
    return costs


def real_speed(
    solve_at: Callable[[float], PoseSeries],
    *,
    fps: float,
    throws: str = AUTO,
    coarse: bool = False,
    slowed: bool = False,
) -> Speed:
    """The motion under the factor that makes it a pitch.

    ``solve_at(factor)`` gives the series with its times divided by ``factor``. Filters, ground contact and
    left/right repair work in real seconds, so the chosen hypothesis is judged by the motion solved under it; which
    ones are worth solving is told by the joints at hand, run at each speed. None is tried when the video makes sense
    in real time, which is by far the usual case. Joints that are ``coarse`` (of a model too small to score by) say
    too little of rhythm: for them any pitch in real time does. ``slowed``: the picture shows that this stretch plays
    slower than another one, so that slow motion needs no more to speak for it, and part of the delivery may lack.
    """
    caution, worst = (0.0, LEAST_LIKE_A_PITCH_SLOWED) if slowed else (CAUTION, LEAST_LIKE_A_PITCH)
    series = solve_at(1.0)
    least = _misfit(series, throws)
    if not slowed and (least <= CAUTION or (coarse and np.isfinite(least))):
        return Speed(series, 1.0)
    prior = {f: c for f, c in candidates(fps).items() if _hand_speed(series, f) <= FASTEST_HAND_H_S}
    solved: dict[float, tuple[PoseSeries, dict[float, float]]] = {}
    factor = _best(_costs(series, 1.0, prior, throws))
    while factor is not None and factor not in solved and len(solved) < MOST_SOLVED:
        tried = solve_at(factor)
        solved[factor] = tried, _costs(tried, factor, prior, throws)
        factor = _best(solved[factor][1])
    if not solved:
        return Speed(series, 1.0)
    factor = min(solved, key=lambda f: solved[f][1].get(f, np.inf))
    tried, costs = solved[factor]
    own = costs.get(factor, np.inf)
    if own - prior[factor] > worst or own - prior[factor] + caution >= least:
        return Speed(series, 1.0)
    rivals = tuple(sorted(f for f, cost in costs.items() if f != factor and cost < own + DOUBT))
    if least < own - prior[factor] + caution + DOUBT:
        rivals = (1.0, *rivals)
    usual = CAPTURE_RATES.get(round(factor * fps)) is not None
    return Speed(tried, factor, rivals, sure=usual and not rivals)


def _costs(series: PoseSeries, factor: float, prior: dict[float, float], throws: str) -> dict[float, float]:
    """``candidate -> misfit and prior`` of joints that were solved at ``factor``, run at each candidate's speed."""
    run_at = {f: series.with_(time_s=series.time_s * (factor / f)) for f in prior}
    costs = {f: _misfit(run, throws) + prior[f] for f, run in run_at.items()}
    return {f: cost for f, cost in costs.items() if np.isfinite(cost)}


def _best(costs: dict[float, float]) -> float | None:
    return min(costs, key=costs.__getitem__) if costs else None


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


def _misfit(series: PoseSeries, throws: str) -> float:
    """Median negative log-likelihood of the clip's deliveries at the times they have; infinity where there is none."""
    time_s = series.time_s
    if not np.isfinite(series.world_m).any():
        return np.inf
    height = standing_height(series.world_m)
    hand = find_hand(series.world_m, time_s, height)[0] if throws == AUTO else Hand(throws)
    points = as_right_hander(series.world_m, hand)
    deliveries = find_deliveries(points, time_s, height, None, planar.seen_in_frame(series, hand))
    if not deliveries:
        return np.inf
    costs = []
    for delivery in deliveries:
        at = {name: event.time_s for name, event in delivery.events.items()}
        speed = float(np.nanmax(delivery.signals.wrist_speed))
        cost = _surprise(speed, HAND_SPEED_H_S) - float(np.log(delivery.probability))
        for name, usual in ((Event.LEG_LIFT, LIFT_TO_RELEASE_S), (Event.FOOT_CONTACT, CONTACT_TO_RELEASE_S)):
            unseen = delivery.events[name].estimated
            cost += 0.5 * UNSEEN_SD**2 if unseen else _surprise(at[Event.RELEASE] - at[name], usual)
        costs.append(cost)
    return float(np.median(costs))


def _surprise(value: float, expected: tuple[float, float]) -> float:
    median, spread = expected
    return float(0.5 * (np.log(max(value, 1e-3) / median) / spread) ** 2)
