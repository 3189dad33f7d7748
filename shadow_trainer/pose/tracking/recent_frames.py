"""The latest frames of a shot, kept so that somebody who is noticed late can be followed back in time."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np

# Real seconds and pixels of what is kept: a pitcher who is noticed at foot contact lifted the leg within them.
KEPT_S, KEPT_SIDE_PX = 1.5, 960


@dataclass(frozen=True)
class RecentFrame:
    """One frame (H, W, 3) uint8 with its time in real seconds and ``scale`` video pixels for each of its own."""

    time_s: float
    image: np.ndarray
    scale: float


class RecentFrames:
    """At most ``KEPT_S`` of one shot, in small copies: some 70 MB of a video with 30 frames a second."""

    def __init__(self) -> None:
        self._frames: deque[RecentFrame] = deque()

    def add(self, time_s: float, image: np.ndarray, scale: float) -> None:
        """Keep a frame that is later than all before, and forget those that are too old."""
        shrink = max(1.0, max(image.shape[:2]) / KEPT_SIDE_PX)
        if shrink > 1.0:
            size = round(image.shape[1] / shrink), round(image.shape[0] / shrink)
            scale *= image.shape[1] / size[0]
            image = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
        self._frames.append(RecentFrame(time_s, image, scale))
        while time_s - self._frames[0].time_s > KEPT_S:
            self._frames.popleft()

    def clear(self) -> None:
        """Forget everything: a new shot begins."""
        self._frames.clear()

    def before(self, time_s: float) -> Iterator[RecentFrame]:
        """Frames earlier than ``time_s``, the latest first."""
        return (frame for frame in reversed(self._frames) if frame.time_s < time_s)
