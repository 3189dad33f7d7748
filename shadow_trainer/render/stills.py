"""Stills: the athlete at each event with the skeleton, alone and side by side, and the poster. JPEG, in memory."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from .. import video
from ..body.series import PoseSeries
from ..labels import event_label
from ..video.info import VideoInfo
from ..vocabulary import KEY_POSITIONS, Event
from .canvas import text
from .clip import Mark, event_marks
from .film import clip_of, fitted
from .overlays import Overlay, Skeleton, Trail
from .side_by_side import Crop, cut

STILL_SIZE = (400, 500)
JPEG_QUALITY = 78
MOST_DELIVERIES = 6  # of a bullpen video that get stills: a report must stay small enough to be mailed
STRIP_SIZE, STRIP_FOOT, STRIP_GAP = (240, 300), 58, 10
_POSTER_SIDE = 960
_DECODED_SIDE = 1920  # several frames of one pitch are held at once


@dataclass(frozen=True)
class Still:
    """One image of the report: ``jpeg`` bytes of :data:`STILL_SIZE`."""

    delivery: int
    event: str
    label: str
    time_s: float
    estimated: bool
    jpeg: bytes


def event_stills(
    video_path: Path | str,
    info: VideoInfo,
    series: PoseSeries,
    analysis: Mapping[str, Any],
    *,
    names: Sequence[str] = KEY_POSITIONS,
) -> list[Still]:
    """The athlete at the named events of each delivery (the first :data:`MOST_DELIVERIES`)."""
    marks = event_marks(analysis.get("deliveries", []), series.time_s)
    wanted = [mark for mark in marks if mark.name in names]
    first = sorted({mark.delivery for mark in wanted})[:MOST_DELIVERIES]
    stills: list[Still] = []
    for delivery in first:
        own = [mark for mark in wanted if mark.delivery == delivery]
        rows = {mark.row for mark in own}
        images = frames_at(video_path, info, rows, series.time_s, max_side=_DECODED_SIDE)
        stills += [_still(images[m.row], info, series, analysis, m) for m in own if m.row in images]
    return stills


def strip(stills: Sequence[Still]) -> bytes:
    """The stills of one delivery side by side, each with its name and time below it: for paper."""
    panels = []
    for still in stills:
        image = cv2.imdecode(np.frombuffer(still.jpeg, np.uint8), cv2.IMREAD_COLOR_RGB)
        if image is None:
            raise ValueError(f"the still of {still.event} is no JPEG")
        panel = np.full((STRIP_SIZE[1] + STRIP_FOOT, STRIP_SIZE[0], 3), 255, np.uint8)
        panel[: STRIP_SIZE[1]] = cv2.resize(image, STRIP_SIZE, interpolation=cv2.INTER_AREA)
        for line, (words, size, weight) in enumerate(
            (
                (still.label, 21, 650),
                (f"{still.time_s:.3f} s{' (rough)' if still.estimated else ''}", 18, 400),
            )
        ):
            text(panel, words, 2, STRIP_SIZE[1] + 24 + 25 * line, size, (0, 0, 0), weight=weight)
        panels += [panel, np.full((panel.shape[0], STRIP_GAP, 3), 255, np.uint8)]
    return jpeg_of(np.concatenate(panels[:-1], axis=1))


def frames_at(
    video_path: Path | str,
    info: VideoInfo,
    rows: Iterable[int],
    time_s: np.ndarray,
    *,
    max_side: int | None = None,
) -> dict[int, np.ndarray]:
    """Images of some rows, decoded in one pass from the first to the last of them."""
    rows = set(rows)
    if not rows:
        return {}
    half = 0.5 * float(info.time_scale) / float(info.fps)
    start, end = max(0.0, float(time_s[min(rows)]) - half), float(time_s[max(rows)]) + half
    frames = video.frames(video_path, info, start_s=start, end_s=end, max_side=max_side)
    return {frame.index: frame.image for frame in frames if frame.index in rows}


def _still(
    image: np.ndarray, info: VideoInfo, series: PoseSeries, analysis: Mapping[str, Any], mark: Mark
) -> Still:
    crop = pose_crop(series.landmarks_px[mark.row], (info.width, info.height), STILL_SIZE)
    clip = clip_of(series, analysis, info, STILL_SIZE, scale=crop.scale, offset=crop.offset)
    canvas = cut(image, crop, info.width, STILL_SIZE)
    overlays: tuple[Overlay, ...] = (Trail("wrist", seconds=0.25), Skeleton())
    for one in overlays:
        one.draw(canvas, clip.at(mark.row))
    return Still(
        mark.delivery, mark.name, event_label(mark.name), mark.time_s, mark.estimated, jpeg_of(canvas)
    )


def pose_crop(points: np.ndarray, video_size: tuple[int, int], size: tuple[int, int]) -> Crop:
    """The crop of shape ``size`` around one pose (33, 2), with room for head and hands; else the whole video."""
    known = points[np.isfinite(points).all(axis=-1)]
    if len(known) < 6:
        scale = min(size[0] / video_size[0], size[1] / video_size[1])
        low = (np.asarray(video_size) - np.asarray(size) / scale) / 2
        return Crop((float(low[0]), float(low[1])), scale)
    low, high = known.min(axis=0), known.max(axis=0)
    room = 0.17 * float((high - low).max())
    width, height = (high - low) + 2 * room
    height = max(height, width * size[1] / size[0])
    centre = (low + high) / 2
    width = height * size[0] / size[1]
    return Crop((float(centre[0] - width / 2), float(centre[1] - height / 2)), size[1] / height)


def jpeg_of(image: np.ndarray, quality: int = JPEG_QUALITY) -> bytes:
    """(H, W, 3) uint8 RGB as JPEG."""
    done, data = cv2.imencode(
        ".jpg", cv2.cvtColor(image, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, quality]
    )
    if not done:
        raise RuntimeError("cv2 could not encode a JPEG")
    return data.tobytes()


def poster(
    video_path: Path | str, info: VideoInfo, series: PoseSeries, analysis: Mapping[str, Any]
) -> bytes | None:
    """JPEG of the whole frame at foot contact (else at the middle of the video) with the skeleton, or None."""
    if not len(series):
        return None
    marks = event_marks(analysis.get("deliveries", []), series.time_s)
    row = next((mark.row for mark in marks if mark.name == Event.FOOT_CONTACT), len(series) // 2)
    image = frames_at(video_path, info, {row}, series.time_s, max_side=_POSTER_SIDE).get(row)
    if image is None:
        return None
    _, scale = fitted(info, _POSTER_SIDE)
    clip = clip_of(series, analysis, info, (image.shape[1], image.shape[0]), scale=scale)
    image = np.ascontiguousarray(image)
    Skeleton().draw(image, clip.at(row))
    return jpeg_of(image)
