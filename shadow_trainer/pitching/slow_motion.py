"""Slow motion that nobody declared: how many times slower than life a film plays (PITCHING.md section 0).

Foot contact to release cannot be longer than about 0.2 s, and nobody takes three seconds from leg lift to
release. The factor is the one of the usual recording modes that makes hand speed and rhythm those of a pitch.
"""

from __future__ import annotations

import numpy as np

from ..pose.series import PoseSeries
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
LONGEST_CONTACT_TO_RELEASE_S = 0.21


def slow_motion_factor(series: PoseSeries, *, fps: float, throws: str = "auto") -> float:
    """1, 2, 4 or 8: what ``series.time_s`` must be divided by to be real seconds. ``fps`` is the file's rate.

    The events are looked for under each hypothesis, because their windows are in real seconds.
    """
    scores = {}
    for factor in FACTORS:
        if fps * factor > 1001:
            continue
        scores[factor] = _misfit(series, factor, throws)
    if not np.isfinite(list(scores.values())).any():
        return 1.0
    scores = {factor: cost + (CAUTION if factor > 1 else 0.0) for factor, cost in scores.items()}
    return min(scores, key=scores.__getitem__)


def _misfit(series: PoseSeries, factor: float, throws: str) -> float:
    """Mean negative log-likelihood of the clip's deliveries when it was slowed ``factor`` times; inf if none."""
    time_s = series.time_s / factor
    if not np.isfinite(series.world_m).any():
        return np.inf
    height = standing_height(series.world_m)
    hand = find_hand(series.world_m, time_s, height)[0] if throws == "auto" else throws
    found = find_deliveries(as_right_hander(series.world_m, hand), time_s, height)
    if not found:
        return np.inf
    costs = []
    for delivery in found:
        at = {name: event.time_s for name, event in delivery.events.items()}
        speed = float(np.nanmax(delivery.signals.wrist_speed))
        cost = _surprise(speed, HAND_SPEED_H_S)
        if not delivery.events["leg_lift"].estimated:
            cost += _surprise(at["release"] - at["leg_lift"], LIFT_TO_RELEASE_S)
        if not delivery.events["foot_contact"].estimated:
            cost += _surprise(at["release"] - at["foot_contact"], CONTACT_TO_RELEASE_S)
        costs.append(cost)
    return float(np.median(costs))


def _surprise(value: float, expected: tuple[float, float]) -> float:
    median, spread = expected
    return 0.5 * (np.log(max(value, 1e-3) / median) / spread) ** 2
