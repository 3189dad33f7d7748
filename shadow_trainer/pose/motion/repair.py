"""Left/right swaps mended by dynamics over time, landmarks that jump out of their track distrusted.

A swap is decided by Viterbi over each group of limbs: tracks should be continuous in the picture and in the
network's depth, should lie near what the lifter (which has seen the whole delivery) expects, and the network
is right about sides unless both speak against it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...body.skeleton import INDEX
from .doubled import bridge, find_doubled

_ARM = ("elbow", "wrist", "pinky", "index", "thumb")
_LEG = ("knee", "ankle", "heel", "foot_index")
GROUPS: tuple[tuple[str, ...], ...] = (("shoulder", "hip"), _ARM, _LEG)
DEPTH_WEIGHT = 1.0  # torso lengths per metre of the network's depth
GUIDE_WEIGHT = 0.5  # against one torso length of jump, per sixtieth of a second
SWAPPED_COST = 0.05  # per sixtieth of a second
OUT_OF_TRACK, DISTRUST = 4.0, 0.1  # robust SDs; factor on the confidence, and the most of what is bridged


@dataclass(frozen=True)
class Mended:
    """Landmarks after repair: px (T, 33, 2), confidence (T, 33), network shape (T, 33, 3), swapped (T, 3)."""

    px: np.ndarray
    confidence: np.ndarray
    world: np.ndarray
    swapped: np.ndarray


def repair(
    time_s: np.ndarray,
    px: np.ndarray,
    confidence: np.ndarray,
    world: np.ndarray,
    guide: np.ndarray | None = None,
    exchanged: np.ndarray | None = None,
) -> Mended:
    """Mend one window: (T,), (T, 33, 2), (T, 33), (T, 33, 3), NaN where unseen.

    ``guide`` (T, 33, 2): where the landmarks are expected, NaN where nothing is; without it nothing is swapped.
    ``exchanged`` (T, 3): where a person says that a group's sides are the other way round than is found with it.
    """
    px, confidence, world = without_doubles(time_s, px, confidence, world)
    swapped = np.zeros((len(px), len(GROUPS)), bool)
    for g, group in enumerate(GROUPS if guide is not None else ()):
        left, right = _sides(group)
        swapped[:, g] = find_swaps(time_s, px, world, guide, left, right)
        if exchanged is not None:
            swapped[:, g] ^= exchanged[:, g]
        rows = np.flatnonzero(swapped[:, g])[:, None]
        for array in (px, confidence, world):
            array[rows, left], array[rows, right] = array[rows, right], array[rows, left]
    confidence = np.where(np.isfinite(px).all(-1), confidence, 0.0) * in_track(time_s, px)
    return Mended(px, confidence, world, swapped)


def without_doubles(
    time_s: np.ndarray, px: np.ndarray, confidence: np.ndarray, world: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Copies of px, confidence and world in which limbs that were only doubles of the others are bridged, unsure."""
    px, confidence, world = px.copy(), confidence.copy(), world.copy()
    size = body_size_px(px)
    for group in (_ARM, _LEG):
        sides = _sides(group)
        doubled = find_doubled(time_s, px[:, sides[0]], px[:, sides[1]], size)
        for rows, limb in zip(doubled.T, sides, strict=True):
            if rows.any():
                px[:, limb] = bridge(time_s, px[:, limb], rows)
                world[:, limb] = bridge(time_s, world[:, limb], rows)
                at = np.ix_(rows, limb)
                confidence[at] = np.minimum(confidence[at], DISTRUST)
    return px, confidence, world


def _sides(group: tuple[str, ...]) -> tuple[np.ndarray, np.ndarray]:
    left, right = (np.array([INDEX[f"{side}_{n}"] for n in group]) for side in ("left", "right"))
    return left, right


def body_size_px(px: np.ndarray) -> float:
    """A typical torso length in the picture, from the body's extent (T, N, 2)."""
    y = px[np.isfinite(px[..., 1]).any(1), :, 1]
    return max(0.3 * float(np.median(np.nanmax(y, axis=1) - np.nanmin(y, axis=1))), 3.0) if len(y) else 3.0


def find_swaps(
    time_s: np.ndarray,
    px: np.ndarray,
    world: np.ndarray,
    guide: np.ndarray,
    left: np.ndarray,
    right: np.ndarray,
) -> np.ndarray:
    """(T,) True where the landmarks ``left`` and ``right`` have changed places."""
    size = body_size_px(px)
    place = np.concatenate([px / size, DEPTH_WEIGHT * world[..., 2:]], -1)
    stay = _jump(place, left, left) + _jump(place, right, right)
    cross = _jump(place, left, right) + _jump(place, right, left)
    own = _miss(px, guide, left, left, size) + _miss(px, guide, right, right, size)
    other = _miss(px, guide, left, right, size) + _miss(px, guide, right, left, size)
    rate = np.gradient(time_s) * 60 if len(time_s) > 1 else np.ones(1)
    unary = np.stack([GUIDE_WEIGHT * own, GUIDE_WEIGHT * other + SWAPPED_COST], -1) * rate[:, None]
    return _viterbi(unary, stay, cross)


def _jump(place: np.ndarray, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Mean travel (T-1,) when landmarks ``a`` of one frame are ``b`` of the next; capped, 0 where unseen."""
    travel = np.linalg.norm(place[1:, b] - place[:-1, a], axis=-1)
    return np.minimum(np.nan_to_num(travel), 1.0).mean(1)


def _miss(
    px: np.ndarray, guide: np.ndarray, seen: np.ndarray, expected: np.ndarray, size: float
) -> np.ndarray:
    """Mean distance (T,) of landmarks ``seen`` from where ``expected`` ones should be; capped."""
    miss = np.linalg.norm(px[:, seen] - guide[:, expected], axis=-1) / size
    return np.minimum(np.nan_to_num(miss), 1.0).mean(1)


def _viterbi(unary: np.ndarray, stay: np.ndarray, cross: np.ndarray) -> np.ndarray:
    """The cheapest path (T,) through two labellings with costs (T, 2) and (T-1,) for keeping or changing."""
    t = len(unary)
    cost, back = unary[0].copy(), np.zeros((t, 2), int)
    for i in range(1, t):
        options = cost[None, :] + np.array([[stay[i - 1], cross[i - 1]], [cross[i - 1], stay[i - 1]]])
        back[i] = options.argmin(1)
        cost = options.min(1) + unary[i]
    path = np.zeros(t, int)
    path[-1] = int(cost.argmin())
    for i in range(t - 1, 0, -1):
        path[i - 1] = back[i, path[i]]
    return path.astype(bool)


def in_track(time_s: np.ndarray, px: np.ndarray) -> np.ndarray:
    """1 where a landmark (T, N) lies on its track, ``DISTRUST`` where it jumps out and back (Hampel)."""
    t = len(px)
    step = float(np.median(np.diff(time_s))) if t > 1 else 1.0
    reach = max(2, int(round(0.05 / max(step, 1e-3))))
    padded = np.pad(px, ((reach, reach), (0, 0), (0, 0)), mode="edge")
    windows = np.stack([padded[k : k + t] for k in range(2 * reach + 1)], 0)
    known = np.isfinite(windows).all(-1, keepdims=True).any(0)
    windows = np.where(known, windows, 0.0)  # never seen around here: no opinion
    middle = np.nanmedian(windows, axis=0)
    spread = 1.4826 * np.nanmedian(np.linalg.norm(windows - middle, axis=-1), axis=0)
    far = np.linalg.norm(px - middle, axis=-1) / (spread + 0.03 * body_size_px(px))
    return np.where(far > OUT_OF_TRACK, DISTRUST, 1.0)
