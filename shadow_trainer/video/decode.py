"""Frames of a film as a generator: upright RGB, true times, exact rows, never the whole clip in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import av
import numpy as np

from .colour import RgbDecoder
from .info import Frame, VideoInfo
from .limits import DEFAULT, Limits
from .orient import Orientation
from .source import open_film
from .timeline import LEEWAY_S, Timeline, decoded, timeline


def frame_times(path: Path | str, info: VideoInfo) -> np.ndarray:
    """(T,) real seconds from the first frame of every frame of the film. Reads packets, decodes nothing."""
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

    The picture is scaled down so that its longer side is at most ``max_side``. ``index`` is the frame's row
    in the whole film, also after a jump. A damaged frame is left out; its row is then missing.
    """
    width, height = scaled_size(info, max_side)
    upright = Orientation(info.rotation_deg, info.mirrored)
    to_rgb = RgbDecoder(*((height, width) if upright.swaps_sides else (width, height)))
    wanted = pictures(path, info, start_s=start_s, end_s=end_s, step=step, thread_count=thread_count)
    for index, time_s, picture in wanted:
        yield Frame(index, time_s, upright.apply(to_rgb(picture)))


def pictures(
    path: Path | str,
    info: VideoInfo,
    *,
    start_s: float = 0.0,
    end_s: float | None = None,
    step: int = 1,
    thread_count: int = 1,
) -> Iterator[tuple[int, float, av.VideoFrame]]:
    """``(index, time_s, picture)`` of :func:`frames`, as stored: not turned, colours not converted."""
    if step < 1:
        raise ValueError(f"step must be at least 1, got {step}")
    rows = _timeline(path, info)
    times = rows.file_s * info.time_scale
    first = int(np.searchsorted(times, start_s - LEEWAY_S))
    last = len(times) if end_s is None else int(np.searchsorted(times, end_s - LEEWAY_S))
    if first >= last:
        return
    opener = partial(open_film, path, _limits(info), thread_count=thread_count)
    for index, picture in _numbered(opener, rows, first, last):
        if (index - first) % step == 0:
            yield index, float(times[index]), picture


def scaled_size(info: VideoInfo, max_side: int | None) -> tuple[int, int]:
    """Upright ``(width, height)`` with the longer side at most ``max_side``."""
    longer = max(info.width, info.height)
    if max_side is None or longer <= max_side:
        return info.width, info.height
    return tuple(max(1, round(side * max_side / longer)) for side in (info.width, info.height))


def _limits(info: VideoInfo) -> Limits:
    return DEFAULT.for_known(info.width * info.height)


def _timeline(path: Path | str, info: VideoInfo) -> Timeline:
    rows = timeline(path, _limits(info))
    rows = rows if rows.fps or len(rows.file_s) < 2 else rows.spread(info.fps)
    return rows.part(*info.part) if info.part else rows


def _numbered(opener: Callable, rows: Timeline, first: int, last: int) -> Iterator[tuple[int, av.VideoFrame]]:
    """``(row, picture)`` for rows first..last-1, by a jump to the key frame before when that is exact."""
    jump = rows.pts is not None and first + rows.before > 0
    with opener() as (container, stream):
        jumped = jump and _seek(container, stream, int(rows.pts[first]))
        pictures = _rows(container, stream, rows)
        head = next(pictures, None) if jumped else None
        if not jump or (head is not None and head[0] <= first):
            yield from _between(head, pictures, first, last)
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
    """Decoded pictures with their rows, which only go up.

    Left out: what has no row (cut away by the edit list), and what damage made come out in the wrong order.
    """
    newest = -1
    for count, picture in enumerate(decoded(container, stream)):
        row = _row_of(picture, count, rows)
        if row is not None and row > newest:
            newest = row
            yield row, picture


def _row_of(picture: av.VideoFrame, count: int, rows: Timeline) -> int | None:
    if rows.pts is None:
        return count - rows.before if 0 <= count - rows.before < len(rows.file_s) else None
    if picture.pts is None:
        return None
    row = int(np.searchsorted(rows.pts, picture.pts))
    return row if row < len(rows.pts) and rows.pts[row] == picture.pts else None


def _between(
    head: tuple[int, av.VideoFrame] | None,
    pictures: Iterator[tuple[int, av.VideoFrame]],
    first: int,
    last: int,
) -> Iterator[tuple[int, av.VideoFrame]]:
    if head is not None and first <= head[0] < last:
        yield head
    for row, picture in pictures:
        if row >= last:
            return
        if row >= first:
            yield row, picture
