"""A limb seen on top of its partner for a moment: the network saw one arm and gave it to both sides.

Small models do so when a fast arm passes the other: both tracks then lie on the one arm, and the other side's
wrist seems to leap there and back. No exchange of sides mends that; the leap is bridged instead.
"""

from __future__ import annotations

import numpy as np

# Of a torso length: so near lie two limbs that are one, and so far off its way has the wrong one leapt.
ON_TOP, LEAP = 0.25, 0.6
LEAP_RATIO = 2.0  # the wrong one is this much farther off its way than the right one
LONGEST_S = 0.1  # limbs may cross for longer than this; a straight way says nothing any more


def find_doubled(time_s: np.ndarray, left: np.ndarray, right: np.ndarray, size: float) -> np.ndarray:
    """(T, 2) True where the left or the right limb, landmarks (T, N, 2) px, is only the other one's double.

    ``size`` is a torso length in px.
    """
    doubled = np.zeros((len(time_s), 2), bool)
    apart = np.linalg.norm(left - right, axis=-1).mean(1) / size
    for run in _runs(apart < ON_TOP):
        first, last = run[0] - 1, run[-1] + 1
        if first < 0 or last >= len(time_s) or time_s[last] - time_s[first] > LONGEST_S:
            continue
        off = [_off_its_way(time_s, limb, first, last) / size for limb in (left, right)]
        wrong = int(np.argmax(off))
        if off[wrong] > max(LEAP, LEAP_RATIO * off[1 - wrong]):
            doubled[run, wrong] = True
    return doubled


def bridge(time_s: np.ndarray, values: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """``values`` (T, ...) with those at ``rows`` (T,) bool on the straight line over the gap they leave."""
    flat = values.reshape(len(values), -1).copy()
    for column in flat.T:
        column[rows] = np.interp(time_s[rows], time_s[~rows], column[~rows])
    return flat.reshape(values.shape)


def _off_its_way(time_s: np.ndarray, limb: np.ndarray, first: int, last: int) -> float:
    """How far (px) the limb strays between two frames from the straight way, where it strays most."""
    rows = slice(first + 1, last)
    share = ((time_s[rows] - time_s[first]) / (time_s[last] - time_s[first]))[:, None, None]
    way = limb[first] + share * (limb[last] - limb[first])
    off = np.linalg.norm(limb[rows] - way, axis=-1).mean(1)
    return float(np.nan_to_num(off).max())


def _runs(true: np.ndarray) -> list[np.ndarray]:
    """Rows of each unbroken run of True in (T,)."""
    rows = np.flatnonzero(true)
    return np.split(rows, np.flatnonzero(np.diff(rows) > 1) + 1) if len(rows) else []
