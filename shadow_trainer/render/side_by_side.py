"""The athlete's film on the left, cropped to the athlete, and the 3D view on the right, in step."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import cv2
import numpy as np

from ..body.series import PoseSeries
from .canvas import plate, text, text_width
from .film import Check, Progress, clip_of, no_check, no_progress, write_film
from .overlays import Clock, EventBanner, EventRing, Shadow, Skeleton, Timeline, Trail
from .palette import CASING, GLOVE, INK_QUIET, SHADOW, THROWING
from .projection import film_pixels
from .scene3d import Stage, draw_stage, make_stage

PANE = (640, 720)
_FILM = (Trail("wrist"), Shadow(), Skeleton(), EventRing())
# The banner stands on the empty upper part of the stage: over the film it would cover a face.
_CAPTIONS = (Timeline(), Clock(), EventBanner(left=PANE[0] + 28))


@dataclass(frozen=True)
class Crop:
    """The part of the upright film that fills the pane: pane pixel = (film pixel - offset) * scale."""

    offset: tuple[float, float]
    scale: float


def side_by_side(
    video_path: str | os.PathLike[str],
    info: Any,
    series: PoseSeries,
    analysis: Mapping[str, Any],
    out: str | os.PathLike[str],
    *,
    shadow: np.ndarray | None = None,
    shadow_world: np.ndarray | None = None,
    progress: Progress = no_progress,
    check: Check = no_check,
) -> dict[str, Any]:
    """Write the film of film and 3D view; returns ``{width, height, fps, frame_count}``.

    ``shadow_world`` (T, 33, 3) metres of the reference, or None; ``shadow`` (T, 33, 2) film pixels of it,
    else it is projected through the film's own camera.
    """
    if shadow is None and shadow_world is not None:
        shadow = film_pixels(series, shadow_world, (info.width, info.height))
    crop = athlete_crop(series, (info.width, info.height))
    clip = clip_of(series, analysis, info, PANE, scale=crop.scale, offset=crop.offset, shadow=shadow)
    stage = make_stage(series, analysis, PANE, shadow_world=shadow_world)
    size = (2 * PANE[0], PANE[1])
    whole = replace(clip, size=size)
    fixed_words = _Legend(stage, has_shadow=shadow_world is not None)

    def picture(image: np.ndarray, row: int) -> np.ndarray:
        left = cut(image, crop, info.width)
        if row < len(series):
            for one in _FILM:
                one.draw(left, clip.at(row))
        right = draw_stage(stage, series, row, shadow_world=shadow_world)
        both = np.concatenate([left, right], axis=1)
        both[:, PANE[0] - 1 : PANE[0] + 1] = CASING
        fixed_words.draw(both)
        if row < len(series):
            for one in _CAPTIONS:
                one.draw(both, whole.at(row))
        return both

    wanted = math.ceil(max(info.width, info.height) * crop.scale)
    return write_film(
        video_path, info, out, size, picture, progress, check,
        max_side=min(wanted, max(info.width, info.height)),
    )  # fmt: skip


def athlete_crop(series: PoseSeries, film: tuple[int, int], pane: tuple[int, int] = PANE) -> Crop:
    """A still crop with the pane's shape that holds the athlete through the whole delivery with room around.

    One crop for the whole film: a crop that follows the athlete would hide the stride.
    """
    points = series.landmarks_px[np.isfinite(series.landmarks_px).all(axis=-1)]
    if len(points) < 12:
        low, high = np.zeros(2), np.asarray(film, dtype=float)
    else:
        low, high = np.percentile(points, 0.5, axis=0), np.percentile(points, 99.5, axis=0)
        # Less room at the sides: a wide stride would otherwise need more height than the film has.
        room = np.array([0.12, 0.16]) * (high[1] - low[1])
        low, high = low - room, high + room
    width, height = np.maximum(high - low, 16)
    shape = pane[0] / pane[1]
    width, height = max(width, height * shape), max(height, width / shape)
    # Do not show more than the film has in its tighter direction, unless the athlete needs it.
    centre = (low + high) / 2
    offset = [
        _placed(c - extent / 2, extent, whole)
        for c, extent, whole in zip(centre, (width, height), film, strict=True)
    ]
    return Crop((offset[0], offset[1]), pane[1] / height)


def _placed(start: float, extent: float, whole: float) -> float:
    """Start of a crop moved into the film; a crop larger than the film is centred on it."""
    if extent >= whole:
        return (whole - extent) / 2
    return float(np.clip(start, 0.0, whole - extent))


def cut(image: np.ndarray, crop: Crop, film_width: int, pane: tuple[int, int] = PANE) -> np.ndarray:
    """The crop of a decoded frame (which may be smaller than the film) at the pane's size."""
    decoded = image.shape[1] / film_width
    zoom = crop.scale / decoded
    move = np.array(
        [[zoom, 0, -crop.offset[0] * crop.scale], [0, zoom, -crop.offset[1] * crop.scale]], dtype=float
    )
    how = cv2.INTER_LINEAR if zoom < 2.0 else cv2.INTER_CUBIC
    return cv2.warpAffine(image, move, pane, flags=how, borderMode=cv2.BORDER_CONSTANT, borderValue=CASING)


class _Legend:
    """What the colours mean and where the 3D camera stands: the same on every frame."""

    def __init__(self, stage: Stage, *, has_shadow: bool) -> None:
        self.words = f"3D {stage.words}"
        self.entries = [("Throwing side", THROWING), ("Glove side", GLOVE)]
        if has_shadow:
            self.entries.append(("Shadow", SHADOW))

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
