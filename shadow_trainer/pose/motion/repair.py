"""Left/right swaps mended by dynamics, outliers dropped, short gaps bridged."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..skeleton import INDEX


@dataclass(frozen=True)
class Mended:
    """Landmarks after repair: pixels (T, 33, 2), confidence (T, 33), network shape (T, 33, 3), swapped (T, G)."""

    px: np.ndarray
    confidence: np.ndarray
    world: np.ndarray
    swapped: np.ndarray


_ARM = ("elbow", "wrist", "pinky", "index", "thumb")
_LEG = ("knee", "ankle", "heel", "foot_index")
GROUPS: tuple[tuple[str, ...], ...] = (("shoulder", "hip"), _ARM, _LEG)
SWAP_COST = 1.2  # in units of one torso length of travel
OUT_OF_TRACK = 4.0  # robust SDs


def repair(time_s: np.ndarray, px: np.ndarray, confidence: np.ndarray, world: np.ndarray) -> Mended:
    """Mend one window; inputs (T,), (T, 33, 2), (T, 33), (T, 33, 3), NaN where unseen."""
    px, confidence, world = px.copy(), confidence.copy(), world.copy()
    swapped = np.zeros((len(px), len(GROUPS)), bool)
    for g, group in enumerate(GROUPS):
        left = np.array([INDEX[f"left_{n}"] for n in group])
        right = np.array([INDEX[f"right_{n}"] for n in group])
        swapped[:, g] = _swaps(px, world, left, right)
        rows = np.flatnonzero(swapped[:, g])[:, None]
        for array in (px, confidence, world):
            array[rows, left], array[rows, right] = array[rows, right], array[rows, left]
    confidence = np.where(np.isfinite(px).all(-1), confidence, 0.0)
    confidence = confidence * _in_track(time_s, px)
    return Mended(px, confidence, world, swapped)


def _swaps(px: np.ndarray, world: np.ndarray, left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Viterbi over two labellings per frame: the one with least jumps; most frames keep their label."""
    t = len(px)
    size = float(np.nanmedian(np.ptp(px[..., 1], axis=1))) * 0.3
    a = np.concatenate([px / size, 0.5 * world[..., 2:] / 0.5], -1)  # picture and, weaker, depth
    keep = np.nan_to_num(
        np.linalg.norm(a[1:, left] - a[:-1, left], axis=-1)
        + np.linalg.norm(a[1:, right] - a[:-1, right], axis=-1)
    ).mean(1)
    cross = np.nan_to_num(
        np.linalg.norm(a[1:, left] - a[:-1, right], axis=-1)
        + np.linalg.norm(a[1:, right] - a[:-1, left], axis=-1)
    ).mean(1)
    cost, back = np.array([0.0, 0.3]), np.zeros((t, 2), int)
    for i in range(1, t):
        stay, change = keep[i - 1], cross[i - 1]
        options = np.array([[cost[0] + stay, cost[1] + change], [cost[0] + change, cost[1] + stay]])
        back[i] = options.argmin(1)
        cost = options.min(1) + np.array([0.0, 0.004])
    path = np.zeros(t, int)
    path[-1] = int(cost.argmin())
    for i in range(t - 1, 0, -1):
        path[i - 1] = back[i, path[i]]
    return path.astype(bool)


def _in_track(time_s: np.ndarray, px: np.ndarray) -> np.ndarray:
    """1 where a landmark (T, 33) lies on its track, near 0 where it jumps out and back (Hampel)."""
    t = len(px)
    reach = max(2, int(round(0.05 / max(float(np.median(np.diff(time_s))) if t > 1 else 1.0, 1e-3))))
    padded = np.pad(px, ((reach, reach), (0, 0), (0, 0)), mode="edge")
    windows = np.stack([padded[k : k + t] for k in range(2 * reach + 1)], 0)
    with np.errstate(all="ignore"):
        middle = np.nanmedian(windows, axis=0)
        spread = 1.4826 * np.nanmedian(np.linalg.norm(windows - middle, axis=-1), axis=0)
    size = float(np.nanmedian(np.ptp(px[..., 1], axis=1))) * 0.01
    far = np.linalg.norm(px - middle, axis=-1) / (spread + size)
    return np.where(far > OUT_OF_TRACK, 0.1, 1.0)
