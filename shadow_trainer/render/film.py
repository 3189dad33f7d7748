"""Writing a video: frames are decoded, drawn on and encoded one after the other, never all at once.

Every video has the frame grid of the browser preview (constant rate, as many frames), so that a player can
switch between them without losing its place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from .. import video
from ..body.series import PoseSeries
from ..video.info import VideoInfo
from ..video.preview import preview_rate, show
from .clip import Clip, make_clip

Progress = Callable[[int, int], None]
Check = Callable[[], None]
REPORT_EVERY = 10  # frames between two progress reports
MAX_SIDE = 1280


def no_progress(done: int, total: int) -> None:
    """Report to nobody."""


def no_check() -> None:
    """Never cancel."""


def clip_of(
    series: PoseSeries,
    analysis: Mapping[str, Any],
    info: VideoInfo,
    size: tuple[int, int],
    *,
    scale: float,
    offset: tuple[float, float] = (0.0, 0.0),
    reference_px: np.ndarray | None = None,
) -> Clip:
    """The clip of a video's facts on a canvas."""
    return make_clip(
        series,
        analysis,
        size,
        scale=scale,
        offset=offset,
        capture_fps=float(info.capture_fps),
        playback=1.0 / float(info.time_scale or 1.0),
        reference_px=reference_px,
    )


def fitted(info: VideoInfo, max_side: int) -> tuple[tuple[int, int], float]:
    """Canvas (width, height), the same as the preview's, and the scale from video pixels to it."""
    scale = min(1.0, max_side / max(info.width, info.height))
    width, height = (max(1, round(side * scale)) for side in (info.width, info.height))
    return (width + width % 2, height + height % 2), scale


def write_video(
    video_path: Path | str,
    info: VideoInfo,
    out: Path | str,
    size: tuple[int, int],
    draw: Callable[[np.ndarray, int], np.ndarray],
    progress: Progress,
    check: Check,
    *,
    max_side: int | None,
) -> dict[str, Any]:
    """Decode, let ``draw(image, row)`` draw on each frame, encode. A few frames are in memory at a time."""
    file_times = video.frame_times(video_path, info) / info.time_scale
    fps, total = preview_rate(file_times), len(file_times)
    decoded = video.prefetch(video.frames(video_path, info, max_side=max_side))
    with video.Writer(out, size[0], size[1], fps) as writer:
        for frame, repeats in on_grid(decoded, file_times, float(fps)):
            show(writer, writer.write, padded(draw(frame.image, frame.index), size), repeats)
            if frame.index % REPORT_EVERY == 0:
                check()
                progress(frame.index, total)
        written = writer.frame_count
    progress(total, total)
    return {"width": size[0], "height": size[1], "fps": float(fps), "frame_count": written}


def on_grid(frames: Iterable[Any], file_times_s: np.ndarray, fps: float) -> Iterator[tuple[Any, int]]:
    """(frame, times it is shown) of the frames that have a place on the constant-rate grid.

    A video with a variable rate shows a long frame several times and skips frames that come too fast.
    """
    tick, held = 0, None
    for frame in frames:
        due = round(float(file_times_s[frame.index]) * fps)
        if held is not None and due > tick:
            yield held, due - tick
            tick = due
        held = frame
    if held is not None:
        yield held, 1


def padded(image: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """The image at even size (width, height): the last row and column are repeated."""
    columns, rows = size[0] - image.shape[1], size[1] - image.shape[0]
    return np.pad(image, ((0, rows), (0, columns), (0, 0)), mode="edge") if rows or columns else image
