"""Filling, low-pass filtering and differentiating of series over time (docs/method.md, section 0).

The first axis is time; samples need not be evenly spaced, times are real seconds. NaN is "not known". Filter and
splines are scipy's; it is loaded where it is used, so that a process that only shows results never loads it.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ..body.arrays import Bools, Floats

LONGEST_GAP_S = 0.04
ARM_HZ, BODY_HZ = 20.0, 13.0
# Below 60 fps the cut-off may not come nearer to the Nyquist frequency than this.
SHARE_OF_NYQUIST = 0.4
# Two passes of a second-order filter halve the power at this share of the single pass' frequency.
TWO_PASSES = 0.802
# Periods of its own frequency after which the filter has forgotten how it began.
SETTLED = 6.0
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

    A second-order filter runs forward and back: with both passes, half the power comes through at the cut-off.
    Stretches of a few samples are left as they are.
    """
    rate = sample_rate(time_s)
    cutoff = min(cutoff_hz, SHARE_OF_NYQUIST * rate / 2) if rate < 59.5 else cutoff_hz
    if cutoff >= 0.49 * rate:
        return np.array(values, dtype=float)
    from scipy.signal import butter, sosfiltfilt

    # Of one pass, on the bent axis of a digital filter.
    f0 = rate / np.pi * np.arctan(np.tan(np.pi * cutoff / rate) / TWO_PASSES)
    sections, pad = butter(2, f0, fs=rate, output="sos"), int(np.ceil(SETTLED * rate / f0))
    out = np.array(values, dtype=float).reshape(len(values), -1)
    for columns, start, stop in _known_stretches(out):
        if stop - start > SHORTEST:
            part = out[start:stop, columns]
            out[start:stop, columns] = sosfiltfilt(sections, part, axis=0, padlen=min(len(part) - 1, pad))
    return out.reshape(np.shape(values))


def refine(values: Floats, time_s: Floats, grid_s: Floats) -> Floats:
    """(T, ...) samples at ``time_s`` -> (N, ...) at ``grid_s`` by natural cubic splines; NaN where nothing is known.

    Each known stretch has its own spline, so that nothing is invented across a gap.
    """
    from scipy.interpolate import CubicSpline

    flat = np.array(values, dtype=float).reshape(len(values), -1)
    out = np.full((len(grid_s), flat.shape[1]), np.nan)
    for columns, start, stop in _known_stretches(flat):
        rows = (grid_s >= time_s[start] - 1e-9) & (grid_s <= time_s[stop - 1] + 1e-9)
        if stop - start < 4 or not rows.any():
            continue
        spline = CubicSpline(time_s[start:stop], flat[start:stop, columns], bc_type="natural")
        out[np.ix_(rows, columns)] = spline(grid_s[rows])
    return out.reshape(len(grid_s), *np.shape(values)[1:])


def _known_stretches(flat: Floats) -> Iterator[tuple[list[int], int, int]]:
    """``(columns, start, stop)``: the known stretches of (T, C) values, columns with the same ones together."""
    known = np.isfinite(flat)
    together: dict[bytes, list[int]] = {}
    for column in range(flat.shape[1]):
        together.setdefault(known[:, column].tobytes(), []).append(column)
    for columns in together.values():
        for start, stop in stretches(known[:, columns[0]]):
            yield columns, start, stop


def grid(time_s: Floats) -> Floats:
    """Times from the first to the last sample at :data:`GRID_HZ` or the samples' own rate if that is higher.

    The samples themselves lie on the grid when they are evenly spaced.
    """
    split = max(1, int(np.ceil(GRID_HZ / sample_rate(time_s) - 0.01)))
    steps = np.arange(split * (len(time_s) - 1) + 1) / split
    return np.interp(steps, np.arange(len(time_s)), time_s)


def stretches(mask: Bools) -> list[tuple[int, int]]:
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
