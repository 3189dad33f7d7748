"""Frames that only repeat the one before: videos of 24 or 25 frames a second stored at 30, captures of a screen.

The body stands still in them and makes up for it in the next, which looks twice as fast. They say nothing of the
motion, so it is solved without them; what they show stays where it was.
"""

from __future__ import annotations

import cv2
import numpy as np

# Around a frame so many others tell how much the athlete's square changes from frame to frame (0..255).
AROUND, USUAL_PERCENTILE = 6, 75
# Where that is less than the first nobody moves and nothing can be told; a frame that changes less than this share of
# it repeats the one before (real video: below 0.06 where frames repeat, above 0.3 where they do not).
LEAST_CHANGE, SHARE = 0.8, 0.15
SIDE_PX = 640


class Changes:
    """Feed it the frames of one window in order; it says how much the athlete's square has changed."""

    def __init__(self) -> None:
        self._before: np.ndarray | None = None

    def step(self, image: np.ndarray, region: np.ndarray) -> float:
        """Mean difference (0..255) from the frame before of (H, W, 3) uint8 inside the square of ``region`` (4,); NaN at first."""
        shrink = max(1.0, max(image.shape[:2]) / SIDE_PX)
        size = round(image.shape[1] / shrink), round(image.shape[0] / shrink)
        grey = cv2.resize(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), size, interpolation=cv2.INTER_AREA)
        before, self._before = self._before, grey
        if before is None or before.shape != grey.shape:
            return np.nan
        x, y, side = region[:3] / shrink
        left, top = (max(int(value - side / 2), 0) for value in (x, y))
        right, bottom = (max(int(value + side / 2), 0) for value in (x, y))
        part = cv2.absdiff(grey, before)[top:bottom, left:right]
        return float(part.mean()) if part.size else np.nan


def find_repeated(change: np.ndarray) -> np.ndarray:
    """(n,) True where a frame repeats the one before, from each frame's change (n,) of one window."""
    padded = np.pad(np.asarray(change, float), AROUND, constant_values=np.nan)
    around = np.lib.stride_tricks.sliding_window_view(padded, 2 * AROUND + 1)
    known = np.isfinite(around).any(axis=1)
    usual = np.zeros(len(change))
    usual[known] = np.nanpercentile(around[known], USUAL_PERCENTILE, axis=1)
    repeated: np.ndarray = (usual > LEAST_CHANGE) & (np.nan_to_num(change, nan=np.inf) < SHARE * usual)
    return repeated
