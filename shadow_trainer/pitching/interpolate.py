"""Two ways through samples: a smooth one for motion, a monotone one for key frames.

Both are piecewise cubics on uneven times, in numpy alone: importing a library for them would take longer than
measuring a delivery.
"""

from __future__ import annotations

import numpy as np

from ..body.arrays import Floats


def cubic_spline(x: Floats, y: Floats, at: Floats) -> Floats:
    """Natural cubic spline through (T,) ``x``, (T, C) ``y``, evaluated at (N,) -> (N, C). T >= 3.

    The second derivatives m solve the tridiagonal system h[i-1] m[i-1] + 2 (h[i-1] + h[i]) m[i] + h[i] m[i+1]
    = 6 (slope[i] - slope[i-1]) with m = 0 at both ends (Thomas' algorithm).
    """
    h = np.diff(x)
    slope = np.diff(y, axis=0) / h[:, None]
    m = np.zeros_like(y, dtype=float)
    m[1:-1] = _tridiagonal(h[:-1], 2.0 * (h[:-1] + h[1:]), h[1:], 6.0 * np.diff(slope, axis=0))
    i = np.clip(np.searchsorted(x, at, side="right") - 1, 0, len(h) - 1)
    step = h[i][:, None]
    right = (at - x[i])[:, None] / step
    left = 1.0 - right
    bend = ((left**3 - left) * m[i] + (right**3 - right) * m[i + 1]) * step**2 / 6.0
    values: Floats = left * y[i] + right * y[i + 1] + bend
    return values


def _tridiagonal(below: Floats, middle: Floats, above: Floats, right: Floats) -> Floats:
    """(K, C) solution; row k is ``below[k] u[k-1] + middle[k] u[k] + above[k] u[k+1] = right[k]``."""
    u = np.array(right, dtype=float)
    diagonal = np.array(middle, dtype=float)
    for k in range(1, len(u)):
        share = below[k] / diagonal[k - 1]
        diagonal[k] -= share * above[k - 1]
        u[k] -= share * u[k - 1]
    u[-1] /= diagonal[-1]
    for k in range(len(u) - 2, -1, -1):
        u[k] = (u[k] - above[k] * u[k + 1]) / diagonal[k]
    return u


def pchip(x: Floats, y: Floats, at: Floats) -> Floats:
    """Monotone cubic (Fritsch and Butland 1984) through (K,) ``x``, (K,) ``y``, evaluated at (N,); K >= 3.

    It never overshoots: between two key frames the value stays between theirs.
    """
    h = np.diff(x)
    slope = np.diff(y) / h
    d = np.zeros(len(x))
    same = slope[:-1] * slope[1:] > 0
    w1, w2 = 2 * h[1:] + h[:-1], h[1:] + 2 * h[:-1]
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = (w1 + w2) / (w1 / slope[:-1] + w2 / slope[1:])
    d[1:-1] = np.where(same, mean, 0.0)
    d[0] = _end_slope(h[0], h[1], slope[0], slope[1])
    d[-1] = _end_slope(h[-1], h[-2], slope[-1], slope[-2])
    i = np.clip(np.searchsorted(x, at, side="right") - 1, 0, len(h) - 1)
    s = (at - x[i]) / h[i]
    rise = y[i] * (1 + 2 * s) * (1 - s) ** 2 + y[i + 1] * s**2 * (3 - 2 * s)
    return rise + h[i] * (d[i] * s * (1 - s) ** 2 + d[i + 1] * s**2 * (s - 1))


def _end_slope(h0: float, h1: float, slope0: float, slope1: float) -> float:
    """Three-point slope at an end, kept monotone."""
    d = ((2 * h0 + h1) * slope0 - h0 * slope1) / (h0 + h1)
    if np.sign(d) != np.sign(slope0):
        return 0.0
    if np.sign(slope0) != np.sign(slope1) and abs(d) > 3 * abs(slope0):
        return float(3 * slope0)
    return float(d)
