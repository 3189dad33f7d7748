"""Join the pieces of a person's track: after a gap in a shot, and after a cut back to the same place."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .tracker import Track, common

# Within a shot a person may be gone for this long, and is looked for this near (sides of the ROI).
GAP_S, GAP_REACH, GAP_SIZE = 4.0, 0.8, 1.6
# After a cut only the same place, size and clothes are the same person.
CUT_REACH, CUT_SIZE = 0.35, 1.3
LEAST_LIKENESS = 0.45
# Shorter or fainter tracks are no person: a skeleton on a tree.
LEAST_FRAMES, LEAST_S, LEAST_FLAG = 6, 0.25, 0.75


@dataclass(frozen=True)
class Linked:
    """One person: pieces in order of time, none overlapping another."""

    pieces: tuple[Track, ...]

    @property
    def seconds(self) -> float:
        """How long the person is seen."""
        return sum(p.times[-1] - p.times[0] for p in self.pieces)


def link(tracks: list[Track]) -> list[Linked]:
    """People from pieces, in order of their first appearance."""
    people: list[list[Track]] = []
    for track in sorted((t for t in tracks if _is_person(t)), key=lambda t: t.times[0]):
        before = [p for p in people if _continues(p[-1], track)]
        if before:
            min(before, key=lambda p: _distance(p[-1], track)).append(track)
        else:
            people.append([track])
    return [Linked(tuple(pieces)) for pieces in people]


def glimpsed_s(tracks: list[Track]) -> float:
    """The longest time, seconds, for which one track shows somebody, believed or not; 0 where none does."""
    shown = [t for t in tracks if len(t.times) > 1 and float(np.median(t.flags)) >= LEAST_FLAG]
    return max((t.times[-1] - t.times[0] for t in shown), default=0.0)


def _is_person(track: Track) -> bool:
    if len(track.times) < LEAST_FRAMES or track.times[-1] - track.times[0] < LEAST_S:
        return False
    return float(np.median(track.flags)) >= LEAST_FLAG


def _distance(a: Track, b: Track) -> float:
    """Between a's last and b's first place, in sides of the larger ROI."""
    gap = np.hypot(*(a.rois[-1][:2] - b.rois[0][:2]))
    return float(gap / max(a.rois[-1][2], b.rois[0][2]))


def _continues(a: Track, b: Track) -> bool:
    """Whether b can be the same person as a, later."""
    gap = b.times[0] - a.times[-1]
    sizes = float(np.median([r[2] for r in a.rois])), float(np.median([r[2] for r in b.rois]))
    ratio = max(sizes) / min(sizes)
    if gap <= 0 or likeness(a, b) < LEAST_LIKENESS:
        return False
    if a.shot == b.shot:
        return gap < GAP_S and _distance(a, b) < GAP_REACH and ratio < GAP_SIZE
    return _distance(a, b) < CUT_REACH and ratio < CUT_SIZE


def likeness(a: Track, b: Track) -> float:
    """Common part (0..1) of two tracks' clothing colours; 1 when one of them is unknown."""
    if a.looks is None or b.looks is None:
        return 1.0
    return common(a.looks, b.looks)
