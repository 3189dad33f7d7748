"""Landmarks of one athlete at the full frame rate, inside the delivery windows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import fields
from typing import Any

import numpy as np
from scipy.ndimage import gaussian_filter1d, median_filter

from ..body.skeleton import COUNT
from ..video.prefetch import prefetch
from . import roi
from .camera_motion import Background
from .confidence_calibration import confidence
from .engine import AUXILIARY, CROP_PX, Engine, LandmarkOutput
from .raw_track import ARMS, SHAPES, RawTrack
from .repeated_frames import Changes, find_means, find_repeated
from .second_network import add_second_network
from .second_pass import look_closer
from .tracking.candidates import Person, Scan, Window
from .tracking.spans import Span, person_of, plan

__all__ = ["RawTrack", "landmarks"]

Known = tuple[RawTrack, list[Span]]
# The rough track is smoothed over this many frames (median) and real seconds (Gaussian).
MEDIAN, SMOOTH_S = 5, 0.06
# Frames wait for each other until there are this many for the network, or so many bytes of them. A card takes several
# such groups together, and while it works on them the processor does the rest for those before.
GROUP, GROUP_BYTES = 32, 256_000_000
CARD_GROUPS = 3
# A frame is looked at again when the network's own ROI is this far from the rough one: the center in
# sides, the size as a ratio, the rotation in radians. Nearer than that a second look improves nothing.
MOVED, RESIZED, TURNED = 0.12, 1.25, 0.5
LEAST_FLAG = 0.5
# Of the square that the networks were trained with: it leaves a quarter of margin around a body with all limbs
# stretched, and pitchers fill 0.6 to 0.9 of it. What is cut off as margin is gained as pixels on the body.
TIGHT = 0.9


def landmarks(
    engine: Engine,
    frames_factory: Callable[..., Any],
    info: Any,
    scan: Scan,
    *,
    person: int | None = None,
    spans: list[Span] | None = None,
    known: Iterable[Known] = (),
    times: np.ndarray | None = None,
    progress: Callable[[int, int], None] = lambda done, total: None,
    check: Callable[[], None] = lambda: None,
) -> RawTrack:
    """RawTrack with one row for each frame of the video; only frames inside ``spans`` are measured.

    ``person`` is an id of ``scan.people`` (None: the chosen one), whose windows are the spans where none are given;
    ``known`` are tracks that were measured of the same video by the same network, each with its spans: what one of
    them holds is taken from there. ``times`` (T,) are the real seconds of every frame (None: from the frame rate,
    corrected where frames are decoded). BadRequest when there is no such person.
    """
    if times is None:
        times = np.arange(info.frame_count) / info.fps * info.time_scale
    spans = plan(scan, person) if spans is None else spans
    track, done = RawTrack.empty(times), 0
    missing = [number for number, span in enumerate(spans) if not _take_over(track, number, span, known)]
    total = int(sum(np.count_nonzero(_inside(times, spans[number])) for number in missing))
    for number in missing:
        span, changes = spans[number], []
        athlete, window = person_of(scan, span.person), (span.start_s, span.end_s)
        for rows in measure_window(engine, frames_factory, athlete, window, check, scan.people):
            _store(track, rows, number)
            changes.append((rows["index"], rows["change"], rows["off_mean_before"]))
            done += len(rows["index"])
            progress(min(done, total), total)
        _mark_repeated(track, changes)
    return track


def _inside(times: np.ndarray, span: Span) -> np.ndarray:
    """Which frames (T,) lie in a span."""
    return (times >= span.start_s) & (times < span.end_s)


def _take_over(track: RawTrack, number: int, span: Span, known: Iterable[Known]) -> bool:
    """Whether one of the known tracks holds this span; its rows are then in the track."""
    for other, spans in known:
        if span in spans and len(other) == len(track):
            rows = other.window_id == spans.index(span)
            for name in SHAPES:
                getattr(track, name)[rows] = getattr(other, name)[rows]
            track.window_id[rows] = number
            return True
    return False


def _mark_repeated(track: RawTrack, changes: list[tuple[np.ndarray, np.ndarray, np.ndarray]]) -> None:
    """Note in the track which frames of one window, group by group (index, change, how far the frame before is from its
    neighbors' mean), show nothing new."""
    if changes:
        index, change, before = (np.concatenate(parts) for parts in zip(*changes, strict=True))
        inside = index < len(track)
        nothing_new = find_repeated(change) | find_means(np.append(before[1:], np.nan))
        track.repeated[index[inside]] = nothing_new[inside]


def measure_window(
    engine: Engine,
    frames_factory: Callable[..., Any],
    athlete: Person,
    window: Window,
    check: Callable[[], None],
    people: Iterable[Person] = (),
) -> Iterator[dict[str, np.ndarray]]:
    """Groups of measured frames: index (n,), time_s (n,), roi (n, 4), the fields of LandmarkOutput, and how
    far the background has moved: background_px (n, 2), background_quality (n,), and how much the athlete's square has
    changed: change (n,), and of each frame's predecessor how far it is from its neighbors' mean: off_mean_before (n,).
    ``people`` are in front of it.
    """
    background, changes = Background(people), Changes()
    looks = _looks(engine, frames_factory, RoughPath(athlete, window), window)
    for images, rows in prefetch(looks, depth=1) if engine.buffered else looks:
        check()
        moved = [
            background.step(*row) for row in zip(images, rows["time_s"], rows["roi"][:, :2], strict=True)
        ]
        changed = [(changes.step(*pair), changes.off_mean) for pair in zip(images, rows["roi"], strict=True)]
        yield {
            **rows,
            "background_px": np.array([shift for shift, _ in moved]),
            "background_quality": np.array([quality for _, quality in moved]),
            "change": np.array([change for change, _ in changed]),
            "off_mean_before": np.array([off for _, off in changed]),
        }


def _looks(
    engine: Engine, frames_factory: Callable[..., Any], rough: RoughPath, window: Window
) -> Iterator[tuple[list[np.ndarray], dict[str, np.ndarray]]]:
    """Groups of frames with what the networks see in them; all that needs the engine, and nothing else."""
    frames = prefetch(frames_factory(start_s=window[0], end_s=window[1]))
    for group, size in _groups(frames, CARD_GROUPS if engine.buffered else 1):
        time_s = np.array([frame.time_s for frame in group])
        regions = rough.at(time_s)
        images = [frame.image for frame in group]
        out = engine.landmarks(roi.crops(images, regions, CROP_PX))
        again = _misplaced(out, regions)
        if len(again):
            regions, out = _second_look(engine, images, regions, out, again)
        rows = _rows(engine.network, group, time_s, regions, out)
        rows = look_closer(engine, images, rows, size)
        rows["first_arms_px"] = rows["landmarks_px"][:, ARMS]
        yield images, add_second_network(engine, images, rows)


def _own_regions(out: LandmarkOutput, regions: np.ndarray) -> np.ndarray:
    """ROIs (n, 4) as the landmarks themselves would have them."""
    hip, above = (roi.to_frame(out.points[:, [i], :2], regions, CROP_PX)[:, 0] for i in AUXILIARY)
    return roi.scaled(roi.from_points(hip, above), TIGHT)


def _misplaced(out: LandmarkOutput, regions: np.ndarray) -> np.ndarray:
    """Indices of frames whose crop was far from where the person is (but shows one)."""
    own = _own_regions(out, regions)
    moved = np.hypot(*(own[:, :2] - regions[:, :2]).T) > MOVED * regions[:, 2]
    resized = np.abs(np.log(own[:, 2] / regions[:, 2])) > np.log(RESIZED)
    turned = np.abs(np.angle(np.exp(1j * (own[:, 3] - regions[:, 3])))) > TURNED
    return np.flatnonzero((moved | resized | turned) & (out.flag >= LEAST_FLAG))


def _second_look(
    engine: Engine, images: list[np.ndarray], regions: np.ndarray, out: LandmarkOutput, again: np.ndarray
) -> tuple[np.ndarray, LandmarkOutput]:
    """Measure some frames anew in the landmarks' own ROIs; keep what has the higher heatmap peaks."""
    own = _own_regions(out, regions)[again]
    new = engine.landmarks(roi.crops([images[i] for i in again], own, CROP_PX))
    better = (new.flag >= LEAST_FLAG) & (new.peak[:, :COUNT].mean(1) > out.peak[again][:, :COUNT].mean(1))
    regions = regions.copy()
    regions[again[better]] = own[better]
    values = {}
    for field in fields(LandmarkOutput):
        values[field.name] = getattr(out, field.name).copy()
        values[field.name][again[better]] = getattr(new, field.name)[better]
    return regions, LandmarkOutput(**values)


def _rows(
    network: str, group: list[Any], time_s: np.ndarray, regions: np.ndarray, out: LandmarkOutput
) -> dict[str, np.ndarray]:
    return {
        "index": np.array([frame.index for frame in group]),
        "time_s": time_s,
        "roi": regions,
        "landmarks_px": roi.to_frame(out.points[:, :COUNT, :2], regions, CROP_PX),
        "confidence": confidence(network, out.peak, out.visibility),
        "visibility": (out.visibility * out.presence)[:, :COUNT],
        "world_m": roi.rotate(out.world, regions[:, 3]),
        "pose_flag": out.flag,
    }


class RoughPath:
    """The ROI at any time inside a window, from the scan's track."""

    def __init__(self, athlete: Person, window: Window) -> None:
        use = _longest_piece(athlete, window)
        self.times = athlete.times[use]
        rois = athlete.rois[use].copy()
        rois[:, 3] = np.unwrap(rois[:, 3])
        if len(rois) >= MEDIAN:
            step = float(np.median(np.diff(self.times)))
            rois = median_filter(rois, size=(MEDIAN, 1), mode="nearest")
            rois = gaussian_filter1d(rois, SMOOTH_S / step, axis=0, mode="nearest")
        self.rois = rois

    def at(self, time_s: np.ndarray) -> np.ndarray:
        """ROIs (n, 4) to crop at (n,) seconds; the nearest known one outside the track."""
        region = np.column_stack([np.interp(time_s, self.times, self.rois[:, c]) for c in range(4)])
        return roi.scaled(region, TIGHT)


def _longest_piece(athlete: Person, window: Window) -> np.ndarray:
    """Indices of the unbroken part of the rough track that has most frames in the window."""
    inside = (athlete.times >= window[0] - 0.5) & (athlete.times <= window[1] + 0.5)
    counts = np.bincount(athlete.pieces[inside], minlength=int(athlete.pieces.max()) + 1)
    return np.flatnonzero((athlete.pieces == int(np.argmax(counts))) & (inside | (counts.max() == 0)))


def _store(track: RawTrack, rows: dict[str, np.ndarray], window: int) -> None:
    """Write measured rows into the track; where no person was seen the row stays unmeasured."""
    keep = rows["index"] < len(track)
    index = rows["index"][keep]
    track.time_s[index] = rows["time_s"][keep]
    track.window_id[index] = window
    for name in ("roi", "pose_flag", "background_px", "background_quality"):
        getattr(track, name)[index] = rows[name][keep]
    seen = keep & (rows["pose_flag"] >= LEAST_FLAG)
    index = rows["index"][seen]
    track.measured[index] = True
    for name in ("landmarks_px", "confidence", "visibility", "world_m", "first_arms_px"):
        getattr(track, name)[index] = rows[name][seen]


def _groups(items: Iterable[Any], together: int) -> Iterator[tuple[list[Any], int]]:
    """Lists of frames, and how many of them are one group: GROUP, fewer when they are large; ``together`` groups."""
    group: list[Any] = []
    size = GROUP
    for item in items:
        group.append(item)
        size = max(4, min(GROUP, GROUP_BYTES // item.image.nbytes))
        if len(group) >= size * together:
            yield group, size
            group = []
    if group:
        yield group, size
