"""Frames of a video as a generator: upright RGB, true times, exact rows, never the whole clip in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path

import av
import numpy as np

from .colour import RgbDecoder
from .held_pictures import Stills, without
from .info import Frame, VideoInfo
from .limits import DEFAULT, Limits
from .orient import Orientation
from .source import Opened, open_video
from .timeline import LEEWAY_S, Timeline, decoded, timeline


def frame_times(path: Path | str, info: VideoInfo) -> np.ndarray:
    """(T,) real seconds from the first frame of every frame of the video. Reads packets, decodes nothing."""
    return _timeline(path, info).file_s * info.time_scale


def frames(
    path: Path | str,
    info: VideoInfo,
    *,
    start_s: float = 0.0,
    end_s: float | None = None,
    step: int = 1,
    max_side: int | None = None,
    thread_count: int = 1,
) -> Iterator[Frame]:
    """Frames with ``start_s <= time_s < end_s`` (real seconds), every ``step``-th from the first of them.

    The frame is scaled down so that its longer side is at most ``max_side``. ``index`` is the frame's row
    in the whole video, also after a jump. A damaged frame is left out; its row is then missing.
    """
    width, height = scaled_size(info, max_side)
    upright = Orientation(info.rotation_deg, info.mirrored)
    to_rgb = RgbDecoder(*((height, width) if upright.swaps_sides else (width, height)))
    wanted = raw_frames(path, info, start_s=start_s, end_s=end_s, step=step, thread_count=thread_count)
    for index, time_s, frame in wanted:
        yield Frame(index, time_s, upright.apply(to_rgb(frame)))


def raw_frames(
    path: Path | str,
    info: VideoInfo,
    *,
    start_s: float = 0.0,
    end_s: float | None = None,
    step: int = 1,
    thread_count: int = 1,
) -> Iterator[tuple[int, float, av.VideoFrame]]:
    """``(index, time_s, frame)`` of :func:`frames`, as stored: not turned, colours not converted."""
    if step < 1:
        raise ValueError(f"step must be at least 1, got {step}")
    rows = _timeline(path, info)
    times = rows.file_s * info.time_scale
    first = int(np.searchsorted(times, start_s - LEEWAY_S))
    last = len(times) if end_s is None else int(np.searchsorted(times, end_s - LEEWAY_S))
    if first >= last:
        return
    opener = partial(open_video, path, _limits(info), thread_count=thread_count)
    for index, frame in _numbered(opener, rows, first, last):
        if (index - first) % step == 0:
            yield index, float(times[index]), frame


def scaled_size(info: VideoInfo, max_side: int | None) -> tuple[int, int]:
    """Upright ``(width, height)`` with the longer side at most ``max_side``."""
    longer = max(info.width, info.height)
    if max_side is None or longer <= max_side:
        return info.width, info.height
    width, height = (max(1, round(side * max_side / longer)) for side in (info.width, info.height))
    return width, height


def _limits(info: VideoInfo) -> Limits:
    return DEFAULT.for_known(info.width * info.height)


def _timeline(path: Path | str, info: VideoInfo) -> Timeline:
    rows = timeline(path, _limits(info))
    rows = rows if rows.fps or len(rows.file_s) < 2 else rows.spread(info.fps)
    rows = rows.part(*info.part) if info.part else rows
    return without(rows, Stills(info.held, info.stalled))


def _numbered(
    opener: Callable[[], AbstractContextManager[Opened]], rows: Timeline, first: int, last: int
) -> Iterator[tuple[int, av.VideoFrame]]:
    """``(row, frame)`` for rows first..last-1, by a jump to the key frame before when that is exact."""
    pts = rows.pts if first + rows.before > 0 else None
    with opener() as (container, stream):
        jumped = pts is not None and _seek(container, stream, int(pts[first]))
        numbered = _rows(container, stream, rows)
        head = next(numbered, None) if jumped else None
        if pts is None or (head is not None and head[0] <= first):
            yield from _between(head, numbered, first, last)
            return
    # The jump landed behind the wanted frame (some formats only guess): read from the start.
    with opener() as (container, stream):
        yield from _between(None, _rows(container, stream, rows), first, last)


def _seek(container: av.container.InputContainer, stream: av.VideoStream, pts: int) -> bool:
    try:
        container.seek(pts, stream=stream, backward=True)
    except av.error.FFmpegError:
        return False  # a damaged index
    return True


def _rows(
    container: av.container.InputContainer, stream: av.VideoStream, rows: Timeline
) -> Iterator[tuple[int, av.VideoFrame]]:
    """Decoded frames with their rows, which only go up.

    Left out: what has no row (cut away by the edit list), and what damage made come out in the wrong order.
    """
    newest = -1
    for count, frame in enumerate(decoded(container, stream)):
        row = _row_of(frame, count, rows)
        if row is not None and row > newest:
            newest = row
            yield row, frame


def _row_of(frame: av.VideoFrame, count: int, rows: Timeline) -> int | None:
    if rows.pts is None:
        return _counted(count - rows.before, rows)
    if frame.pts is None:
        return None
    row = int(np.searchsorted(rows.pts, frame.pts))
    return row if row < len(rows.pts) and rows.pts[row] == frame.pts else None


def _counted(number: int, rows: Timeline) -> int | None:
    """The row of the frame with this number among those of the part; None when it is no row."""
    if rows.kept is None:
        return number if 0 <= number < len(rows.file_s) else None
    row = int(np.searchsorted(rows.kept, number))
    return row if row < len(rows.kept) and rows.kept[row] == number else None


def _between(
    head: tuple[int, av.VideoFrame] | None,
    numbered: Iterator[tuple[int, av.VideoFrame]],
    first: int,
    last: int,
) -> Iterator[tuple[int, av.VideoFrame]]:
    if head is not None and first <= head[0] < last:
        yield head
    for row, frame in numbered:
        if row >= last:
            return
        if row >= first:
            yield row, frame
