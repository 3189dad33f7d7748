"""Find the cuts of an edited film, so that nobody is followed across one."""

from __future__ import annotations

import cv2
import numpy as np

SIZE = (64, 36)
# A cut changes the layout of the frame and its colours at once. A flash changes neither much (both are
# compared without brightness), a fast pan keeps the colours.
LAYOUT_BELOW, COLOURS_BELOW = 0.55, 0.88
# Flatter frames than this (standard deviation of 0..255) are black or blank and compare with nothing.
FLAT = 4.0


class CutFinder:
    """Feed it frames in order; it says which begins a new shot."""

    def __init__(self) -> None:
        self._layout: np.ndarray | None = None
        self._colours: np.ndarray | None = None

    def is_cut(self, image: np.ndarray) -> bool:
        """Whether (H, W, 3) uint8 RGB begins a new shot. Blank frames are passed over."""
        small = cv2.resize(image, SIZE, interpolation=cv2.INTER_AREA)
        grey = small.mean(-1)
        if grey.std() < FLAT:
            return False
        layout, colours = (grey - grey.mean()) / grey.std(), _colours(small)
        before = self._layout, self._colours
        self._layout, self._colours = layout, colours
        if before[0] is None or before[1] is None:
            return False
        likeness = float((layout * before[0]).mean())
        return likeness < LAYOUT_BELOW and float(np.minimum(colours, before[1]).sum()) < COLOURS_BELOW


def _colours(small: np.ndarray) -> np.ndarray:
    """Histogram of hue and saturation, summing to 1: colours without brightness."""
    hsv = cv2.cvtColor(small, cv2.COLOR_RGB2HSV)
    counts = np.histogram2d(
        hsv[..., 0].ravel(), hsv[..., 1].ravel(), bins=(12, 4), range=((0, 180), (0, 256))
    )[0].ravel()
    return counts / counts.sum()
