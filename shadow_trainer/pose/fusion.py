"""Two networks' sights of one athlete as one: BlazePose's landmarks, with the limbs where MoveNet sees them better.

On real video MoveNet's elbows, wrists, knees and ankles lie nearer to the truth, its score says when they do not, and it
rarely takes left for right. It has no fingers, heels, toes or depth: those are BlazePose's, moved along with the joint
that they hang on, and exchanged with it where the two networks disagree about sides. Shoulders and hips are BlazePose's.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..body.skeleton import INDEX, LANDMARKS

# Joints that MoveNet has a say in, and how much of one beside BlazePose's where both are equally sure.
WEIGHTS = {"elbow": 20.0, "wrist": 10.0, "knee": 6.0, "ankle": 6.0}
# Where the two agree that is its weight: BlazePose is the finer, and what is constant in its errors is known.
NEAR_WEIGHTS = {"elbow": 0.3, "wrist": 0.3, "knee": 0.3, "ankle": 0.02}
# What hangs on a limb's last joint, and what changes places with it.
HAND, FOOT = ("pinky", "index", "thumb"), ("heel", "foot_index")
LIMBS = ((("elbow", "wrist"), HAND), (("knee", "ankle"), FOOT))
# Limbs are exchanged where the two networks lie so much nearer to each other then.
CROSSED = 0.6
# MoveNet takes the other limb's joint for a hidden one: its two lie nearer to each other than this share of the distance
# of BlazePose's, which are at least so many torso lengths apart.
DOUBLED, APART_LIMBS = 0.4, 0.2
# A crop's side over a usual torso's length in it; looks that lie this far apart (torso lengths) are two different ones.
TORSO, APART = 0.216, 0.25
# The surer network counts by a power of how much surer it is, a higher one where the two lie apart.
POWER, SHARPER, LEAST_SURE = 3.0, 4.0, 0.25
# How little of the confidence is left where the two are apart and neither is the surer.
LEAST_LEFT = 0.5
# Several sights of one network: those near the densest place count, by this power of their scores, within so many torsos.
SCORE_POWER, DENSE = 4.0, 0.12
_LOG_APART, _LOG_NEAR = (
    np.log([weights.get(name.split("_", 1)[-1], 1e-9) for name in LANDMARKS])
    for weights in (WEIGHTS, NEAR_WEIGHTS)
)
_LIMBS = np.array([name.split("_", 1)[-1] in WEIGHTS for name in LANDMARKS])


@dataclass(frozen=True)
class Sight:
    """Landmarks of n frames: ``px`` (n, 33, 2), ``confidence`` (n, 33) and ``visibility`` (n, 33), ``world_m`` (n, 33, 3)."""

    px: np.ndarray
    confidence: np.ndarray
    visibility: np.ndarray
    world_m: np.ndarray


def densest(points: np.ndarray, score: np.ndarray, torso_px: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Several sights (L, n, k, 2) with scores (L, n, k), NaN where there is none, as one: points (n, k, 2), scores (n, k).

    Around the place where most of the scores lie together: sights elsewhere are another arm or a shadow. ``torso_px`` (n,).
    """
    weight = np.nan_to_num(score) ** SCORE_POWER + 1e-12 * np.isfinite(score)
    known = np.where(np.isfinite(score)[..., None], points, 0.0)
    apart = np.linalg.norm(known[:, None] - known[None], axis=-1) / (DENSE * torso_px[:, None])
    near = np.exp(-0.5 * apart**2) * weight[None]
    best = near.sum(1).argmax(0)  # (n, k)
    share = np.take_along_axis(near, best[None, None], 0)[0]  # (L, n, k)
    share = share / np.maximum(share.sum(0), 1e-30)
    return (share[..., None] * known).sum(0), (share * np.nan_to_num(score)).sum(0)


def fuse(first: Sight, second_px: np.ndarray, second_confidence: np.ndarray, side_px: np.ndarray) -> Sight:
    """BlazePose's sight with the limbs of ``second_px`` (n, 33, 2), NaN where MoveNet has none; ``side_px`` (n,) of the crop."""
    first = with_sides_of(second_px, first)
    torso = TORSO * side_px[:, None]
    said = np.isfinite(second_px).all(-1) & _LIMBS & ~doubles(second_px, first.px, torso[:, 0])
    other = np.where(said[..., None], second_px, first.px)
    sure = np.where(said, np.nan_to_num(second_confidence), first.confidence)
    apart = np.linalg.norm(first.px - other, axis=-1) / (APART * torso)
    power = POWER + SHARPER * np.minimum(apart, 2.0)
    odds = power * (np.log(np.maximum(sure, LEAST_SURE)) - np.log(np.maximum(first.confidence, LEAST_SURE)))
    weight = np.exp(_LOG_NEAR + (_LOG_APART - _LOG_NEAR) * np.minimum(apart, 1.0))
    share = weight / (weight + np.exp(-np.clip(odds, -30, 30)))
    share = np.where(said, share, 0.0)
    agreement = LEAST_LEFT + (1 - LEAST_LEFT) * np.exp(-4 * share * (1 - share) * apart**2)
    moved = share[..., None] * (other - first.px)
    for joints, hanging in LIMBS:
        for side in ("left", "right"):
            moved[:, [INDEX[f"{side}_{part}"] for part in hanging]] = moved[
                :, [INDEX[f"{side}_{joints[-1]}"]]
            ]
    return Sight(
        first.px + moved,
        (first.confidence + share * (sure - first.confidence)) * agreement,
        first.visibility,
        first.world_m,
    )


def doubles(second_px: np.ndarray, first_px: np.ndarray, torso_px: np.ndarray) -> np.ndarray:
    """Which points (n, 33) of ``second_px`` are only the other limb's joint seen twice: the one farther from BlazePose's."""
    out = np.zeros(second_px.shape[:2], bool)
    for joints, _ in LIMBS:
        for joint in joints:
            left, right = INDEX[f"left_{joint}"], INDEX[f"right_{joint}"]
            limbs = np.linalg.norm(first_px[:, left] - first_px[:, right], axis=-1)
            twice = np.linalg.norm(second_px[:, left] - second_px[:, right], axis=-1) < DOUBLED * limbs
            twice &= limbs > APART_LIMBS * torso_px
            off_left, off_right = (
                np.linalg.norm(first_px[:, k] - second_px[:, k], axis=-1) for k in (left, right)
            )
            out[:, left], out[:, right] = twice & (off_left > off_right), twice & (off_left <= off_right)
    return out


def with_sides_of(second_px: np.ndarray, first: Sight) -> Sight:
    """``first`` with left and right limbs exchanged where only then the two networks agree about sides."""
    order = np.tile(np.arange(len(LANDMARKS)), (len(second_px), 1))
    for joints, hanging in LIMBS:
        left, right = ([INDEX[f"{side}_{joint}"] for joint in joints] for side in ("left", "right"))
        straight = _apart(first.px, second_px, left, left) + _apart(first.px, second_px, right, right)
        crossed = _apart(first.px, second_px, left, right) + _apart(first.px, second_px, right, left)
        rows = np.flatnonzero(crossed < CROSSED * straight)[:, None]
        all_left, all_right = (
            [INDEX[f"{side}_{part}"] for part in (*joints, *hanging)] for side in ("left", "right")
        )
        order[rows, all_left], order[rows, all_right] = all_right, all_left
    row = np.arange(len(order))[:, None]
    return Sight(
        *(getattr(first, name)[row, order] for name in ("px", "confidence", "visibility", "world_m"))
    )


def _apart(a: np.ndarray, b: np.ndarray, of_a: list[int], of_b: list[int]) -> np.ndarray:
    """Summed distance (n,) of landmarks ``of_a`` in ``a`` from ``of_b`` in ``b``; NaN where one is not known."""
    distance: np.ndarray = np.linalg.norm(a[:, of_a] - b[:, of_b], axis=-1).sum(1)
    return distance
