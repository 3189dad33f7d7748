"""The browser's copy of a video: upright, H.264, constant rate, same clock as the file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from .decode import frame_times, frames, raw_frames, scaled_size
from .encode import Writer
from .info import VideoInfo
from .pieces import filmed_s, usual_rate
from .remux import remux

MAX_FPS = 240.0  # decoders in browsers do not follow above this
MOST_REPEATS = 4  # of frames, when a video's clock is uneven
HOLD_S = 0.5  # a frame that stands for longer is not encoded again and again


def make_preview(
    path: Path | str,
    info: VideoInfo,
    out: Path | str,
    *,
    max_side: int,
    progress: Callable[[int, int], None] | None = None,
    check: Callable[[], None] | None = None,
    watch: Callable[[int, Any], None] | None = None,
) -> dict[str, Any]:
    """Write the copy to ``out`` and say what it is.

    It runs on the file's own clock: second t of the copy is second ``t * info.time_scale`` of real time. A
    frame of a variable-rate video is held until the next one is due. Sides are even, without sound.
    A video that browsers play as it is, and that can be stepped through, is copied and not encoded again. ``watch``
    is given each row and frame on the way.
    Raises BadVideo when nothing can be decoded, StorageFull when the disk is full.
    """
    times = frame_times(path, info) / info.time_scale
    fps = preview_rate(times)
    if remux(path, info, Path(out), max_side=max_side, fps=fps, check=check or (lambda: None)):
        if watch:
            for row, _, frame in raw_frames(path, info):
                if check:
                    check()
                watch(row, frame)
        if progress:
            progress(len(times), len(times))
        return _facts(Path(out), info, info.width, info.height, fps, len(times))
    width, height = scaled_size(info, max_side)
    with Writer(out, width, height, fps) as writer:
        append = writer.write_frame if _is_upright(info, width, height) else writer.write
        source = _source(path, info, width, height)
        for row, shown, ticks in _held(_watched(source, watch) if watch else source, times, float(fps)):
            if check:
                check()
            show(writer, append, shown, ticks)
            if progress and row % 10 == 0:
                progress(row, len(times))
    if progress:
        progress(len(times), len(times))
    return _facts(Path(out), info, writer.width, writer.height, fps, writer.frame_count)


def _facts(
    out: Path, info: VideoInfo, width: int, height: int, fps: Fraction, frame_count: int
) -> dict[str, Any]:
    return {
        "width": width,
        "height": height,
        "fps": float(fps),
        "frame_count": frame_count,
        "duration_s": float(frame_count / fps),
        "time_scale": info.time_scale,
        "size_bytes": out.stat().st_size,
    }


def show(writer: Writer, append: Callable[[Any], None], shown: Any, ticks: int) -> None:
    """Write a frame for so many ticks; over a gap in the video it is written once and stands."""
    written = ticks if ticks <= HOLD_S * writer.fps else 1
    for _ in range(written):
        append(shown)
    writer.hold(ticks - written)


def preview_rate(times_s: np.ndarray) -> Fraction:
    """The usual rate of (T,) file times, so that every frame is shown; bounded for browsers and uneven clocks."""
    usual = usual_rate(times_s)
    most = MOST_REPEATS * len(times_s) / filmed_s(times_s)
    return Fraction(max(1.0, min(usual, MAX_FPS, most))).limit_denominator(1001)


def _is_upright(info: VideoInfo, width: int, height: int) -> bool:
    """True when decoded frames can go to the encoder as they are."""
    turned = info.rotation_deg or info.mirrored
    return not (turned or width % 2 or height % 2 or info.hdr == "pq")


def _source(path: Path | str, info: VideoInfo, width: int, height: int) -> Iterator[tuple[int, Any]]:
    """``(row, frame or RGB)`` of every frame; each is decoded once, however often it is shown."""
    if _is_upright(info, width, height):
        for row, _, frame in raw_frames(path, info):
            yield row, frame
    else:
        for upright in frames(path, info, max_side=max(width, height)):
            yield upright.index, upright.image


def _watched(
    source: Iterator[tuple[int, Any]], watch: Callable[[int, Any], None]
) -> Iterator[tuple[int, Any]]:
    for row, shown in source:
        watch(row, shown)
        yield row, shown


def _held(
    source: Iterator[tuple[int, Any]], times_s: np.ndarray, fps: float
) -> Iterator[tuple[int, Any, int]]:
    """``(row, frame, ticks)`` on the constant clock: the newest frame that is due, and for how long."""
    tick, previous = 0, None
    for row, shown in source:
        due = round(float(times_s[row]) * fps)
        if previous is not None and tick < due:
            yield *previous, due - tick
            tick = due
        previous = row, shown
    if previous is not None:
        yield *previous, 1
