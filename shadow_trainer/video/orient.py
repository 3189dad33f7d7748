"""Which way is up: the file's display matrix, and frames turned by it.

A display matrix maps a stored pixel (x, y) to x' = a*x + c*y, y' = b*x + d*y (16.16 fixed point, rows of
three: a b u / c d v / x y w; ISO 14496-12, 8.3.2). Cameras write right angles, sometimes with a flip; any
other angle is taken as the nearest right one. We keep it as a flip (left-right) followed by a clockwise turn.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import av
import cv2
import numpy as np
from av.sidedata.sidedata import Type

# OpenCV turns ten times faster than NumPy.
TURNS = {90: cv2.ROTATE_90_CLOCKWISE, 180: cv2.ROTATE_180, 270: cv2.ROTATE_90_COUNTERCLOCKWISE}


@dataclass(frozen=True)
class Orientation:
    """First the flip of left and right, then the clockwise turn, makes a stored frame upright."""

    rotation_deg: int = 0  # 0, 90, 180 or 270, clockwise
    mirrored: bool = False

    @property
    def swaps_sides(self) -> bool:
        """True when width and height change places."""
        return self.rotation_deg in (90, 270)

    def turned(self, clockwise_deg: int) -> Orientation:
        """With a further clockwise turn of 0, 90, 180 or 270 degrees."""
        return Orientation((self.rotation_deg + clockwise_deg) % 360, self.mirrored)

    def apply(self, image: np.ndarray) -> np.ndarray:
        """(H, W, 3) stored -> (H, W, 3) upright, contiguous. Sides change places at 90 and 270."""
        if self.mirrored:
            image = cv2.flip(image, 1)
        return cv2.rotate(image, TURNS[self.rotation_deg]) if self.rotation_deg else image


def orientation(frame: av.VideoFrame) -> Orientation:
    """What the frame's display matrix asks for; upright when there is none."""
    # PyAV's types call it a mapping; what it yields are the entries.
    entries: Iterable[Any] = frame.side_data
    for side in entries:
        if side.type == Type.DISPLAYMATRIX:
            return from_matrix(np.frombuffer(bytes(side), dtype=np.int32)[:9])
    return Orientation()


def from_matrix(matrix: np.ndarray) -> Orientation:
    """(9,) int32 display matrix -> Orientation. A degenerate matrix means upright."""
    a, b, _, c, d = (float(value) for value in matrix[:5])
    determinant = a * d - b * c
    if determinant == 0:
        return Orientation()
    mirrored = determinant < 0
    if mirrored:
        # stored -> flip (x -> -x) -> turn: dividing the flip out changes the sign of the first row.
        a, b = -a, -b
    # A clockwise turn by t on a screen (y down) maps the x axis (1, 0) to (cos t, sin t) = (a, b).
    turn = round(math.degrees(math.atan2(b, a)) / 90) * 90 % 360
    return Orientation(turn, mirrored)
