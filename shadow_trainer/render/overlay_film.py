"""The athlete's video with overlays drawn on every frame."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from ..body.series import PoseSeries
from ..video.info import VideoInfo
from .film import MAX_SIDE, Check, Progress, clip_of, fitted, no_check, no_progress, write_video
from .overlays import Overlay, standard
from .projection import video_pixels


def overlay(
    video_path: Path | str,
    info: VideoInfo,
    series: PoseSeries,
    analysis: Mapping[str, Any],
    out: Path | str,
    *,
    reference_px: np.ndarray | None = None,
    reference_world_m: np.ndarray | None = None,
    overlays: Iterable[Overlay] | None = None,
    max_side: int = MAX_SIDE,
    progress: Progress = no_progress,
    check: Check = no_check,
) -> dict[str, Any]:
    """Write the video with skeleton, trails, events and clock; returns ``{width, height, fps, frame_count}``.

    ``info`` VideoInfo; ``reference_px`` (T, 33, 2) upright video pixels of the reference, or ``reference_world_m``
    (T, 33, 3) metres, which is then projected through the video's own camera.
    Raises BadVideo when the video cannot be decoded, Canceled from ``check``.
    """
    drawn = tuple(standard() if overlays is None else overlays)
    if reference_px is None and reference_world_m is not None:
        reference_px = video_pixels(series, reference_world_m, (info.width, info.height))
    size, scale = fitted(info, max_side)
    clip = clip_of(series, analysis, info, size, scale=scale, reference_px=reference_px)

    def draw(image: np.ndarray, row: int) -> np.ndarray:
        if row < len(series):
            for one in drawn:
                one.draw(image, clip.at(row))
        return image

    return write_video(video_path, info, out, size, draw, progress, check, max_side=max_side)
