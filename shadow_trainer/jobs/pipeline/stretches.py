"""The speed of each stretch of a video between cuts, jumps of its clock and changes of its speed.

A replay after the live play, or the slow part of a phone's film, has a time scale of its own. One analysis has one:
that of the stretch with the likeliest pitch. What plays at another speed is left out, and it is said.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from .stage import Run

if TYPE_CHECKING:
    from ...pitching.slow_motion import Speed
    from ...pose.raw_track import RawTrack
    from ...pose.tracking.spans import Span

SAME = 0.02  # factors that differ by less are one
LEAST_CHANCE = 0.25  # of a pitch: what is less likely one has no speed of its own to tell


def solve(
    run: Run,
    track: RawTrack,
    spans: Sequence[Span],
    seams: Sequence[float],
    solve_one: Callable[[RawTrack], Speed],
) -> tuple[Speed, list[dict[str, float]]]:
    """``(speed, left out)``: the motion of all stretches that play at the speed of the likeliest pitch, and the others
    as ``{start_s, end_s, factor}`` in the seconds of the spans. ``seams`` are where stretches begin."""
    from ...pitching import pitch_probability

    groups = _groups(spans, seams)
    if len(groups) < 2:
        return solve_one(track), []
    speeds = [solve_one(_only(track, numbers)) for numbers in groups]
    chances = [pitch_probability(speed.series, throws=run.request.throws) for speed in speeds]
    best = int(np.argmax(chances))
    same = [abs(speed.factor / speeds[best].factor - 1.0) < SAME for speed in speeds]
    others = [
        {
            "start_s": min(spans[n].start_s for n in numbers),
            "end_s": max(spans[n].end_s for n in numbers),
            "factor": speed.factor,
        }
        for numbers, speed, alike, chance in zip(groups, speeds, same, chances, strict=True)
        if not alike and chance >= LEAST_CHANCE
    ]
    kept = [(numbers, speed) for numbers, speed, alike in zip(groups, speeds, same, strict=True) if alike]
    return _joined(track, kept, speeds[best]), others


def _groups(spans: Sequence[Span], seams: Sequence[float]) -> list[list[int]]:
    """Numbers of the spans of each stretch, in the order of time."""
    stretch = np.searchsorted(np.asarray(seams, float), [(s.start_s + s.end_s) / 2 for s in spans])
    return [np.flatnonzero(stretch == one).tolist() for one in np.unique(stretch)]


def _only(track: RawTrack, numbers: list[int]) -> RawTrack:
    """The track with the windows of these numbers alone."""
    rows = np.isin(track.window_id, numbers)
    return track.with_(window_id=np.where(rows, track.window_id, -1), measured=track.measured & rows)


def _joined(track: RawTrack, parts: list[tuple[list[int], Speed]], best: Speed) -> Speed:
    """The motion of several stretches as one, at the speed of the best of them."""
    from ...body.series import PoseSeries

    names = ("landmarks_px", "confidence", "world_m", "measured")
    arrays: dict[str, Any] = {name: np.array(getattr(best.series, name)) for name in names}
    extras = {name: np.array(values) for name, values in best.series.extras.items()}
    for numbers, speed in parts:
        rows = np.isin(track.window_id, numbers)
        for name in names:
            arrays[name][rows] = getattr(speed.series, name)[rows]
        for name, values in speed.series.extras.items():
            extras[name][rows] = values[rows]
    rivals = tuple(sorted({rival for _, speed in parts for rival in speed.rivals}))
    series = PoseSeries(time_s=best.series.time_s, extras=extras, **arrays)
    return replace(best, series=series, rivals=rivals, sure=all(speed.sure for _, speed in parts))
