"""Frames that show nothing new: they repeat the one before (24 frames a second stored as 30, captures of a screen), or
are the mean of their neighbors (60 doubled to 120).

In a repeat the body stands still and makes up for it in the next frame, which looks twice as fast; a mean has two of
every limb. They say nothing of the motion, so it is solved without them; what they show stays where it was. Frames
that were moved between their neighbors by optical flow look like taken ones, and nobody can tell.
"""

from __future__ import annotations

import cv2
import numpy as np

# Around a frame so many others tell how much the athlete's square changes from frame to frame (0..255).
AROUND, USUAL_PERCENTILE = 6, 75
# Where three of four frames are repeats only the largest changes are any: what is next to nothing beside them repeats.
LARGEST_PERCENTILE, LARGEST_SHARE = 92, 0.05
# Where that is less than the first nobody moves and nothing can be told; a frame that changes less than this share of
# it repeats the one before (real video: below 0.06 where frames repeat, above 0.3 where they do not).
LEAST_CHANGE, SHARE = 0.8, 0.15
# Frames of one round of a rhythm (24 in 30, 100 in 120, 24 and 25 in 60), how many rounds must be seen, and how well.
PERIODS, LEAST_BEATS, IN_RHYTHM = range(2, 13), 4, 0.96
SIDE_PX = 640
# Where a pixel changes by MOVED and more from the frame before to the next, a taken frame has the one or the other and is
# half of that off their mean; a mean is off by what compression leaves. At least so many pixels tell; of every other frame.
MOVED, LEAST_PIXELS = 40.0, 60
MEAN_OFF, MEAN_SHARE, LEAST_TELLING, MOST_OTHERS = 0.16, 0.5, 6, 0.1


class Changes:
    """Feed it the frames of one window in order; it says how much the athlete's square has changed."""

    def __init__(self) -> None:
        self._before: np.ndarray | None = None
        self._last_but_one: np.ndarray | None = None
        # How far the frame before is from the mean of its neighbors, as a share of how they differ; NaN where unknown.
        self.off_mean = np.nan

    def step(self, image: np.ndarray, region: np.ndarray) -> float:
        """Mean difference (0..255) from the frame before of (H, W, 3) uint8 inside the square of ``region`` (4,); NaN at first."""
        shrink = max(1.0, max(image.shape[:2]) / SIDE_PX)
        size = round(image.shape[1] / shrink), round(image.shape[0] / shrink)
        grey = cv2.resize(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), size, interpolation=cv2.INTER_AREA)
        before, self._before = self._before, grey
        last_but_one, self._last_but_one = self._last_but_one, before
        self.off_mean = np.nan
        if before is None or before.shape != grey.shape:
            return np.nan
        x, y, side = region[:3] / shrink
        left, top = (max(int(value - side / 2), 0) for value in (x, y))
        right, bottom = (max(int(value + side / 2), 0) for value in (x, y))
        square = np.s_[top:bottom, left:right]
        if last_but_one is not None and last_but_one.shape == grey.shape:
            self.off_mean = _off_mean(last_but_one[square], before[square], grey[square])
        part = cv2.absdiff(grey, before)[square]
        return float(part.mean()) if part.size else np.nan


def _off_mean(first: np.ndarray, middle: np.ndarray, last: np.ndarray) -> float:
    """How far the middle picture is from the mean of both others where these differ, as a share of that difference."""
    apart = cv2.absdiff(first, last)
    moved = apart >= MOVED
    if np.count_nonzero(moved) < LEAST_PIXELS:
        return np.nan
    mean = 0.5 * (first[moved].astype(np.float32) + last[moved])
    return float(np.abs(middle[moved] - mean).mean() / apart[moved].mean())


def find_means(off_mean: np.ndarray) -> np.ndarray:
    """(n,) True where a frame is the mean of its neighbors, from how far each one (n,) is from it (NaN not known).

    Every other frame is one, throughout, or none is: a slow edge of one frame can be near the mean as well.
    """
    known = np.isfinite(off_mean)
    for beat in (0, 1):
        own, others = (off_mean[known & (np.arange(len(off_mean)) % 2 == turn)] for turn in (beat, 1 - beat))
        if min(len(own), len(others)) < LEAST_TELLING:
            continue
        most = min(MEAN_OFF, MEAN_SHARE * float(np.median(others)))
        if np.mean(own <= most) >= 1 - MOST_OTHERS and np.mean(others <= most) <= MOST_OTHERS:
            means: np.ndarray = np.arange(len(off_mean)) % 2 == beat
            return means
    return np.zeros(len(off_mean), bool)


def find_repeated(change: np.ndarray) -> np.ndarray:
    """(n,) True where a frame repeats the one before, from each frame's change (n,) of one window."""
    padded = np.pad(np.asarray(change, float), AROUND, constant_values=np.nan)
    around = np.lib.stride_tricks.sliding_window_view(padded, 2 * AROUND + 1)
    known = np.isfinite(around).any(axis=1)
    usual, largest = np.zeros(len(change)), np.zeros(len(change))
    percentiles = [USUAL_PERCENTILE, LARGEST_PERCENTILE]
    usual[known], largest[known] = np.nanpercentile(around[known], percentiles, axis=1)
    changed = np.nan_to_num(change, nan=np.inf)
    repeated: np.ndarray = (usual > LEAST_CHANGE) & (changed < SHARE * usual)
    repeated |= (largest > LEAST_CHANGE) & (changed < LARGEST_SHARE * largest)
    moving = (usual > LEAST_CHANGE) | (largest > LEAST_CHANGE)
    return _in_rhythm(repeated, moving, new=moving & (changed > 0.5 * np.maximum(usual, LEAST_CHANGE)))


def _in_rhythm(repeated: np.ndarray, moving: np.ndarray, new: np.ndarray) -> np.ndarray:
    """Repeats (n,) as their rhythm has them, also where nobody moves enough (outside ``moving``) to show them.

    ``new`` (n,) surely show something new. Pictures are converted from one rate to another in a fixed rhythm: each sixth again makes 120 of 100.
    """
    rows = np.flatnonzero(moving)
    if not repeated[rows].any():
        return repeated
    for period in PERIODS:
        if len(rows) < LEAST_BEATS * period:
            break
        told = np.array([np.mean(repeated[rows[rows % period == beat]]) > 0.5 for beat in range(period)])
        if told.any() and np.mean(told[rows % period] == repeated[rows]) >= IN_RHYTHM:
            rhythm: np.ndarray = told[np.arange(len(repeated)) % period] & ~new
            return rhythm
    return repeated
