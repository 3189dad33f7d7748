"""What was thrown where no pitch was: an overhand throw, an underhand one as in softball, or nothing that was let go."""

from __future__ import annotations

import numpy as np

from ..vocabulary import Event, Thrown
from .deliveries import Throw
from .signals import Signals
from .world import joint, mid_hip

# Signs of an arm that throws and lets go (:mod:`.delivery_decision`); what speaks so much against an arm is none.
THROWS, LETS_GO, AGAINST = 0.4, 0.4, 0.5
FAST, ONE_HAND, SLOWS = 0.4, 0.5, 0.4
# An underhand throw leaves the hand no higher over the hips than this, with the arm hanging, after it was over the shoulder.
LOW_H, ROUND_S = 0.08, 0.7


def kind_of(throw: Throw) -> Thrown:
    """What the hand of this throw did."""
    signs = throw.signs
    if not throw.bursts or throw.unfinished or max(signs[n] for n in ("returning", "too_fast")) > AGAINST:
        return Thrown.NOTHING
    if _is_underhand(throw):
        return Thrown.UNDERHAND
    if signs["throw"] >= THROWS and signs["let_go"] >= LETS_GO:
        return Thrown.OVERHAND
    return Thrown.NOTHING


def _is_underhand(throw: Throw) -> bool:
    """Whether one fast hand went from over its shoulder, round behind, down to the hip, and slowed there."""
    signs, s, release_s = throw.signs, throw.signals, throw.events[Event.RELEASE].time_s
    if signs["hand_speed"] < FAST or signs["one_hand"] < ONE_HAND or signs["hand_slows"] < SLOWS:
        return False
    over_hip = _height_over(s, mid_hip(s.points), release_s, release_s)
    over_shoulder = _height_over(s, joint(s.points, "throwing_shoulder"), release_s - ROUND_S, release_s)
    return over_hip < LOW_H and over_shoulder > 0.0


def _height_over(s: Signals, place: np.ndarray, start_s: float, end_s: float) -> float:
    """The most, in heights, that the throwing wrist is over ``place`` (T, 3) from one time to another."""
    over = (joint(s.points, "throwing_wrist") - place)[:, 2] / s.height_m
    if start_s == end_s:
        return float(s.at(over, start_s))
    inside = over[s.between(start_s, end_s)]
    return float(np.nanmax(inside)) if np.isfinite(inside).any() else np.nan
