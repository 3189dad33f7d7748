"""The films: the athlete's own film with overlays, and the film beside a 3D view. Frames are streamed.

Both have the frame grid of the browser preview (constant rate, as many frames), so that a player can
switch between them without losing its place.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import numpy as np

from ..pose.series import PoseSeries
from .clip import Clip, make_clip
from .overlays import Overlay, standard

Progress = Callable[[int, int], None]
Check = Callable[[], None]
REPORT_EVERY = 10  # frames between two progress reports
MAX_SIDE = 1280


def _no_progress(done: int, total: int) -> None:
    """Nobody listens."""


def _no_check() -> None:
    """Nobody stops us."""


def overlay(
    video_path: str | os.PathLike[str],
    info: Any,
    series: PoseSeries,
    analysis: Mapping[str, Any],
    out: str | os.PathLike[str],
    *,
    shadow: np.ndarray | None = None,
    overlays: Iterable[Overlay] | None = None,
    max_side: int = MAX_SIDE,
    progress: Progress = _no_progress,
    check: Check = _no_check,
) -> dict[str, Any]:
    """Write the film with skeleton, trails, events and clock; returns ``{width, height, fps, frame_count}``.

    ``info`` VideoInfo; ``shadow`` (T, 33, 2) upright film pixels of the reference, or None.
    Raises BadVideo when the film cannot be decoded, Canceled from ``check``.
    """
    drawn = tuple(standard() if overlays is None else overlays)
    width, height, scale = fitted(info.width, info.height, max_side)
    clip = clip_of(series, analysis, info, (width, height), scale=scale, shadow=shadow)

    def picture(image: np.ndarray, row: int) -> np.ndarray:
        if row < len(series):
            for one in drawn:
                one.draw(image, clip.at(row))
        return image

    return write_film(video_path, info, out, (width, height), picture, progress, check, max_side=max_side)


def clip_of(
    series: PoseSeries,
    analysis: Mapping[str, Any],
    info: Any,
    size: tuple[int, int],
    *,
    scale: float,
    offset: tuple[float, float] = (0.0, 0.0),
    shadow: np.ndarray | None = None,
) -> Clip:
    """The clip of a film's facts on a canvas."""
    return make_clip(
        series,
        analysis,
        size,
        scale=scale,
        offset=offset,
        capture_fps=float(info.capture_fps),
        playback=1.0 / float(info.time_scale or 1.0),
        shadow=shadow,
    )


def fitted(width: int, height: int, max_side: int) -> tuple[int, int, float]:
    """Canvas (even width, even height) within ``max_side`` and the scale from film pixels to it."""
    scale = min(1.0, max_side / max(width, height))
    even = [max(2, round(side * scale / 2) * 2) for side in (width, height)]
    return even[0], even[1], scale


def write_film(
    video_path: str | os.PathLike[str],
    info: Any,
    out: str | os.PathLike[str],
    size: tuple[int, int],
    picture: Callable[[np.ndarray, int], np.ndarray],
    progress: Progress,
    check: Check,
    *,
    max_side: int | None,
) -> dict[str, Any]:
    """Decode, let ``picture(image, row)`` draw, encode. Holds one frame at a time."""
    from .. import video

    total, written = int(info.frame_count), 0
    decoded = video.frames(video_path, info, max_side=max_side)
    with video.Writer(out, size[0], size[1], info.fps) as writer:
        for image, repeats, row in on_grid(decoded, info, picture):
            image = fit_exactly(image, size)
            for _ in range(repeats):
                writer.write(image)
                written += 1
            if row % REPORT_EVERY == 0:
                check()
                progress(row, total)
    progress(total, total)
    return {"width": size[0], "height": size[1], "fps": float(info.fps), "frame_count": written}


def on_grid(
    frames: Iterable[Any], info: Any, picture: Callable[[np.ndarray, int], np.ndarray]
) -> Iterator[tuple[np.ndarray, int, int]]:
    """(drawn image, times it is shown, row) of the frames that have a place on the constant-rate grid.

    A film with a variable rate shows a long frame several times and skips frames that come too fast;
    a frame that is skipped is not drawn either.
    """
    scale = float(info.time_scale or 1.0)
    slot, held = 0, None
    for frame in frames:
        place = round(frame.time_s / scale * info.fps)
        if held is not None and place > slot:
            yield picture(held.image, held.index), place - slot, held.index
            slot = place
        held = frame
    if held is not None:
        yield picture(held.image, held.index), 1, held.index


def fit_exactly(image: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """The image at exactly (width, height): decoders may round an odd side the other way."""
    if image.shape[1::-1] == size:
        return image
    import cv2

    return cv2.resize(image, size, interpolation=cv2.INTER_AREA)
