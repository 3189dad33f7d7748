"""Stored colours to RGB for the network and the screen, and back to what every browser plays."""

from __future__ import annotations

import av
import numpy as np
from av.video.reformatter import ColorRange, Colorspace, Interpolation, VideoReformatter

UNSPECIFIED = 2  # AVCOL_SPC_UNSPECIFIED
HD_HEIGHT = 720  # players take untagged pictures of at least this size as BT.709, smaller ones as BT.601
SMOOTH = Interpolation.BILINEAR | Interpolation.ACCURATE_RND | Interpolation.FULL_CHR_H_INT


def to_rgb(picture: av.VideoFrame, width: int, height: int) -> np.ndarray:
    """Decoded picture -> (height, width, 3) uint8 RGB, not turned."""
    smaller = width < picture.width
    found = picture.reformat(
        width=width,
        height=height,
        format="rgb24",
        src_colorspace=_matrix(picture),
        interpolation=Interpolation.AREA if smaller else SMOOTH,
        threads=1,
    )
    return found.to_ndarray()


def _matrix(picture: av.VideoFrame) -> int | None:
    """The colour matrix to assume when the picture names none; None keeps the picture's own."""
    if picture.colorspace != UNSPECIFIED or picture.format.is_rgb:
        return None
    return Colorspace.ITU709 if min(picture.width, picture.height) >= HD_HEIGHT else Colorspace.ITU601


class YuvEncoder:
    """(H, W, 3) uint8 RGB -> BT.709 limited-range yuv420p pictures; keeps the converter between frames."""

    def __init__(self) -> None:
        self._reformatter = VideoReformatter()

    def __call__(self, rgb: np.ndarray) -> av.VideoFrame:
        """One picture with even sides; an odd side repeats its last row or column."""
        height, width = rgb.shape[:2]
        if height % 2 or width % 2:
            rgb = np.pad(rgb, ((0, height % 2), (0, width % 2), (0, 0)), mode="edge")
        picture = av.VideoFrame.from_ndarray(np.ascontiguousarray(rgb), "rgb24")
        return self._reformatter.reformat(
            picture,
            format="yuv420p",
            dst_colorspace=Colorspace.ITU709,
            dst_color_range=ColorRange.MPEG,
            interpolation=SMOOTH,
            threads=1,
        )
