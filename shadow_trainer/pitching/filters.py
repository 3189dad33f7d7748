"""Filling, low-pass filtering and differentiating of series over time (docs/method.md, section 0).

The first axis is time; samples need not be evenly spaced, times are real seconds. NaN is "not known".
"""

from __future__ import annotations

import numpy as np

from ..body.arrays import Floats
from .interpolate import cubic_spline

LONGEST_GAP_S = 0.04
ARM_HZ, BODY_HZ = 20.0, 13.0
# Below 60 fps the cut-off may not come nearer to the Nyquist frequency than this.
SHARE_OF_NYQUIST = 0.4
# Two passes of a second-order filter halve the power at this share of the single pass' frequency.
TWO_PASSES = 0.802
SHORTEST = 12  # samples; a shorter stretch is left as it is
# Marker systems and solved motion are quieter than this; to smooth them again would only take speed away.
QUIET_M = 0.0006
# Events are looked for on a grid at least this fine, laid through the samples by a cubic spline.
GRID_HZ = 480.0


def sample_rate(time_s: Floats) -> float:
    """Samples per second: the median step's, so that a dropped frame does not count."""
    return float(1.0 / np.median(np.diff(time_s)))


def fill(values: Floats, time_s: Floats, longest_s: float = np.inf) -> Floats:
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


def noise(values: Floats) -> float:
    """SD per axis of the white noise in (T,) or (T, D) values, from third differences (a smooth motion hardly
    has any).

    For white noise of SD s they have variance 20 s²; their length is taken, so that the world's heading does
    not matter, and its median, which keeps the few fast samples of a throw out.
    """
    if len(values) < 8:
        return 0.0
    third = np.diff(np.reshape(values, (len(values), -1)), n=3, axis=0)
    length = np.linalg.norm(third, axis=1)
    known = length[np.isfinite(length)]
    return float(np.median(known) / (_chi_median(third.shape[1]) * np.sqrt(20.0))) if len(known) else 0.0


def _chi_median(k: int) -> float:
    """Median length of a vector of ``k`` independent standard normal numbers (Wilson and Hilferty)."""
    return float(np.sqrt(k * (1.0 - 2.0 / (9.0 * k)) ** 3))


def low_pass(values: Floats, time_s: Floats, cutoff_hz: float) -> Floats:
    """Zero-lag fourth-order Butterworth on each known stretch of (T, ...) values.

    A second-order filter run forward and back has the gain 1 / (1 + (f / f0)^4) and no phase; it is applied
    to the spectrum of the stretch, which is continued at both ends by its point reflection. f0 is a little
    above the cut-off, at which both passes together let half the power through.
    """
    rate = sample_rate(time_s)
    cutoff = min(cutoff_hz, SHARE_OF_NYQUIST * rate / 2) if rate < 59.5 else cutoff_hz
    if cutoff >= 0.49 * rate:
        return np.array(values, dtype=float)
    flat = np.array(values, dtype=float).reshape(len(values), -1)
    for column in flat.T:
        for start, stop in stretches(np.isfinite(column)):
            if stop - start > SHORTEST:
                column[start:stop] = _butterworth(column[start:stop], cutoff / TWO_PASSES, rate)
    return flat.reshape(np.shape(values))


def _butterworth(signal: Floats, f0_hz: float, rate_hz: float) -> Floats:
    """(T,) through the gain 1 / (1 + (f / f0)^4)."""
    pad = min(len(signal) - 1, int(np.ceil(2.0 * rate_hz / f0_hz)))
    before, after = 2 * signal[0] - signal[pad:0:-1], 2 * signal[-1] - signal[-2 : -pad - 2 : -1]
    longer = np.concatenate([before, signal, after])
    # The ends must meet, or the transform sees a step there.
    line = np.linspace(longer[0], longer[-1], len(longer))
    gain = 1.0 / (1.0 + (np.fft.rfftfreq(len(longer), 1.0 / rate_hz) / f0_hz) ** 4)
    smooth = np.fft.irfft(np.fft.rfft(longer - line) * gain, len(longer)) + line
    return smooth[pad : pad + len(signal)]


def refine(values: Floats, time_s: Floats, grid_s: Floats) -> Floats:
    """(T, ...) samples at ``time_s`` -> (N, ...) at ``grid_s`` by cubic splines; NaN where nothing is known.

    Each known stretch has its own spline, so that nothing is invented across a gap.
    """
    flat = np.array(values, dtype=float).reshape(len(values), -1)
    out = np.full((len(grid_s), flat.shape[1]), np.nan)
    known = np.isfinite(flat)
    for pattern in np.unique(known.T, axis=0):
        columns = np.flatnonzero((pattern == known.T).all(axis=1))
        for start, stop in stretches(pattern):
            rows = (grid_s >= time_s[start] - 1e-9) & (grid_s <= time_s[stop - 1] + 1e-9)
            if stop - start < 4 or not rows.any():
                continue
            known_s, samples = time_s[start:stop], flat[start:stop, columns]
            out[np.ix_(rows, columns)] = cubic_spline(known_s, samples, grid_s[rows])
    return out.reshape(len(grid_s), *np.shape(values)[1:])


def grid(time_s: Floats) -> Floats:
    """Times from the first to the last sample at :data:`GRID_HZ` or the samples' own rate if that is higher.

    The samples themselves lie on the grid when they are evenly spaced.
    """
    split = max(1, int(np.ceil(GRID_HZ / sample_rate(time_s) - 0.01)))
    steps = np.arange(split * (len(time_s) - 1) + 1) / split
    return np.interp(steps, np.arange(len(time_s)), time_s)


def stretches(mask: Floats) -> list[tuple[int, int]]:
    """``(start, stop)`` of each run of True."""
    padded = np.concatenate([[False], np.asarray(mask, dtype=bool), [False]])
    edges = np.flatnonzero(padded[1:] != padded[:-1])
    return [(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def rate_of_change(values: Floats, time_s: Floats) -> Floats:
    """Derivative per second by central differences over the real times."""
    if len(values) < 3:
        return np.full(np.shape(values), np.nan)
    return np.gradient(values, time_s, axis=0)


def speed(points: Floats, time_s: Floats) -> Floats:
    """(T, D) -> (T,) length of the velocity."""
    length: Floats = np.linalg.norm(rate_of_change(points, time_s), axis=-1)
    return length
