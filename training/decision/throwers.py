"""People who throw and do not pitch, as (T, 33, 3) heights over time: pickoffs, throws from the field, softball.

An overhand throw has the arm of a generated delivery; what the legs do before and under it is another matter. A
right-hander's axes (X ahead, Y to the left, Z up), 120 frames a second.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from shadow_trainer.body.skeleton import INDEX
from shadow_trainer.pose.motion.body import LANDMARK_OF_NODE
from training.lifter import deliveries

from .people import SHANK, THIGH, _bend, _step, body

RATE_HZ = 120.0
Motion = tuple[np.ndarray, float]
LEGS = ("knee", "ankle", "heel", "foot_index")


def arm_of_a_delivery(rng: np.random.Generator) -> tuple[np.ndarray, float, float]:
    """Points (T, 33, 3) of a delivery without stillness around it, and when its foot lands and its ball leaves."""
    one = deliveries.make(rng, style="plain", wildness=0.4, throws="right", rate_hz=RATE_HZ)
    points = np.full((len(one.points), 33, 3), np.nan)
    points[:, LANDMARK_OF_NODE] = one.points
    for side in ("left", "right"):
        for name in ("pinky", "thumb"):
            points[:, INDEX[f"{side}_{name}"]] = points[:, INDEX[f"{side}_index"]]
    return points, one.events["foot_contact"], one.events["release"]


def _on_other_legs(
    points: np.ndarray, stride: float, lift: float, sink: np.ndarray | float = 0.0
) -> np.ndarray:
    """The same trunk and arms over legs that stride and lift only such a share of what they did; hips lower by ``sink`` (T,)."""
    out = points.copy()
    hips = (points[:, INDEX["left_hip"]] + points[:, INDEX["right_hip"]]) / 2
    shift = np.zeros_like(hips)
    shift[:, 0] = (stride - 1) * (hips[:, 0] - hips[0, 0])
    shift[:, 2] = -np.asarray(sink)
    out += shift[:, None]
    for side in ("left", "right"):
        ankle = points[:, INDEX[f"{side}_ankle"]].copy()
        ankle[:, 0] = ankle[0, 0] + stride * (ankle[:, 0] - ankle[0, 0])
        ankle[:, 2] = ankle[0, 2] + lift * (ankle[:, 2] - ankle[0, 2])
        hip = out[:, INDEX[f"{side}_hip"]]
        pole = np.repeat([[1.0, 0.0, 0.0]], len(out), axis=0)
        knee, foot = _bend(hip, ankle, THIGH, SHANK, pole)
        moved = foot - points[:, INDEX[f"{side}_ankle"]]
        out[:, INDEX[f"{side}_knee"]] = knee
        out[:, INDEX[f"{side}_ankle"]] = foot
        for name in ("heel", "foot_index"):
            out[:, INDEX[f"{side}_{name}"]] = points[:, INDEX[f"{side}_{name}"]] + moved
    return out


def _hurried(points: np.ndarray, contact_s: float, release_s: float, share: float) -> Motion:
    """The motion up to foot contact in such a share of its time."""
    clock = np.arange(len(points)) / RATE_HZ
    ends = contact_s * share + clock[-1] - contact_s
    times = np.arange(0.0, ends, 1 / RATE_HZ)
    when = np.interp(times, [0.0, contact_s * share, ends], [0.0, contact_s, clock[-1]])
    flat = points.reshape(len(points), -1)
    out = np.stack([np.interp(when, clock, column) for column in flat.T], -1).reshape(len(times), 33, 3)
    return out, release_s - contact_s * (1 - share)


def _yawed(points: np.ndarray, angle_rad: np.ndarray) -> np.ndarray:
    """The body turned about the vertical through its rear ankle by (T,)."""
    pivot = points[:, None, INDEX["right_ankle"]] * [1.0, 1.0, 0.0]
    c, s = np.cos(angle_rad)[:, None], np.sin(angle_rad)[:, None]
    local = points - pivot
    x, y = local[..., 0] * c - local[..., 1] * s, local[..., 0] * s + local[..., 1] * c
    return np.stack([x, y, local[..., 2]], -1) + pivot


def _still_around(
    points: np.ndarray, release_s: float, before_s: float = 0.7, after_s: float = 0.6
) -> Motion:
    before, after = (int(seconds * RATE_HZ) for seconds in (before_s, after_s))
    whole = np.concatenate([np.repeat(points[:1], before, 0), points, np.repeat(points[-1:], after, 0)])
    return whole, before / RATE_HZ + release_s


def pickoff(rng: np.random.Generator) -> Motion:
    """From the set a quick turn to a base, a short step without a leg lift and a short throw."""
    points, contact_s, release_s = arm_of_a_delivery(rng)
    points = _on_other_legs(points, rng.uniform(0.3, 0.6), rng.uniform(0.05, 0.2))
    points, release_s = _hurried(points, contact_s, release_s, rng.uniform(0.3, 0.45))
    turn = rng.uniform(1.2, 2.2) * _step(np.arange(len(points)) / RATE_HZ, 0.5 * release_s, 0.35)
    return _still_around(_yawed(points, turn - turn[-1]), release_s)


def pickoff_over_a_lifted_leg(rng: np.random.Generator) -> Motion:
    """A left-hander's move, mirrored: leg lift as in a pitch, then the step goes where the chest was turned."""
    points, contact_s, release_s = arm_of_a_delivery(rng)
    points = _on_other_legs(points, rng.uniform(0.5, 0.8), 1.0)
    turn = rng.uniform(1.0, 1.5) * _step(np.arange(len(points)) / RATE_HZ, 0.75 * contact_s, 0.4)
    return _still_around(_yawed(points, turn - turn[-1]), release_s)


def infielder(rng: np.random.Generator) -> Motion:
    """A crouch, two shuffle steps and a throw."""
    points, contact_s, release_s = arm_of_a_delivery(rng)
    low = rng.uniform(0.08, 0.16) * (1 - _step(np.arange(len(points)) / RATE_HZ, 0.8 * contact_s, 0.6))
    points = _on_other_legs(points, rng.uniform(0.4, 0.7), rng.uniform(0.1, 0.3), low)
    points, release_s = _hurried(points, contact_s, release_s, rng.uniform(0.35, 0.5))
    return _after_steps(rng, *_still_around(points, release_s, 0.8), rng.uniform(0.6, 1.1))


def catcher(rng: np.random.Generator) -> Motion:
    """Out of the squat, a short step and a quick throw to second."""
    points, contact_s, release_s = arm_of_a_delivery(rng)
    low = rng.uniform(0.18, 0.24) * (1 - _step(np.arange(len(points)) / RATE_HZ, 0.5 * contact_s, 0.8))
    points = _on_other_legs(points, rng.uniform(0.35, 0.6), rng.uniform(0.05, 0.2), low)
    points, release_s = _hurried(points, contact_s, release_s, rng.uniform(0.35, 0.5))
    return _still_around(points, release_s)


def long_toss(rng: np.random.Generator) -> Motion:
    """A run of some steps, a crow hop, and a throw as hard as a pitch."""
    points, contact_s, release_s = arm_of_a_delivery(rng)
    points = _on_other_legs(points, rng.uniform(0.6, 0.9), rng.uniform(0.3, 0.6))
    points, release_s = _hurried(points, contact_s, release_s, rng.uniform(0.4, 0.55))
    hop = 0.08 * np.exp(-(((np.arange(len(points)) / RATE_HZ - 0.35 * release_s) / 0.12) ** 2))
    points[..., 2] += hop[:, None]
    return _after_steps(rng, *_still_around(points, release_s, 1.0), rng.uniform(1.2, 2.2))


def _after_steps(rng: np.random.Generator, points: np.ndarray, release_s: float, speed: float) -> Motion:
    """The same, walked up to: until shortly before its foot lands the whole body goes ahead on alternating feet."""
    time_s = np.arange(len(points)) / RATE_HZ
    ends = release_s - 0.45
    way = speed * np.minimum(time_s - ends, 0.0)
    phase, share = 2 * np.pi * rng.uniform(1.3, 1.8) * time_s, 1 - _step(time_s, ends, 0.3)
    out = points.copy()
    out[..., 0] += way[:, None]
    for side, sign in (("left", 1.0), ("right", -1.0)):
        for name in LEGS:
            part = 0.5 if name == "knee" else 1.0
            out[:, INDEX[f"{side}_{name}"], 0] += sign * part * 0.15 * share * np.sin(phase)
            out[:, INDEX[f"{side}_{name}"], 2] += part * 0.07 * share * np.maximum(sign * np.cos(phase), 0)
    return out, release_s


def windmill(rng: np.random.Generator) -> Motion:
    """Softball: a long step while the straight arm goes once round and lets the ball go beside the hip."""
    time_s = np.arange(0.0, 3.5, 1 / RATE_HZ)
    release_s = rng.uniform(1.8, 2.2)
    # Angle of the arm from hanging, forward and up: once round, fastest at its end, then slowed by the follow-through.
    round_s = rng.uniform(0.5, 0.65)
    gone = np.clip((time_s - release_s + round_s) / round_s, 0.0, 1.0)
    after = np.maximum(time_s - release_s, 0.0)
    last = 2 * np.pi * 1.9 / round_s
    angle = 2 * np.pi * gone**1.9 + 0.14 * last * (1 - np.exp(-after / 0.14)) * 0.8
    step = _step(time_s, release_s - 0.25, 0.35)
    hips = np.stack([rng.uniform(0.3, 0.4) * step, 0 * step, 0.51 - 0.05 * step], -1)
    turn = -1.3 * _step(time_s, release_s - 0.35, 0.3) + 0.9 * _step(time_s, release_s, 0.2)
    shoulder = hips + np.array([0.0, -0.1, 0.27])
    hand = shoulder + 0.31 * np.stack([np.sin(angle), 0 * angle, -np.cos(angle)], -1)
    glove = hips + np.stack([0.1 + 0.15 * step, 0.12 + 0 * step, 0.1 + 0.1 * step * (1 - step)], -1)
    lifted = 0.1 * np.exp(-(((time_s - release_s + 0.3) / 0.1) ** 2))
    feet = {
        "left": np.stack([0.08 + rng.uniform(0.5, 0.65) * step, 0.05 + 0 * step, 0.04 + lifted], -1),
        "right": np.stack(
            [-0.05 + 0.25 * _step(time_s, release_s, 0.5), -0.05 + 0 * step, 0.04 + 0 * step], -1
        ),
    }
    return body(hips, 0.05 + 0 * turn, turn, {"left": glove, "right": hand}, feet), release_s


def fake_throw(rng: np.random.Generator) -> Motion:
    """A pickoff of which the arm stops beside the head and comes down slowly."""
    points, release_s = pickoff(rng)
    time_s = np.arange(len(points)) / RATE_HZ
    stop, held = release_s - rng.uniform(0.09, 0.14), rng.uniform(0.04, 0.07)
    # The clock of the motion runs out within ``held`` seconds and then slowly back.
    clock = np.where(time_s < stop, time_s, stop + held * (1 - np.exp(-(time_s - stop) / held)))
    clock -= 0.35 * np.maximum(time_s - stop - 0.5, 0.0)
    flat = points.reshape(len(points), -1)
    out = np.stack([np.interp(clock, time_s, column) for column in flat.T], -1)
    return out.reshape(points.shape), release_s


THROWERS: dict[str, Callable[[np.random.Generator], Motion]] = {
    "pickoff": pickoff,
    "pickoff over a lifted leg": pickoff_over_a_lifted_leg,
    "infielder": infielder,
    "catcher": catcher,
    "long toss": long_toss,
    "windmill": windmill,
    "fake throw": fake_throw,
}
