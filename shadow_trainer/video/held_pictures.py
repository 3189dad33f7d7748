"""A picture that stands while time passes only for whoever watches: a coach stops the video and draws on it.

All motion ends from one frame to the next and goes on as suddenly where it ended; no body does that, and a still body is
not taken for it. Such a hold is cut out: the frames in it are none of the video, and the times go on without it. Where
the video jumps on after it (a recording that stalled), time did pass: its frames are left out and its gap stays.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import av
import numpy as np
from av.video.reformatter import Interpolation, VideoReformatter

from .info import VideoInfo
from .limits import DEFAULT
from .pieces import find_jumps, usual_interval
from .problems import warning
from .speed_changes import find_speed_changes
from .timeline import LEEWAY_S, Timeline, timeline

SIZE = (160, 90)
# What changes is the difference (0..255) that so much of the picture exceeds: a pen on it does not, a small body does.
CHANGED_PERCENTILE = 99.5
LEAST_HOLD_S, LEAST_HOLD_FRAMES = 0.35, 6
# Around a hold something moves at least this much, in it so small a share of that; so many frames tell.
LEAST_MOTION, STILL, STILL_SHARE, TOLD_BY = 4.0, 1.5, 0.1, 3
# An arrow or a circle appears within so many frames, which are few of all; the picture stands before and after.
LONGEST_POP, MOST_POPS = 3, 0.1
# After a stall the first change is so many times larger than those that follow.
STALL_RATIO = 1.7
MOST_TOLD = 4

Span = tuple[float, float]


@dataclass(frozen=True)
class Stills:
    """``held`` is to be cut out; over ``stalled`` time passed. Seconds from the first frame: [first still, next new)."""

    held: tuple[Span, ...] = ()
    stalled: tuple[Span, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.held or self.stalled)


class Changes:
    """Feed it every frame in order: how much each one differs from the one before."""

    def __init__(self) -> None:
        self.rows: list[int] = []
        self.most: list[float] = []
        self.mean: list[float] = []
        # Mean change of a frame after a stand against the last one before it: what was drawn meanwhile is in neither.
        self.across: dict[int, float] = {}
        self._before: np.ndarray | None = None
        self._last_new: np.ndarray | None = None
        self._moving = 0
        self._reformatter = VideoReformatter()

    def step(self, row: int, frame: av.VideoFrame | np.ndarray) -> None:
        """The next frame, as it was decoded or as (H, W, 3) uint8 RGB."""
        if isinstance(frame, np.ndarray):
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(frame), "rgb24")
        small = self._reformatter.reformat(
            frame, *SIZE, format="gray", interpolation=Interpolation.AREA, threads=1
        )
        grey = small.to_ndarray().astype(np.int16)
        differs = np.zeros_like(grey) if self._before is None else np.abs(grey - self._before)
        self.rows.append(row)
        self.most.append(float(np.percentile(differs, CHANGED_PERCENTILE)))
        self.mean.append(float(differs.mean()))
        self._remember(grey)
        self._before = grey

    def _remember(self, grey: np.ndarray) -> None:
        """Keep the picture at which everything stopped until it moves again for longer than a circle appears."""
        if self.most[-1] <= STILL:
            self._last_new = self._before if self._last_new is None else self._last_new
            self._moving = 0
        elif self._last_new is not None:
            self.across[len(self.rows) - 1] = float(np.abs(grey - self._last_new).mean())
            self._moving += 1
            if self._moving > LONGEST_POP:
                self._last_new = None

    def speeds(self, stills: Stills, times_s: np.ndarray) -> dict[int, float]:
        """Rows at which the film begins to play at another speed, of those that :meth:`find` leaves in, and how many
        times as much changes from then on."""
        times = times_s[self.rows]
        spans = [*stills.held, *stills.stalled]
        return {
            self.rows[place]: ratio
            for place, ratio in find_speed_changes(np.array(self.mean)).items()
            if not any(_near(place, span, times) for span in spans)
        }

    def find(self, times_s: np.ndarray) -> Stills:
        """Where the picture stands, of a video whose rows have these times (T,)."""
        most, mean, times = np.array(self.most), np.array(self.mean), times_s[self.rows]
        held: list[Span] = []
        stalled: list[Span] = []
        for first, last in _runs(most, times):
            after = float(np.median(mean[last + 2 : last + 2 + TOLD_BY]))
            passed = self.across.get(last + 1, 0.0) > STALL_RATIO * max(
                after, float(np.median(mean[first - TOLD_BY : first]))
            )
            (stalled if passed else held).append((float(times[first]), float(times[last + 1])))
        return Stills(tuple(held), tuple(stalled))


def _near(place: int, span: Span, times: np.ndarray) -> bool:
    """Whether a frame is inside a still stretch, or so near that the stretch itself changes the speed there."""
    first, after = np.searchsorted(times, [span[0] - LEEWAY_S, span[1] - LEEWAY_S])
    return bool(first - TOLD_BY <= place <= after + TOLD_BY)


def _runs(most: np.ndarray, times: np.ndarray) -> list[tuple[int, int]]:
    """(first, last) of every run of still frames with motion right before and after."""
    runs: list[list[int]] = []
    for row in np.flatnonzero(most <= STILL):
        if runs and row - runs[-1][1] <= LONGEST_POP + 1:
            runs[-1][1] = int(row)
        else:
            runs.append([int(row), int(row)])
    held = []
    for first, last in runs:
        before, after = most[max(first - TOLD_BY, 0) : first], most[last + 1 : last + 1 + TOLD_BY]
        if min(len(before), len(after)) < TOLD_BY or last - first < LEAST_HOLD_FRAMES:
            continue
        motion = min(float(before.min()), float(np.median(after)))
        if np.mean(most[first : last + 1] > STILL) > MOST_POPS:
            continue
        still = float(np.median(most[first : last + 1]))
        if (
            motion >= max(LEAST_MOTION, still / STILL_SHARE)
            and times[last + 1] - times[first] >= LEAST_HOLD_S
        ):
            held.append((first, last))
    return held


def without(rows: Timeline, stills: Stills) -> Timeline:
    """The rows without those in which the picture stands; what was held takes no time."""
    if not stills:
        return rows
    times, keep = rows.file_s.copy(), np.ones(len(rows.file_s), bool)
    step = usual_interval(rows.file_s)
    for start, end in (*stills.held, *stills.stalled):
        first, after = np.searchsorted(rows.file_s, [start - LEEWAY_S, end - LEEWAY_S])
        keep[first:after] = False
        if (start, end) in stills.held and first > 0 and after < len(times):
            times[after:] -= rows.file_s[after] - rows.file_s[first - 1] - step
    kept = np.flatnonzero(keep) if rows.kept is None else rows.kept[keep]
    numbers = np.cumsum(keep) - 1
    breaks = {int(numbers[row]) for row in rows.breaks if keep[row]}
    breaks |= {int(row) for row in find_jumps(times[keep])}
    pts = None if rows.pts is None else rows.pts[keep]
    return replace(rows, file_s=times[keep], pts=pts, kept=kept, breaks=tuple(sorted(breaks)))


def cut_out(
    path: Path | str, info: VideoInfo, stills: Stills, speeds: Mapping[int, float] | None = None
) -> VideoInfo:
    """The facts of the video without what stands in it, with the places where its speed changes (rows of the video
    before), and what is said of both."""
    if not stills and not speeds:
        return info
    speeds = speeds or {}
    limits = DEFAULT.for_known(info.width * info.height)
    rows = timeline(path, limits)
    rows = without(rows.part(*info.part) if info.part else rows, stills)
    numbers = np.array(list(speeds), dtype=int)
    places = numbers if rows.kept is None else np.searchsorted(rows.kept, numbers)
    seconds = [float(rows.file_s[min(row, len(rows.file_s) - 1)]) for row in places]
    changes = tuple(zip(seconds, speeds.values(), strict=True))
    return replace(
        info,
        frame_count=len(rows.file_s),
        duration_s=float(rows.file_s[-1] + rows.interval_s),
        breaks=tuple(float(rows.file_s[row]) for row in rows.breaks),
        held=stills.held,
        stalled=stills.stalled,
        speed_changes=changes,
        warnings=(*info.warnings, *_said(stills), *_said_of_speed(seconds)),
    )


def _said_of_speed(changes: Sequence[float]) -> list[dict[str, str]]:
    if not changes:
        return []
    told = ", ".join(f"{second:.2f} s" for second in changes[:MOST_TOLD])
    more = f" and {len(changes) - MOST_TOLD} more times" if len(changes) > MOST_TOLD else ""
    message = (
        f"This video changes its speed at {told}{more}: a part of it plays in slow motion. Each part is measured by "
        "itself; no event, interval or speed goes across the change."
    )
    fix = "Upload the video as the camera took it, or choose the part that plays at one speed."
    return [warning("speed_changes", message, fix)]


def _said(stills: Stills) -> list[dict[str, str]]:
    said = []
    if stills.held:
        message = (
            f"The video stands still {_places(stills.held)}, as when it is stopped to draw on it. That was cut out, and "
            "the times go on without it."
        )
        said.append(warning("picture_held", message, "Upload the video as the camera made it."))
    if stills.stalled:
        message = (
            f"The picture stops {_places(stills.stalled)} and then jumps on, as when a recording stalls. Nothing is "
            "measured across that."
        )
        said.append(warning("picture_stalled", message, "Upload the video as the camera made it."))
    return said


def _places(spans: Sequence[Span]) -> str:
    told = ", ".join(f"from {start:.2f} to {end:.2f} s" for start, end in spans[:MOST_TOLD])
    return told + (f" and {len(spans) - MOST_TOLD} more times" if len(spans) > MOST_TOLD else "")
