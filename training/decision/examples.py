"""Throws with the answer: generated deliveries and people who do other things, as a solved video shows them.

What a single camera sees well is across its line of sight; along it the solution is flattened, biased and wanders.
At 30 frames a second the fast hand is smeared. Limbs are exchanged and hands lost for moments.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter1d

from shadow_trainer.body.skeleton import INDEX, MIRROR
from shadow_trainer.pitching.deliveries import Throw, find_throws
from shadow_trainer.pose.motion.body import LANDMARK_OF_NODE
from training.lifter import deliveries
from training.lifter.deliveries import drift

from .people import MOVES
from .throwers import THROWERS

RATE_HZ = 120.0
NEAR_RELEASE_S = 0.15
STYLES, SHARES = ("plain", "sidearm", "collapse", "together", "slide"), (0.5, 0.15, 0.1, 0.1, 0.15)
SPOILED = (
    "backwards",
    "there_and_back",
    "slow",
    "on_the_spot",
    "fast_clock",
    "falling",
    "torn",
    "legs_unseen",
)
SPOILED_SHARES = (0.1, 0.2, 0.1, 0.1, 0.05, 0.1, 0.25, 0.1)
ARM = [INDEX[f"{s}_{p}"] for s in ("left", "right") for p in ("elbow", "wrist", "index", "pinky", "thumb")]
_ANGLE = {"rear": 0.0, "side": 90.0, "front": 180.0}


@dataclass(frozen=True)
class Example:
    """One throw that the search offers: its signs, whether it is a pitch, what is done, how it was filmed."""

    signs: dict[str, float]
    pitch: bool
    kind: str
    fps: float
    view: str


def examples(rng: np.random.Generator) -> Iterator[Example]:
    """The throws found in one random clip."""
    kind, points, time_s, release_s = clip(rng)
    view = str(rng.choice(["rear", "side", "front", "other"], p=[0.4, 0.25, 0.15, 0.2]))
    fps = float(rng.choice([30.0, 60.0, 120.0], p=[0.5, 0.3, 0.2]))
    seen, times = filmed(rng, points, time_s, view, fps)
    for hand in ("right", "left"):
        world = seen if hand == "right" else seen[:, MIRROR] * np.array([1.0, -1.0, 1.0])
        for throw in find_throws(world * 1.8, times, 1.8 * float(np.exp(rng.normal(0, 0.05)))):
            yield Example(throw.signs, _is_pitch(throw, hand, release_s), kind, fps, view)


def clip(rng: np.random.Generator) -> tuple[str, np.ndarray, np.ndarray, float | None]:
    """Kind, points (T, 33, 3) in heights, times (T,), and the release where there is one that counts."""
    if rng.random() < 0.45:
        points, time_s, release_s = delivery(rng)
        start = rng.choice([0.0, rng.uniform(0.0, release_s - 0.45)], p=[0.75, 0.25])
        keep = (time_s >= start) & (time_s < release_s + rng.uniform(0.12, 1.0))
        return "delivery", points[keep], time_s[keep] - start, release_s - start
    if rng.random() < 0.6:
        kind = str(rng.choice(SPOILED, p=SPOILED_SHARES))
        return kind, *spoiled(rng, kind), None
    if rng.random() < 0.5:
        kind = str(rng.choice(list(THROWERS)))
        points, _ = THROWERS[kind](rng)
        return kind, points, np.arange(len(points)) / RATE_HZ, None
    kind = str(rng.choice(list(MOVES)))
    time_s = np.arange(0.0, 4.0, 1 / RATE_HZ)
    return kind, MOVES[kind](rng, time_s), time_s, None


def delivery(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, float]:
    """Points (T, 33, 3), times (T,) and release of a right-hander, standing still before and after."""
    one = deliveries.make(rng, style=str(rng.choice(STYLES, p=SHARES)), throws="right", rate_hz=RATE_HZ)
    before, after = (int(rng.uniform(0.2, 1.2) * RATE_HZ) for _ in range(2))
    nodes = np.concatenate(
        [np.repeat(one.points[:1], before, 0), one.points, np.repeat(one.points[-1:], after, 0)]
    )
    points = np.full((len(nodes), 33, 3), np.nan)
    points[:, LANDMARK_OF_NODE] = nodes
    for side in ("left", "right"):
        for name in ("pinky", "thumb"):
            points[:, INDEX[f"{side}_{name}"]] = points[:, INDEX[f"{side}_index"]]
    return points, np.arange(len(nodes)) / RATE_HZ, before / RATE_HZ + one.events["release"]


def spoiled(rng: np.random.Generator, kind: str) -> tuple[np.ndarray, np.ndarray]:
    """A delivery that is none any more: run backwards, broken off, far too slow, with feet that never move ..."""
    points, time_s, release_s = delivery(rng)
    last = len(points) - 1
    if kind == "backwards":
        return points[::-1], time_s
    if kind == "there_and_back":
        turn = int((release_s - rng.choice([rng.uniform(0.02, 0.2), rng.uniform(0.2, 0.8)])) * RATE_HZ)
        way = np.concatenate([np.arange(turn), np.arange(turn, 0, -1), np.zeros(40, int)])
        return points[way], np.arange(len(way)) / RATE_HZ
    if kind in ("slow", "fast_clock"):
        factor = rng.uniform(2.8, 4.5) if kind == "slow" else 1 / rng.uniform(5, 9)
        return points, time_s * factor
    if kind == "on_the_spot":
        legs = [INDEX[f"{s}_{p}"] for s in ("left", "right") for p in ("knee", "ankle", "heel", "foot_index")]
        points[:, legs] = points[:1, legs]
        return points, time_s
    if kind == "legs_unseen":
        first = int((release_s - rng.uniform(0.2, 0.35)) * RATE_HZ)
        lead = [INDEX[f"left_{p}"] for p in ("knee", "ankle", "heel", "foot_index")]
        cut = points[first:].copy()
        cut[:, lead] += (
            0.15 * (np.arange(len(cut)) / RATE_HZ)[:, None, None] * np.array([1.0, 0.0, rng.uniform(0.3, 1)])
        )
        return cut, np.arange(len(cut)) / RATE_HZ
    if kind == "falling":
        fall = np.maximum(0.0, time_s - release_s + rng.uniform(0.3, 0.6))
        points[..., 2] -= 2.6 * fall[:, None] ** 2
        return points, time_s
    cut = int(np.clip((release_s - rng.uniform(0.01, 0.12)) * RATE_HZ, 12, last))
    if rng.random() < 0.5:
        return points[:cut], time_s[:cut]
    first = int((release_s + rng.uniform(0.03, 0.2)) * RATE_HZ)
    return points[min(first, last - 15) :], time_s[min(first, last - 15) :]


def filmed(rng: np.random.Generator, points: np.ndarray, time_s: np.ndarray, view: str, fps: float) -> tuple[np.ndarray, np.ndarray]:  # fmt: skip
    """The same motion as solved from a video with ``fps`` frames a second, seen from ``view``."""
    times = np.arange(time_s[0] + rng.uniform(0, 1 / fps), time_s[-1], 1 / fps)
    # Some are clean: a marker system's, or the best of videos.
    clean = rng.random() < 0.35
    smear = 0.0 if clean else rng.uniform(0.0, 0.35) / fps * RATE_HZ
    flat = points.reshape(len(points), -1)
    known = np.isfinite(flat).all(axis=0)
    if smear > 0.3 and len(points) > 8:
        flat = np.where(known, gaussian_filter1d(np.where(known, flat, 0.0), smear, axis=0), np.nan)
    out = np.stack([np.interp(times, time_s, c) for c in flat.T], -1).reshape(len(times), 33, 3)
    level = 0.0 if clean else float(np.exp(rng.normal(0, 0.5)))
    toward = np.radians(_ANGLE.get(view, float(rng.choice([45.0, 135.0, 225.0]))) + rng.normal(0, 12))
    sight = np.array([np.cos(toward), np.sin(toward), 0.0])
    hips = (out[:, 23] + out[:, 24])[:, None] / 2
    depth = ((out - hips) @ sight)[..., None] * sight
    out = out - (0.0 if clean else 1 - rng.uniform(0.5, 1.05)) * depth
    size = np.full(33, 0.018)
    size[ARM] = 0.035
    wander = drift(rng, len(times), fps, 0.2, 33, 1) + 0.7 * rng.standard_normal((1, 33, 1))
    out = out + level * size[:, None] * wander * sight
    out = out + level * 0.006 * drift(rng, len(times), fps, 0.06, 33, 3)
    out = out if clean else _fumbled(rng, out, fps)
    heading = np.radians(rng.normal(0, 10) if rng.random() < 0.9 else rng.uniform(-180, 180))
    c, s = np.cos(heading), np.sin(heading)
    return out @ np.array([[c, s, 0], [-s, c, 0], [0, 0, 1.0]]), times


def _fumbled(rng: np.random.Generator, points: np.ndarray, fps: float) -> np.ndarray:
    """Hands that are lost for some frames and bridged, arms or legs exchanged for a moment."""
    out, count = points.copy(), len(points)
    for _ in range(rng.poisson(0.5)):
        side, width = rng.choice(["left", "right"]), int(rng.integers(1, 4)) + int(0.03 * fps)
        at = int(rng.integers(1, max(count - width - 1, 2)))
        rows = np.arange(at, min(at + width, count - 1))
        limb = [INDEX[f"{side}_{p}"] for p in ("elbow", "wrist", "index", "pinky", "thumb")]
        share = ((rows - rows[0] + 1) / (len(rows) + 1))[:, None, None] if len(rows) else 0
        out[np.ix_(rows, limb)] = (
            out[rows[0] - 1, limb] * (1 - share) + out[min(rows[-1] + 1, count - 1), limb] * share
        )
    for _ in range(rng.poisson(0.3)):
        parts = (
            ("elbow", "wrist", "index", "pinky", "thumb")
            if rng.random() < 0.5
            else ("knee", "ankle", "heel", "foot_index")
        )
        left, right = ([INDEX[f"{s}_{p}"] for p in parts] for s in ("left", "right"))
        at = int(rng.integers(0, count))
        rows = np.arange(at, min(at + int(rng.integers(1, 2 + int(0.1 * fps))), count))
        kept = out[np.ix_(rows, left)].copy()
        out[np.ix_(rows, left)], out[np.ix_(rows, right)] = out[np.ix_(rows, right)], kept
    return out


def _is_pitch(throw: Throw, hand: str, release_s: float | None) -> bool:
    return (
        hand == "right"
        and release_s is not None
        and abs(throw.events["release"].time_s - release_s) < NEAR_RELEASE_S
    )
