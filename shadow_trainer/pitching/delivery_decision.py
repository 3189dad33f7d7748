"""Whether a throw is a pitch: one decision with a probability, from everything that speaks for or against it.

A logistic model over a few signs, each in 0..1. No sign alone decides: from behind the way to the plate is depth,
a slide step has no leg lift, and at 30 frames a second the elbow turns by 40 degrees within half a frame. Its
weights are fitted on generated deliveries and on people who do other things (training/decision); probability 0.5 is
a pitch, from ``QUESTIONABLE`` on it is shown as one of which nobody is sure.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from ..body.arrays import Floats, Indices
from ..vocabulary import Event
from . import events
from .events import Events
from .signals import Signals
from .world import joint, mid_hip

PITCH, QUESTIONABLE = 0.5, 0.25
_PATH = Path(__file__).with_name("data") / "delivery_decision.json"
# Values between which a sign goes from 0 to 1.
HAND_SPEED_H_S = (3.0, 7.0)  # relative to the hips; a runner's hand stays below 4
HAND_TOO_FAST_H_S = (22.0, 30.0)  # the fastest arms reach 16; beyond, the clock or the joints are wrong
HAND_RATIO = (1.0, 2.5)  # throwing over glove hand; two hands on a bat are 1
BURST_RATIO = (2.0, 8.0)  # the hand's peak over its median speed
HANDS_APART_H = (0.1, 0.45)
KNEE_LIFT_H = (0.03, 0.35)
STRIDE_H = (0.15, 0.55)
# The hips sink by 0.18 between leg lift and release in the reference; a person who jumps down from somewhere falls.
HIPS_PATH_H = (0.32, 0.45)
TO_THE_PLATE, FROM_THE_PLATE = (
    (0.0, 0.6),
    (0.0, -0.6),
)  # cosine between the hand's way and that from foot to foot
COCKED_S = 0.05  # before its fastest the arm is laid back: since then the hand has gone to the plate
ELBOW_OPENS_DEG, ELBOW_STRAIGHT_DEG = (0.0, 40.0), (90.0, 40.0)
HAND_AHEAD_H = (-0.05, 0.15)
HAND_FALLS_H = (0.0, 0.25)
TRUNK_TURNS_DEG = (20.0, 90.0)
# A pitch begins from a stand: who runs or shuffles up to it, comes out of a squat, or steps to where the chest was turned
# rather than along the line of the hips, throws to a base or a mate. It is looked at for so long until it must stand
# (before leg lift, before release), and before leg lift.
COMES_FOR_S, STANDS_S, RISES_S = 0.85, (0.15, 0.95), 1.2
COMES_H, SQUATS_H, TURNED_DEG, TURNED_AWAY_DEG = (0.2, 0.4), (0.38, 0.31), (60.0, 90.0), (110.0, 130.0)
RHYTHM_S = (0.77, 0.35)  # leg lift to release: median, and spread of the logarithm
# A hand that has let go ends by the other knee, far from where it was so long before release.
CAME_FROM_S, GOES_TO_S, HAND_RETURNS_H, RETURN_STEP = (-0.16, -0.06), (0.06, 0.3), (0.2, 0.05), 4
HAND_SLOWS, SLOWS_S = (0.15, 0.5), 0.12
LETS_GO = 0.3
NEAR_S, FALLS_S = 0.06, 0.25
HELD_S, HELD_FRAMES = 0.03, 3
AGAINST = ("too_fast", "falling", "returning", "backward", "legs_unseen", "comes", "squats", "turned")
# What a coach is told was missing, and what was seen that no pitch shows.
SAID = ("hand_speed", "one_hand", "hands_apart", "leg_lift", "stride", "forward", "landing")
SAID_AGAINST = ("comes", "squats", "turned")


def signs(s: Signals, seen: Events) -> dict[str, float]:
    """Every sign, 0..1, of the throw whose events are ``seen``; 0 where it could not be seen.

    Those of :data:`AGAINST` speak against a pitch, the others for it.
    """
    release, lift = seen[Event.RELEASE].time_s, seen[Event.LEG_LIFT]
    near = s.between(release - NEAR_S, release + NEAR_S)
    peak = _most(s.wrist_speed[near])
    held, glove = (held_speed(speed[near], s.time_s[near]) for speed in (s.wrist_speed, s.glove_speed))
    raised = s.knee_lift[s.between(lift.time_s - 1.0, release)]
    forward = _along(s, near)
    values = {
        "hand_speed": grade(peak, HAND_SPEED_H_S),
        "too_fast": grade(peak, HAND_TOO_FAST_H_S),
        "burst": grade(peak / max(float(np.nanmedian(s.wrist_speed)), 1e-6), BURST_RATIO),
        "one_hand": grade(held / max(glove, 1e-6), HAND_RATIO),
        "hands_apart": grade(_most(s.hand_gap[near]), HANDS_APART_H),
        "leg_lift": grade(_most(raised) - _least(raised), KNEE_LIFT_H),
        "stride": grade(_stride(s, seen), STRIDE_H),
        "falling": grade(_hips_path(s, seen), HIPS_PATH_H),
        "forward": grade(forward, TO_THE_PLATE),
        "backward": grade(forward, FROM_THE_PLATE),
        "lifting": float(not lift.estimated),
        "landing": float(not seen[Event.FOOT_CONTACT].estimated),
        "rhythm": 0.0 if lift.estimated else _rhythm(release - lift.time_s),
        "returning": _returns(s, release),
        "hand_slows": _slows(s, release, peak),
        **_arm_signs(s, release),
    }
    values |= _before_signs(s, seen, values["leg_lift"])
    opens, straight, ahead = (values[name] for name in ("elbow_opens", "elbow_straight", "hand_ahead"))
    values["let_go"] = values["hand_slows"] * values["hand_falls"] * max(opens, straight, ahead)
    values["legs_unseen"] = (1.0 - values["lifting"]) * (1.0 - values["landing"])
    values["throw"] = values["hand_speed"] * values["one_hand"] * values["hands_apart"]
    values["legs"] = values["leg_lift"] * values["stride"]
    return {name: round(value, 4) for name, value in values.items()}


def probability(values: dict[str, float]) -> float:
    """The probability, 0..1, that a throw with these signs is a pitch."""
    model = _model()
    score = model["bias"] + sum(model["weights"].get(name, 0.0) * value for name, value in values.items())
    return round(float(1.0 / (1.0 + np.exp(-score))), 3)


def lets_go(values: dict[str, float]) -> bool:
    """Whether anything of the release was seen: the elbow opens or is straight, or the hand passes the head."""
    return max(values[name] for name in ("elbow_opens", "elbow_straight", "hand_ahead")) > LETS_GO


def missing(values: dict[str, float]) -> list[str]:
    """The signs that speak least for a pitch, weakest first: of :data:`SAID` what was not seen, of :data:`SAID_AGAINST`
    what was."""
    weak = {name: values[name] for name in SAID if values[name] < 0.5}
    weak |= {name: 1.0 - values[name] for name in SAID_AGAINST if values[name] > 0.5}
    return sorted(weak, key=weak.__getitem__)


def grade(value: float, limits: tuple[float, float]) -> float:
    """0 at the first limit and beyond, 1 at the second; 0 for what is not known."""
    low, high = limits
    return float(np.clip((value - low) / (high - low), 0.0, 1.0)) if np.isfinite(value) else 0.0


def held_speed(speed: Floats, time_s: Floats) -> float:
    """The highest speed that lasts: a landmark that leaps is fast for two frames, an arm for ``HELD_S`` or longer."""
    if len(speed) < HELD_FRAMES:
        return 0.0
    frames = max(HELD_FRAMES, int(np.ceil(HELD_S / float(np.median(np.diff(time_s))))))
    if len(speed) < frames:
        return 0.0
    lasting = np.lib.stride_tricks.sliding_window_view(np.nan_to_num(speed), frames).min(axis=1)
    return float(lasting.max())


def _arm_signs(s: Signals, release_s: float) -> dict[str, float]:
    """The elbow opens, the hand passes the head and comes down, the trunk turns."""
    around = s.elbow[s.between(release_s - 0.05, release_s + 0.02)]
    wrist, head = (joint(s.points, "throwing_wrist"), s.points[:, 0])
    ahead = (s.at(wrist, release_s) - s.at(head, release_s)) @ events.to_plate(s, release_s) / s.height_m
    falls = s.at(wrist, release_s)[2] - _least(wrist[s.between(release_s, release_s + FALLS_S), 2])
    turned = np.unwrap(_shoulder_heading(s, s.between(release_s - 0.35, release_s + 0.05)))
    straight = _least(s.elbow[s.between(release_s - 0.02, release_s + 0.02)])
    return {
        "elbow_opens": grade(_first_less_last(around), ELBOW_OPENS_DEG),
        "elbow_straight": grade(straight, ELBOW_STRAIGHT_DEG),
        "hand_ahead": grade(float(ahead), HAND_AHEAD_H),
        "hand_falls": grade(float(falls) / s.height_m, HAND_FALLS_H),
        "trunk_turns": grade(float(np.degrees(np.ptp(turned))) if len(turned) else np.nan, TRUNK_TURNS_DEG),
    }


def _before_signs(s: Signals, seen: Events, leg_lift: float) -> dict[str, float]:
    """The body comes from elsewhere, out of a squat, or turns away from where the hips' line pointed at leg lift."""
    lift = seen[Event.LEG_LIFT].time_s
    hips = mid_hip(s.points)
    # A step on the way may be taken for the leg lift: before the stride of a pitch the body stands.
    stands_s = max(lift - STANDS_S[0], seen[Event.RELEASE].time_s - STANDS_S[1])
    came = hips[s.between(stands_s - COMES_FOR_S, stands_s), :2] / s.height_m
    feet = np.fmin(joint(s.points, "rear_ankle")[:, 2], joint(s.points, "lead_ankle")[:, 2])
    high = ((hips[:, 2] - feet) / s.height_m)[s.between(lift - RISES_S, lift)]
    low_hips = grade(float(np.nanmedian(high)) if np.isfinite(high).any() else np.nan, SQUATS_H)
    angle = abs(_hips_from_stride(s, seen))
    low_leg = grade(angle, TURNED_DEG) * (1.0 - leg_lift)
    unseen = seen[Event.LEG_LIFT].estimated or seen[Event.FOOT_CONTACT].estimated
    return {
        "comes": grade(_most(np.linalg.norm(came - came[-1:], axis=1)), COMES_H),
        "squats": low_hips * (1.0 - leg_lift),
        "turned": 0.0 if unseen else max(low_leg, grade(angle, TURNED_AWAY_DEG)),
    }


def _hips_from_stride(s: Signals, seen: Events) -> float:
    """Degrees, level, from the line rear to lead hip at leg lift to the way from the rear foot to where the lead one lands."""
    lift, contact = seen[Event.LEG_LIFT].time_s, seen[Event.FOOT_CONTACT].time_s
    line = s.at(joint(s.points, "lead_hip") - joint(s.points, "rear_hip"), lift)
    way = s.at(joint(s.points, "lead_ankle"), contact) - s.at(joint(s.points, "rear_ankle"), lift)
    return float(np.degrees(np.arctan2(line[0] * way[1] - line[1] * way[0], line[:2] @ way[:2])))


def _shoulder_heading(s: Signals, rows: Indices) -> Floats:
    line = (joint(s.points, "glove_shoulder") - joint(s.points, "throwing_shoulder"))[rows]
    line = line[np.isfinite(line).all(axis=1)]
    return np.arctan2(line[:, 1], line[:, 0])


def _first_less_last(values: Floats) -> float:
    known = values[np.isfinite(values)]
    return float(known[0] - known[-1]) if len(known) > 1 else np.nan


def _returns(s: Signals, release_s: float) -> float:
    """Whether the hand soon goes back to where it came from, as in a drill that is broken off and gone back."""
    hand = (joint(s.points, "throwing_wrist") - mid_hip(s.points)) / s.height_m
    before, after = (
        hand[s.between(release_s + low, release_s + high)][::RETURN_STEP]
        for low, high in (CAME_FROM_S, GOES_TO_S)
    )
    apart = np.linalg.norm(before[:, None] - after[None], axis=-1)
    return grade(_least(apart), HAND_RETURNS_H)


def _slows(s: Signals, release_s: float, peak: float) -> float:
    """Whether the hand is seen to slow down after release: a video that ends before shows a hand that still speeds up."""
    after = s.between(release_s, release_s + SLOWS_S)
    if len(after) == 0 or s.time_s[after[-1]] - release_s < 0.5 * SLOWS_S:
        return 0.0
    return grade(1.0 - _least(s.wrist_speed[after]) / max(peak, 1e-6), HAND_SLOWS)


def _rhythm(lift_to_release_s: float) -> float:
    usual, spread = RHYTHM_S
    return float(np.exp(-0.5 * (np.log(max(lift_to_release_s, 1e-3) / usual) / spread) ** 2))


def _stride(s: Signals, seen: Events) -> float:
    """Level distance in heights from the rear foot at leg lift to the lead foot at its landing."""
    rear = s.at(joint(s.points, "rear_ankle"), seen[Event.LEG_LIFT].time_s)
    lead = s.at(joint(s.points, "lead_ankle"), seen[Event.FOOT_CONTACT].time_s)
    return float(np.linalg.norm((lead - rear)[:2])) / s.height_m


def _hips_path(s: Signals, seen: Events) -> float:
    """How far apart, in heights, the mid-hip's highest and lowest places are between leg lift and follow-through."""
    level = mid_hip(s.points)[s.between(seen[Event.LEG_LIFT].time_s, seen[Event.FOLLOW_THROUGH].time_s), 2]
    return (_most(level) - _least(level)) / s.height_m


def _along(s: Signals, near: Indices) -> float:
    """Cosine between the hand's way in the ``COCKED_S`` up to its fastest, inside ``near``, and that from foot to foot.

    Its way rather than its direction then: past release the hand turns down within hundredths of a second, and seen
    from behind, where depth is least known, that is where it looks fastest.
    """
    if not np.isfinite(s.wrist_speed[near]).any():
        return np.nan
    hand = joint(s.points, "throwing_wrist") - mid_hip(s.points)
    fastest = float(s.time_s[near[int(np.nanargmax(s.wrist_speed[near]))]])
    moved = s.at(hand, fastest) - s.at(hand, max(fastest - COCKED_S, float(s.time_s[0])))
    length = np.linalg.norm(moved)
    return float(moved @ events.to_plate(s, fastest) / length) if length > 0 else np.nan


def _most(values: Floats) -> float:
    return float(np.nanmax(values)) if np.isfinite(values).any() else np.nan


def _least(values: Floats) -> float:
    return float(np.nanmin(values)) if np.isfinite(values).any() else np.nan


@cache
def _model() -> dict[str, Any]:
    model: dict[str, Any] = json.loads(_PATH.read_text(encoding="utf-8"))
    return model
