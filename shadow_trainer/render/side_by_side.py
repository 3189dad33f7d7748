"""The athlete's video on the left, cropped to the athlete, and the 3D view on the right, in step."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from ..body.series import PoseSeries
from ..video.info import VideoInfo
from .canvas import plate, text, text_width
from .film import Check, Progress, clip_of, no_check, no_progress, write_video
from .overlays import Clock, EventBanner, EventRing, Overlay, ReferenceSkeleton, Skeleton, Timeline, Trail
from .palette import CASING, GLOVE, INK_QUIET, REFERENCE, THROWING
from .projection import video_pixels
from .scene3d import Stage, draw_stage, make_stage

PANE = (640, 720)
_ON_VIDEO: tuple[Overlay, ...] = (Trail("wrist"), ReferenceSkeleton(), Skeleton(), EventRing())
# The banner stands on the empty upper part of the stage: over the video it would cover a face.
_CAPTIONS: tuple[Overlay, ...] = (Timeline(), Clock(), EventBanner(left=PANE[0] + 28))


@dataclass(frozen=True)
class Crop:
    """The part of the upright video that fills the pane: pane pixel = (video pixel - offset) * scale."""

    offset: tuple[float, float]
    scale: float


def side_by_side(
    video_path: Path | str,
    info: VideoInfo,
    series: PoseSeries,
    analysis: Mapping[str, Any],
    out: Path | str,
    *,
    reference_px: np.ndarray | None = None,
    reference_world_m: np.ndarray | None = None,
    progress: Progress = no_progress,
    check: Check = no_check,
) -> dict[str, Any]:
    """Write the athlete's video beside the 3D view; returns ``{width, height, fps, frame_count}``.

    ``reference_world_m`` (T, 33, 3) metres of the reference, or None; ``reference_px`` (T, 33, 2) video pixels of it,
    else it is projected through the video's own camera.
    """
    if reference_px is None and reference_world_m is not None:
        reference_px = video_pixels(series, reference_world_m, (info.width, info.height))
    crop = athlete_crop(series, (info.width, info.height))
    clip = clip_of(
        series, analysis, info, PANE, scale=crop.scale, offset=crop.offset, reference_px=reference_px
    )
    stage = make_stage(series, analysis, PANE, reference_world_m=reference_world_m)
    size = (2 * PANE[0], PANE[1])
    whole = replace(clip, size=size)
    fixed_words = _Legend(stage, has_reference=reference_world_m is not None)

    def draw(image: np.ndarray, row: int) -> np.ndarray:
        left = cut(image, crop, info.width)
        if row < len(series):
            for one in _ON_VIDEO:
                one.draw(left, clip.at(row))
        right = draw_stage(stage, series, row, reference_world_m=reference_world_m)
        both = np.concatenate([left, right], axis=1)
        both[:, PANE[0] - 1 : PANE[0] + 1] = CASING
        fixed_words.draw(both)
        if row < len(series):
            for one in _CAPTIONS:
                one.draw(both, whole.at(row))
        return both

    wanted = math.ceil(max(info.width, info.height) * crop.scale)
    return write_video(
        video_path, info, out, size, draw, progress, check,
        max_side=min(wanted, max(info.width, info.height)),
    )  # fmt: skip


def athlete_crop(series: PoseSeries, video_size: tuple[int, int], pane: tuple[int, int] = PANE) -> Crop:
    """A still crop with the pane's shape that holds the athlete through the whole delivery with room around.

    One crop for the whole video: a crop that follows the athlete would hide the stride.
    """
    points = series.landmarks_px[np.isfinite(series.landmarks_px).all(axis=-1)]
    if len(points) < 12:
        low, high = np.zeros(2), np.asarray(video_size, dtype=float)
    else:
        low, high = np.percentile(points, 0.5, axis=0), np.percentile(points, 99.5, axis=0)
        # Less room at the sides: a wide stride would otherwise need more height than the video has.
        room = np.array([0.12, 0.16]) * (high[1] - low[1])
        low, high = low - room, high + room
    width, height = np.maximum(high - low, 16)
    shape = pane[0] / pane[1]
    width, height = max(width, height * shape), max(height, width / shape)
    # Do not show more than the video has in its tighter direction, unless the athlete needs it.
    centre = (low + high) / 2
    offset = [
        _placed(c - extent / 2, extent, whole)
        for c, extent, whole in zip(centre, (width, height), video_size, strict=True)
    ]
    return Crop((offset[0], offset[1]), pane[1] / height)


def _placed(start: float, extent: float, whole: float) -> float:
    """Start of a crop moved into the video; a crop larger than the video is centred on it."""
    if extent >= whole:
        return (whole - extent) / 2
    return float(np.clip(start, 0.0, whole - extent))


def cut(image: np.ndarray, crop: Crop, video_width: int, pane: tuple[int, int] = PANE) -> np.ndarray:
    """The crop of a decoded frame (which may be smaller than the video) at the pane's size."""
    decoded = image.shape[1] / video_width
    zoom = crop.scale / decoded
    move = np.array(
        [[zoom, 0, -crop.offset[0] * crop.scale], [0, zoom, -crop.offset[1] * crop.scale]], dtype=float
    )
    how = cv2.INTER_LINEAR if zoom < 2.0 else cv2.INTER_CUBIC
    return cv2.warpAffine(image, move, pane, flags=how, borderMode=cv2.BORDER_CONSTANT, borderValue=CASING)


class _Legend:
    """What the colours mean and where the 3D camera stands: the same on every frame."""

    def __init__(self, stage: Stage, *, has_reference: bool) -> None:
        self.words = f"3D {stage.words}"
        self.entries = [("Throwing side", THROWING), ("Glove side", GLOVE)]
        if has_reference:
            self.entries.append(("Shadow", REFERENCE))

    def draw(self, image: np.ndarray) -> None:
        """Title and colour key in one line at the lower right, above the time line."""
        size, margin = 16, round(0.045 * PANE[1])
        baseline = PANE[1] - margin - 28
        x = 2 * PANE[0] - margin
        for words, colour in reversed(self.entries):
            x -= text_width(words, size)
            text(image, words, x, baseline, size, INK_QUIET)
            x -= 30
            plate(image, x, baseline - 7, 22, 5, radius=2, colour=colour, alpha=1.0)
            x -= 18
        x -= text_width(self.words, size, 600) + 6
        text(image, self.words, x, baseline, size, INK_QUIET, weight=600)
