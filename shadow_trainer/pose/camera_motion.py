"""How the background moves in the frame, so that a hand-held or slowly panned camera can be taken out.

Corners outside everybody's square are followed from one key frame to each later frame (never from frame
to frame, which would drift), and the similarity that most of them agree on is read where the athlete is.
Where too few agree nothing is claimed.
"""

from __future__ import annotations

from collections.abc import Iterable

import cv2
import numpy as np

from .raw_track import RawTrack
from .tracking.candidates import Person

# The search works on a grey frame of at most this width, with corners this far apart (its pixels).
WIDTH_PX, CORNERS, APART_PX, QUALITY = 480, 100, 8, 0.01
_FLOW = {"winSize": (15, 15), "maxLevel": 2, "flags": cv2.OPTFLOW_USE_INITIAL_FLOW}
# Corners agree when they lie within this of one similarity; believed are so many, of those that were followed,
# spread over so much of the width (standard deviation).
WITHIN_PX, LEAST_CORNERS, LEAST_SHARE, LEAST_SPREAD = 1.0, 12, 0.5, 0.1
LARGEST_ZOOM = 1.25
# A new key frame when the camera has moved it by this much of its width, or fewer of the corners are left.
REKEY_MOVED, REKEY_LEFT = 0.12, 0.5
# Known to a few tenths of a pixel, a motion below this share of the width (between the 5th and the 95th
# percentile) is called none: half a centimetre on the body of a pitcher who fills the frame.
STILL, KNOWN_SHARE = 0.002, 0.7


class Background:
    """Feed it the frames of one delivery window in order."""

    def __init__(self, people: Iterable[Person]) -> None:
        self.people = list(people)
        self._key: np.ndarray | None = None
        self._corners = np.zeros((0, 2), np.float32)
        self._at_key = np.eye(3)  # first frame -> key frame, small pixels
        self._since = np.eye(3)  # key frame -> latest frame
        self._step = np.zeros(2)

    def step(self, image: np.ndarray, time_s: float, where: np.ndarray) -> tuple[np.ndarray, float]:
        """``(shift, quality)`` of one (H, W, 3) uint8 frame.

        ``shift`` (2,) is how far what stands still has moved since the first frame, in pixels of this one, at
        the place ``where`` (2,) in it; NaN with quality 0 where it cannot be told. ``quality`` is the share
        of the followed corners that agree.
        """
        scale = -(-image.shape[1] // WIDTH_PX)
        grey = _small(image, scale)
        boxes = [box / scale for box in self._boxes(time_s)]
        if self._key is None:
            self._take_key(grey, boxes)
            return (np.zeros(2), 1.0) if len(self._corners) >= LEAST_CORNERS else (np.full(2, np.nan), 0.0)
        since, quality, left = self._follow(grey, boxes)
        if since is None:
            return np.full(2, np.nan), 0.0
        self._step = since[:2, 2] - self._since[:2, 2]
        self._since = since
        whole = since @ self._at_key
        before = np.linalg.solve(whole, [*(where / scale), 1.0])[:2]
        moved = np.hypot(*since[:2, 2]) > REKEY_MOVED * grey.shape[1]
        if moved or left < REKEY_LEFT * len(self._corners):
            self._at_key, self._since = whole, np.eye(3)
            self._take_key(grey, boxes)
        return where - before * scale, quality

    def _boxes(self, time_s: float) -> list[np.ndarray]:
        """(4,) left, top, right, bottom of everybody who is seen about now, with the room their ROI has."""
        boxes = []
        for person in self.people:
            if person.first_s - 0.5 <= time_s <= person.last_s + 0.5:
                x, y, side = (np.interp(time_s, person.times, person.rois[:, c]) for c in range(3))
                boxes.append(np.array([x - side / 2, y - side / 2, x + side / 2, y + side / 2]))
        return boxes

    def _take_key(self, grey: np.ndarray, boxes: list[np.ndarray]) -> None:
        free = np.full(grey.shape, 255, np.uint8)
        for box in boxes:
            left, top, right, bottom = np.maximum(np.round(box), 0).astype(int)
            free[top:bottom, left:right] = 0
        corners = cv2.goodFeaturesToTrack(grey, CORNERS, QUALITY, APART_PX, mask=free)
        self._key, self._corners = grey, np.zeros((0, 2), np.float32) if corners is None else corners[:, 0]

    def _follow(self, grey: np.ndarray, boxes: list[np.ndarray]) -> tuple[np.ndarray | None, float, int]:
        """(3, 3) from the key frame to this frame, the share that agrees, and how many do."""
        if len(self._corners) < LEAST_CORNERS:
            return None, 0.0, 0
        guess = self._corners @ self._since[:2, :2].T + self._since[:2, 2] + self._step
        guess = guess.astype(np.float32)
        now, known, _ = cv2.calcOpticalFlowPyrLK(self._key, grey, self._corners, guess, **_FLOW)
        use = (known[:, 0] == 1) & ((now >= 0) & (now < grey.shape[::-1])).all(1)
        for left, top, right, bottom in boxes:
            x, y = now.T
            use &= ~((x > left) & (x < right) & (y > top) & (y < bottom))
        if use.sum() < LEAST_CORNERS:
            return None, 0.0, 0
        matrix, agree = cv2.estimateAffinePartial2D(
            self._corners[use], now[use], ransacReprojThreshold=WITHIN_PX, maxIters=200
        )
        if matrix is None:
            return None, 0.0, 0
        agree = agree[:, 0] == 1
        zoom = np.sqrt(abs(np.linalg.det(matrix[:, :2])))
        spread = np.hypot(*now[use][agree].std(0)) / grey.shape[1] if agree.any() else 0.0
        share = float(agree.mean())
        sure = agree.sum() >= LEAST_CORNERS and share >= LEAST_SHARE and spread >= LEAST_SPREAD
        if not sure or abs(np.log(zoom)) > np.log(LARGEST_ZOOM):
            return None, 0.0, 0
        return np.vstack([matrix, [0.0, 0.0, 1.0]]), share, int(agree.sum())


def _small(image: np.ndarray, scale: int) -> np.ndarray:
    """Grey, ``scale`` times smaller; by a whole number, because the mean of whole pixels is quick."""
    height, width = (side // scale for side in image.shape[:2])
    grey = cv2.cvtColor(image[: height * scale, : width * scale], cv2.COLOR_RGB2GRAY)
    return cv2.resize(grey, (width, height), interpolation=cv2.INTER_AREA)


def camera_shift(track: RawTrack, width: int) -> np.ndarray:
    """(T, 2) pixels by which the camera's own motion has moved the frame, around each window's median.

    0 in windows where the camera stood still (see STILL) or where too little of the motion is known; short
    unknown stretches are bridged. ``width`` of the frame in pixels.
    """
    shift = np.zeros((len(track), 2))
    for number in np.unique(track.window_id[track.window_id >= 0]):
        rows = np.flatnonzero(track.window_id == number)
        moved = track.background_px[rows].astype(float)
        known = np.isfinite(moved).all(1)
        if known.sum() < 2 or known.mean() < KNOWN_SHARE:
            continue
        low, high = np.percentile(moved[known], (5, 95), axis=0)
        if np.hypot(*(high - low)) < STILL * width:
            continue
        at = track.time_s[rows]
        whole = np.column_stack([np.interp(at, at[known], column[known]) for column in moved.T])
        shift[rows] = whole - np.median(whole, axis=0)
    return shift
