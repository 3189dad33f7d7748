"""The athlete's video with overlays drawn on every frame."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from ..body.series import PoseSeries
from .film import MAX_SIDE, Check, Progress, clip_of, fitted, no_check, no_progress, write_film
from .overlays import Overlay, standard
from .projection import film_pixels


def overlay(
    video_path: str | os.PathLike[str],
    info: Any,
    series: PoseSeries,
    analysis: Mapping[str, Any],
    out: str | os.PathLike[str],
    *,
    shadow: np.ndarray | None = None,
    shadow_world: np.ndarray | None = None,
    overlays: Iterable[Overlay] | None = None,
    max_side: int = MAX_SIDE,
    progress: Progress = no_progress,
    check: Check = no_check,
) -> dict[str, Any]:
    """Write the film with skeleton, trails, events and clock; returns ``{width, height, fps, frame_count}``.

    ``info`` VideoInfo; ``shadow`` (T, 33, 2) upright film pixels of the reference, or ``shadow_world``
    (T, 33, 3) metres, which is then projected through the film's own camera.
    Raises BadVideo when the film cannot be decoded, Canceled from ``check``.
    """
    drawn = tuple(standard() if overlays is None else overlays)
    if shadow is None and shadow_world is not None:
        shadow = film_pixels(series, shadow_world, (info.width, info.height))
    size, scale = fitted(info, max_side)
    clip = clip_of(series, analysis, info, size, scale=scale, shadow=shadow)

    def draw(image: np.ndarray, row: int) -> np.ndarray:
        if row < len(series):
            for one in drawn:
                one.draw(image, clip.at(row))
        return image

    return write_film(video_path, info, out, size, draw, progress, check, max_side=max_side)
