"""Clip and Pose: what an overlay needs to know of one athlete on one canvas, prepared once per video.

All pixels here are those of the canvas that is drawn on (the video's frames after scaling or cropping).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..body.series import PoseSeries
from ..body.skeleton import INDEX, side_of
from ..vocabulary import EVENTS, Event
from .palette import CENTRE, GLOVE, RGB, THROWING

_REFERENCE_SIDE = 720.0  # strokes and letters are designed on a frame whose shorter side is this
_ABSURD = 10  # canvases


@dataclass(frozen=True)
class Mark:
    """One event on the video: its name, time and the row (frame) nearest to it."""

    name: str
    time_s: float
    row: int
    delivery: int
    estimated: bool
    from_contact_s: float | None  # seconds after foot contact; None before it or when that is not known


@dataclass(frozen=True)
class Clip:
    """One athlete on one canvas. ``points`` (T, 33, 2) canvas pixels; ``size`` canvas (width, height)."""

    time_s: np.ndarray
    points: np.ndarray
    confidence: np.ndarray
    measured: np.ndarray
    size: tuple[int, int]
    throws: str
    marks: tuple[Mark, ...]
    deliveries: int
    windows: tuple[tuple[float, float], ...]
    capture_fps: float
    playback: float  # video seconds per real second; 8 for 240 fps material played at 30
    reference_px: np.ndarray | None = None

    @property
    def unit(self) -> float:
        """Pixels of the canvas per design pixel: everything drawn is a multiple of this."""
        return min(self.size) / _REFERENCE_SIDE

    @property
    def margin(self) -> int:
        """Title-safe margin in pixels."""
        return round(0.045 * min(self.size))

    def colour(self, landmark: str) -> RGB:
        """Amber for the throwing side, azure for the glove side, near white in the middle."""
        side = side_of(landmark)
        if side == "centre":
            return CENTRE
        return THROWING if side == self.throws else GLOVE

    def body_px(self) -> float:
        """A stable measure of how large the athlete is drawn: 95th percentile of trunk length, in pixels."""
        shoulders = self.points[:, [INDEX["left_shoulder"], INDEX["right_shoulder"]]].mean(axis=1)
        hips = self.points[:, [INDEX["left_hip"], INDEX["right_hip"]]].mean(axis=1)
        trunk = np.linalg.norm(shoulders - hips, axis=-1)
        trunk = trunk[np.isfinite(trunk)]
        return float(np.percentile(trunk, 95)) if len(trunk) else 0.0

    def at(self, row: int) -> Pose:
        """The pose of one frame."""
        return Pose(self, row)


@dataclass(frozen=True)
class Pose:
    """One frame of a clip; what ``overlay.draw(image, pose)`` takes."""

    clip: Clip
    row: int

    @property
    def points(self) -> np.ndarray:
        """(33, 2) canvas pixels, NaN where not known."""
        row: np.ndarray = self.clip.points[self.row]
        return row

    @property
    def confidence(self) -> np.ndarray:
        """(33,) 0..1."""
        row: np.ndarray = self.clip.confidence[self.row]
        return row

    @property
    def measured(self) -> bool:
        """False where the frame was bridged."""
        return bool(self.clip.measured[self.row])

    @property
    def time_s(self) -> float:
        """Real seconds since the first frame."""
        return float(self.clip.time_s[self.row])


def make_clip(
    series: PoseSeries,
    analysis: Mapping[str, Any],
    size: tuple[int, int],
    *,
    scale: float,
    offset: tuple[float, float] = (0.0, 0.0),
    capture_fps: float,
    playback: float = 1.0,
    reference_px: np.ndarray | None = None,
) -> Clip:
    """A clip for a canvas whose pixel = (upright video pixel - offset) * scale.

    ``reference_px`` (T, 33, 2) upright video pixels. ``analysis`` is the document of docs/architecture.md,
    section 4.
    """
    shift = np.asarray(offset, dtype=float)
    deliveries = analysis.get("deliveries", [])
    throws = analysis.get("athlete", {}).get("throws", "right")
    return Clip(
        time_s=np.asarray(series.time_s, dtype=float),
        points=_placed(series.landmarks_px, shift, scale, size),
        confidence=np.nan_to_num(np.asarray(series.confidence, dtype=float)),
        measured=np.asarray(series.measured, dtype=bool),
        size=size,
        throws=throws if throws in ("left", "right") else "right",
        marks=event_marks(deliveries, series.time_s),
        deliveries=len(deliveries),
        windows=tuple((float(d["start_s"]), float(d["end_s"])) for d in deliveries),
        capture_fps=capture_fps,
        playback=playback,
        reference_px=None if reference_px is None else _placed(reference_px, shift, scale, size),
    )


def _placed(points: np.ndarray, shift: np.ndarray, scale: float, size: tuple[int, int]) -> np.ndarray:
    """Video pixels as canvas pixels; a point many canvases away is an error of the network, so not known."""
    placed = (np.asarray(points, dtype=float) - shift) * scale
    with np.errstate(invalid="ignore"):
        absurd = (np.abs(placed) > _ABSURD * max(size)).any(axis=-1)
    return np.where(absurd[..., None], np.nan, placed)


def event_marks(deliveries: list[dict[str, Any]], time_s: np.ndarray) -> tuple[Mark, ...]:
    """Every event of every delivery with the row nearest to its time, in order of time."""
    if not len(time_s):
        return ()
    marks = []
    for delivery in deliveries:
        events = delivery.get("events", {})
        contact = events.get(Event.FOOT_CONTACT, {}).get("time_s")
        for name in EVENTS:
            event = events.get(name)
            if not event or event.get("time_s") is None:
                continue
            when = float(event["time_s"])
            after = when - contact if contact is not None and when > contact else None
            marks.append(
                Mark(
                    name,
                    when,
                    int(np.argmin(np.abs(time_s - when))),
                    int(delivery.get("index", 0)),
                    bool(event.get("estimated")),
                    after,
                )
            )
    return tuple(sorted(marks, key=lambda mark: mark.time_s))
