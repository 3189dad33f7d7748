"""Filling, low-pass filtering and differentiating of series over time (PITCHING.md section 0).

The first axis is time; samples need not be evenly spaced, times are real seconds. NaN is "not known".
"""

from __future__ import annotations

import numpy as np
from scipy.signal import butter, sosfiltfilt

LONGEST_GAP_S = 0.04
ARM_HZ, BODY_HZ = 20.0, 13.0
# Below 60 fps the cut-off may not come nearer to the Nyquist frequency than this.
SHARE_OF_NYQUIST = 0.4


def sample_rate(time_s: np.ndarray) -> float:
    """Samples per second: the median step's, so that a dropped frame does not count."""
    return float(1.0 / np.median(np.diff(time_s)))


def fill(values: np.ndarray, time_s: np.ndarray, longest_s: float = np.inf) -> np.ndarray:
    """Linear interpolation over gaps not longer than ``longest_s``; ends and long gaps stay NaN."""
    flat = np.array(values, dtype=float).reshape(len(values), -1)
    for column in flat.T:
        known = np.flatnonzero(np.isfinite(column))
        if len(known) < 2:
            continue
        missing = np.arange(known[0], known[-1])
        missing = missing[~np.isfinite(column[missing])]
        if len(missing) == 0:
            continue
        after = np.searchsorted(known, missing)
        width = time_s[known[after]] - time_s[known[after - 1]]
        short = missing[width <= longest_s + 1e-9]
        column[short] = np.interp(time_s[short], time_s[known], column[known])
    return flat.reshape(np.shape(values))


def low_pass(values: np.ndarray, time_s: np.ndarray, cutoff_hz: float) -> np.ndarray:
    """Zero-lag fourth-order Butterworth (second order, forward and back) on each known stretch."""
    rate = sample_rate(time_s)
    cutoff = min(cutoff_hz, SHARE_OF_NYQUIST * rate / 2) if rate < 60 else cutoff_hz
    if cutoff >= 0.49 * rate:
        return np.array(values, dtype=float)
    # Two passes of a second-order filter halve the power at 0.802 of its nominal frequency.
    sos = butter(2, min(cutoff / 0.802, 0.49 * rate), fs=rate, output="sos")
    flat = np.array(values, dtype=float).reshape(len(values), -1)
    for column in flat.T:
        for start, stop in stretches(np.isfinite(column)):
            if stop - start > 12:
                column[start:stop] = sosfiltfilt(sos, column[start:stop], padlen=min(12, stop - start - 1))
    return flat.reshape(np.shape(values))


def stretches(mask: np.ndarray) -> list[tuple[int, int]]:
    """``(start, stop)`` of each run of True."""
    padded = np.concatenate([[False], np.asarray(mask, dtype=bool), [False]])
    edges = np.flatnonzero(padded[1:] != padded[:-1])
    return [(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def rate_of_change(values: np.ndarray, time_s: np.ndarray) -> np.ndarray:
    """Derivative per second by central differences over the real times."""
    if len(values) < 3:
        return np.full(np.shape(values), np.nan)
    return np.gradient(values, time_s, axis=0)


def speed(points: np.ndarray, time_s: np.ndarray) -> np.ndarray:
    """(T, D) -> (T,) length of the velocity."""
    return np.linalg.norm(rate_of_change(points, time_s), axis=-1)


def peak_time(time_s: np.ndarray, values: np.ndarray, index: int) -> float:
    """Time of the peak near ``index`` by the parabola through three samples."""
    if not 0 < index < len(values) - 1:
        return float(time_s[index])
    left, middle, right = values[index - 1 : index + 2]
    bend = left - 2 * middle + right
    if not np.isfinite(bend) or abs(bend) < 1e-12:
        return float(time_s[index])
    shift = float(np.clip(0.5 * (left - right) / bend, -1, 1))
    neighbour = index + (1 if shift > 0 else -1)
    return float(time_s[index] + abs(shift) * (time_s[neighbour] - time_s[index]))


def crossing_time(time_s: np.ndarray, values: np.ndarray, index: int, level: float) -> float:
    """Time between ``index - 1`` and ``index`` at which ``values`` passes ``level``."""
    if index < 1 or not np.isfinite(values[index - 1]) or values[index] == values[index - 1]:
        return float(time_s[index])
    share = (level - values[index - 1]) / (values[index] - values[index - 1])
    return float(time_s[index - 1] + np.clip(share, 0, 1) * (time_s[index] - time_s[index - 1]))
