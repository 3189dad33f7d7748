"""The browser's copy of a film: upright, H.264, constant rate, same clock as the file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from .decode import frames, scaled_size
from .encode import Writer
from .info import Frame, VideoInfo
from .timeline import timeline

MAX_FPS = 240.0  # decoders in browsers do not follow above this
MOST_REPEATS = 4  # of frames, when a film has long gaps


def make_preview(
    path: Path | str,
    info: VideoInfo,
    out: Path | str,
    *,
    max_side: int,
    progress: Callable[[int, int], None] | None = None,
    check: Callable[[], None] | None = None,
) -> dict[str, Any]:
    """Write the copy to ``out`` and say what it is.

    It runs on the file's own clock: second t of the copy is second ``t * info.time_scale`` of real time. A
    frame of a variable-rate film is held until the next one is due. Sides are even, without sound.
    Raises BadVideo when nothing can be decoded, StorageFull when the disk is full.
    """
    times = timeline(path).file_s
    fps = preview_rate(times)
    width, height = (side + side % 2 for side in scaled_size(info, max_side))
    with Writer(out, width, height, fps) as writer:
        for row, image in _held(frames(path, info, max_side=max_side), times, float(fps)):
            if check:
                check()
            writer.write(_fit(image, width, height))
            if progress and row % 10 == 0:
                progress(row, len(times))
    if progress:
        progress(len(times), len(times))
    return {
        "width": width,
        "height": height,
        "fps": float(fps),
        "frame_count": writer.frame_count,
        "duration_s": float(writer.frame_count / fps),
        "time_scale": info.time_scale,
        "size_bytes": Path(out).stat().st_size,
    }


def preview_rate(times_s: np.ndarray) -> Fraction:
    """The usual rate of (T,) file times, so that every frame is shown; bounded for browsers and gaps."""
    usual = 1 / float(np.median(np.diff(times_s)))
    most = MOST_REPEATS * len(times_s) / float(times_s[-1] - times_s[0])
    return Fraction(max(1.0, min(usual, MAX_FPS, most))).limit_denominator(1001)


def _held(source: Iterator[Frame], times_s: np.ndarray, fps: float) -> Iterator[tuple[int, np.ndarray]]:
    """``(row, picture)`` for each tick of the constant clock: the newest picture that is due."""
    tick, previous = 0, None
    for frame in source:
        due = round(float(times_s[frame.index]) * fps)
        while previous is not None and tick < due:
            yield previous.index, previous.image
            tick += 1
        previous = frame
    if previous is not None:
        yield previous.index, previous.image


def _fit(image: np.ndarray, width: int, height: int) -> np.ndarray:
    """Pad by the last row and column to an even size."""
    rows, columns = height - image.shape[0], width - image.shape[1]
    return np.pad(image, ((0, rows), (0, columns), (0, 0)), mode="edge") if rows or columns else image
