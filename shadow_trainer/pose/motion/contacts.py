"""When a foot stands: slow, and low among all its places."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import gaussian_filter1d, maximum_filter1d, minimum_filter1d

from .body import NODE
from .heading import speed

SLOW_M_S, SLOW_SPREAD = 0.55, 0.12
LOW_M, LOW_SPREAD = 0.13, 0.03
# A foot that leaves the ground is still slower than that for its first steps: it counts as lifted this long before.
LIFTING_S = 0.05
BACK_S = 0.1  # unless it stands again after so long


def _sigmoid(x: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-np.clip(x, -40, 40)))


def planted(points: np.ndarray, time_s: np.ndarray, up: np.ndarray) -> np.ndarray:
    """Probability (T, 6) that left ankle, heel, toe and right ankle, heel, toe stand still.

    ``points`` (T, 21, 3) and ``up`` (3,) in the same axes. The ankle of a planted foot is allowed to rise
    over the toe: when it moves, only heel and toe are judged by their own speed.
    """
    columns = []
    for side in ("left", "right"):
        ankle = points[:, NODE[f"{side}_ankle"]]
        height = ankle @ up
        other = points[:, NODE[f"{'right' if side == 'left' else 'left'}_ankle"]] @ up
        floor = min(np.percentile(height, 5), np.percentile(other, 5) + 0.15)
        low = _sigmoid((LOW_M - (height - floor)) / LOW_SPREAD)
        for part in ("ankle", "heel", "foot_index"):
            v = speed(points[:, NODE[f"{side}_{part}"]], time_s, 0.025)
            columns.append(low * _sigmoid((SLOW_M_S - v) / SLOW_SPREAD))
    step = float(np.median(np.diff(time_s))) if len(time_s) > 1 else 1.0
    stands = ending_earlier(np.stack(columns, -1), LIFTING_S / step, BACK_S / step)
    return np.clip(gaussian_filter1d(stands, 0.02 / step, axis=0), 0, 1)


def ending_earlier(probability: np.ndarray, early: float, gap: float) -> np.ndarray:
    """``probability`` (T, ...) of a state that ends ``early`` frames sooner and begins as before.

    It has not ended where it is back after ``gap`` frames.
    """
    lasting = _closed(probability, round(gap))
    reach = round(early)
    after = minimum_filter1d(lasting, reach + 1, axis=0, origin=-((reach + 1) // 2), mode="nearest")
    return np.minimum(probability, after)


def _closed(values: np.ndarray, frames: int) -> np.ndarray:
    """(T, ...) without dips of up to ``frames``."""
    size = frames + 1
    return minimum_filter1d(
        maximum_filter1d(values, size, axis=0, mode="nearest"),
        size,
        axis=0,
        origin=-1 + size % 2,
        mode="nearest",
    )
