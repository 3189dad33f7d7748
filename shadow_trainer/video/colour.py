"""Stored colours to RGB for the network and the screen, and back to what every browser plays.

HLG frames (most phones' HDR) are made to be shown as they are and are left so. PQ frames would come out
dark and grey; they are brought to standard range by a table (SMPTE ST 2084, diffuse white at 203 nits as in
ITU-R BT.2408, highlights bent softly to white). Primaries are not converted: the network does not mind.
"""

from __future__ import annotations

from functools import cache

import av
import cv2
import numpy as np
from av.video.reformatter import ColorRange, Colorspace, Interpolation, VideoReformatter

KNOWN_MATRICES = {1, 4, 5, 6, 7, 9}  # AVCOL_SPC_*: BT.709, FCC, BT.470BG, SMPTE 170M, SMPTE 240M, BT.2020
PQ = 16  # AVCOL_TRC_SMPTE2084
HD_SIDE = 720  # players take untagged frames of at least this size as BT.709, smaller ones as BT.601
WHITE_NITS, KNEE, DISPLAY_GAMMA = 203.0, 0.6, 2.2


class RgbDecoder:
    """Decoded frame -> (height, width, 3) uint8 RGB. Keeps the converter between frames of one video."""

    def __init__(self, width: int, height: int) -> None:
        self._size = {"width": width, "height": height}
        self._reformatter = VideoReformatter()

    def __call__(self, frame: av.VideoFrame) -> np.ndarray:
        """The whole frame at the declared size, not turned."""
        matrix = _matrix(frame)
        converted = self._reformatter.reformat(
            frame,
            **self._size,
            format="rgb24",
            src_colorspace=matrix,
            dst_colorspace=matrix,
            interpolation=_scaler(frame, self._size["width"]),
            threads=1,
        )
        rgb = converted.to_ndarray()
        return _standard_range(rgb) if frame.color_trc == PQ else rgb


class YuvEncoder:
    """RGB or any decoded frame -> BT.709 limited-range yuv420p. Keeps the converter between frames."""

    def __init__(self, width: int, height: int) -> None:
        self._size = {"width": width, "height": height}  # even
        self._reformatter = VideoReformatter()

    def from_rgb(self, rgb: np.ndarray) -> av.VideoFrame:
        """(H, W, 3) uint8; an odd side repeats its last row or column."""
        rows, columns = self._size["height"] - rgb.shape[0], self._size["width"] - rgb.shape[1]
        if rows or columns:
            rgb = np.pad(rgb, ((0, rows), (0, columns), (0, 0)), mode="edge")
        return self.from_frame(av.VideoFrame.from_ndarray(np.ascontiguousarray(rgb), "rgb24"))

    def from_frame(self, frame: av.VideoFrame) -> av.VideoFrame:
        """A frame of any size and format, scaled to the declared size."""
        return self._reformatter.reformat(
            frame,
            **self._size,
            format="yuv420p",
            src_colorspace=_matrix(frame),
            dst_colorspace=Colorspace.ITU709,
            dst_color_range=ColorRange.MPEG,
            interpolation=_scaler(frame, self._size["width"]),
            threads=1,
        )


def _scaler(frame: av.VideoFrame, width: int) -> Interpolation:
    return Interpolation.AREA if width < frame.width else Interpolation.BILINEAR


def _matrix(frame: av.VideoFrame) -> int | None:
    """The colour matrix to assume when the frame names none (or an impossible one); None keeps the frame's own."""
    if frame.colorspace in KNOWN_MATRICES or frame.format.is_rgb:
        return None
    return Colorspace.ITU709 if min(frame.width, frame.height) >= HD_SIDE else Colorspace.ITU601


def _standard_range(rgb: np.ndarray) -> np.ndarray:
    return cv2.LUT(rgb, pq_table())


@cache
def pq_table() -> np.ndarray:
    """(256,) uint8: PQ code -> display code. Constants of SMPTE ST 2084, 5.2."""
    m1, m2, c1, c2, c3 = 0.1593017578125, 78.84375, 0.8359375, 18.8515625, 18.6875
    power = (np.arange(256) / 255) ** (1 / m2)
    nits = 10_000 * (np.maximum(power - c1, 0) / (c2 - c3 * power)) ** (1 / m1)
    light = nits / WHITE_NITS
    bent = KNEE + (1 - KNEE) * (1 - np.exp(-(light - KNEE) / (1 - KNEE)))
    shown = np.where(light <= KNEE, light, bent)
    return np.round(255 * shown ** (1 / DISPLAY_GAMMA)).astype(np.uint8)
