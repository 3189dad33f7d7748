"""The people of a video as the result lists them, and what the scan as a whole found."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from .delivery_windows import Delivery, find_deliveries, signals
from .relink import Linked
from .tracker import Track

Window = tuple[float, float]
# With nobody throwing for sure, a person who was picked by hand is measured for at most this long.
LONGEST_GUESS_S = 20.0
# Parts of a track with a shorter gap than this are one movement.
LONGEST_GAP_S = 1.5
# Candidates this much worse than the best one are not measured.
WORTHY = 1 / 3
# Nobody pitches twice within this: real seconds, longer where the leg lift says slow motion.
LEAST_BETWEEN_S = 3.0
# Where the first candidate does not pitch, the next is measured, up to so many.
MOST_TRIED = 3
# A track that keeps this near to another's centre (in sides of its ROI) is on the same person.
SHADOW, SURE_SCORE = 0.33, 0.3


@dataclass(frozen=True)
class Person:
    """One candidate. Times are real seconds, ROIs frame pixels.

    ``score`` (0..1) is the quality of the best delivery; ``peak_speed`` the fastest wrist in torso lengths
    per second, at ``fastest_s`` (None: not noted, in a scan of an earlier release); ``times`` (n,) and ``rois`` (n, 4) the rough track; ``pieces`` (n,) numbers its unbroken
    parts; ``windows`` the deliveries; ``thumbnail`` a JPEG, kept beside the JSON and not in it.
    """

    id: int
    score: float
    first_s: float
    last_s: float
    seen_s: float
    height_px: float
    peak_speed: float
    times: np.ndarray
    rois: np.ndarray
    pieces: np.ndarray
    windows: tuple[Window, ...] = ()
    thumbnail: bytes | None = None
    fastest_s: float | None = None

    def as_dict(self) -> dict[str, Any]:
        """JSON types only, without the thumbnail."""
        names = ("id", "score", "first_s", "last_s", "seen_s", "height_px", "peak_speed")
        return {
            **{name: getattr(self, name) for name in names},
            "times": np.round(self.times, 5).tolist(),
            "rois": np.round(self.rois, 3).tolist(),
            "pieces": self.pieces.tolist(),
            "windows": [list(window) for window in self.windows],
            "fastest_s": self.fastest_s,
        }

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Person:
        """The reverse of :meth:`as_dict`."""
        arrays = {
            "times": np.array(data["times"], float),
            "rois": np.array(data["rois"], float).reshape(-1, 4),
            "pieces": np.array(data["pieces"], int),
            "windows": tuple((a, b) for a, b in data["windows"]),
        }
        return cls(**{**data, **arrays})

    def spans(self) -> list[Window]:
        """What to measure: the windows, or the whole presence (at most LONGEST_GUESS_S) when there are none."""
        if self.windows:
            return list(self.windows)
        return [(self.first_s, min(self.last_s, self.first_s + LONGEST_GUESS_S))]


@dataclass(frozen=True)
class Scan:
    """Who is here, who throws, and when. ``people`` best first; ``chosen`` is an id or None.

    ``glimpsed_s``: where nobody is listed, the longest that somebody was in view, too short to be followed.
    """

    people: tuple[Person, ...]
    chosen: int | None
    windows: tuple[Window, ...]
    cuts: tuple[float, ...] = ()
    warnings: tuple[dict[str, str], ...] = ()
    glimpsed_s: float = 0.0

    def person(self, wanted: int | None = None) -> Person:
        """The person with this id, or the chosen one; KeyError when there is none."""
        key = self.chosen if wanted is None else wanted
        for person in self.people:
            if person.id == key:
                return person
        raise KeyError(key)

    def to_try(self, wanted: int | None = None) -> list[int]:
        """Ids of those to measure until one of them pitches: who was ``wanted``, else the best few who may throw."""
        if wanted is not None or self.chosen is None:
            return [self.person(wanted).id]
        others = [p for p in self.people if p.windows and p.id != self.chosen]
        return [self.chosen, *(p.id for p in others)][:MOST_TRIED]

    def windows_of(self, wanted: int | None = None) -> list[Window]:
        """What is measured when this person (None: the chosen one) is the athlete."""
        return self.person(wanted).spans()

    def as_dict(self) -> dict[str, Any]:
        """JSON types only."""
        return {
            "people": [person.as_dict() for person in self.people],
            "chosen": self.chosen,
            "windows": [list(window) for window in self.windows],
            "cuts": list(self.cuts),
            "warnings": list(self.warnings),
            "glimpsed_s": self.glimpsed_s,
        }

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Scan:
        """The reverse of :meth:`as_dict`."""
        return cls(
            tuple(Person.from_dict(p) for p in data["people"]),
            data["chosen"],
            tuple((a, b) for a, b in data["windows"]),
            tuple(data["cuts"]),
            tuple(data["warnings"]),
            data.get("glimpsed_s", 0.0),
        )


def describe(linked: Linked, number: int) -> Person:
    """One linked track as a candidate with its deliveries."""
    seen, peak, fastest_s = [], 0.0, None
    runs = join(linked.pieces)
    for run in runs:
        times = np.concatenate([piece.times for piece in run])
        points = np.concatenate([piece.points for piece in run])
        seen.append((find_deliveries(times, points), times[0], times[-1]))
        if len(times) >= 5:
            speed = signals(times, points).speed
            if float(speed.max()) > peak:
                peak, fastest_s = float(speed.max()), round(float(times[int(speed.argmax())]), 4)
    best = max((d.quality for deliveries, *_ in seen for d in deliveries), default=0.0)
    windows: list[Window] = []
    for deliveries, first_s, last_s in seen:
        worthy = [d for d in deliveries if d.quality >= best * WORTHY]
        windows += join_windows(worthy, first_s, last_s)
    times = [np.concatenate([piece.times for piece in run]) for run in runs]
    rois = np.concatenate([np.array(piece.rois) for piece in linked.pieces])
    return Person(
        id=number,
        score=round(best, 4),
        first_s=float(times[0][0]),
        last_s=float(times[-1][-1]),
        seen_s=round(linked.seconds, 3),
        height_px=round(float(np.median(rois[:, 2])) / 1.25, 1),
        peak_speed=round(peak, 2),
        times=np.concatenate(times),
        rois=rois,
        pieces=np.concatenate([np.full(len(t), i) for i, t in enumerate(times)]),
        windows=tuple(windows),
        thumbnail=max(linked.pieces, key=lambda piece: len(piece.times)).thumbnail,
        fastest_s=fastest_s,
    )


def join(pieces: tuple[Track, ...]) -> list[list[Track]]:
    """Pieces of one shot with only short gaps between them, as runs: somebody walked past in front."""
    runs = [[pieces[0]]]
    for piece in pieces[1:]:
        before = runs[-1][-1]
        if piece.shot == before.shot and piece.times[0] - before.times[-1] < LONGEST_GAP_S:
            runs[-1].append(piece)
        else:
            runs.append([piece])
    return runs


def join_windows(deliveries: list[Delivery], first_s: float, last_s: float) -> list[Window]:
    """One window for each pitch, inside [``first_s``, ``last_s``]; what belongs to one pitch stays whole.

    The rear leg in the follow-through and a swinging arm look like a second, weaker delivery right after the first.
    Windows that overlap are therefore one, unless both hold a burst of their own that is so late after the first
    that it is another pitch: then they part where the first ends.
    """
    windows: list[tuple[float, float, Delivery]] = []
    for delivery in sorted(deliveries, key=lambda d: d.burst_s):
        start, end = delivery.window()
        if windows and start < windows[-1][1]:
            before_start, before_end, before = windows[-1]
            clock = max(before.clock_s, delivery.clock_s, 1.0)
            if delivery.burst_s - before.burst_s < LEAST_BETWEEN_S * clock:
                better = max(before, delivery, key=lambda d: d.quality)
                windows[-1] = (min(before_start, start), max(before_end, end), better)
                continue
            between = max((before.burst_s + delivery.lift_s) / 2, min(before_end, delivery.lift_s))
            windows[-1], start = (before_start, between, before), between
        windows.append((start, end, delivery))
    inside = ((max(a, first_s), min(b, last_s)) for a, b, _ in windows)
    return [(round(float(a), 4), round(float(b), 4)) for a, b in inside]


def rank(people: list[Person]) -> list[Person]:
    """Best first, numbered anew: by score, then by how long they are seen, then by size.

    Left out are tracks that stay on a person who is seen for longer (a part of them, their shadow), unless
    they alone pitch: somebody far away may stand behind somebody near.
    """
    kept: list[Person] = []
    for person in sorted(people, key=lambda p: (-p.seen_s, -p.height_px)):
        if not any(_shadows(person, other) and not _pitches_alone(person, other) for other in kept):
            kept.append(person)
    ordered = sorted(kept, key=lambda p: (-p.score, -p.seen_s, -p.height_px))
    return [replace(person, id=i) for i, person in enumerate(ordered)]


def _pitches_alone(a: Person, b: Person) -> bool:
    """Whether a surely pitches at some time at which b does not."""
    if a.score < SURE_SCORE:
        return False
    return any(all(end <= c or d <= start for c, d in b.windows) for start, end in a.windows)


def _shadows(a: Person, b: Person) -> bool:
    """Whether a's centre is nearly always deep inside b's square."""
    inside = (a.times >= b.times[0]) & (a.times <= b.times[-1])
    if not inside.any():
        return False
    place = np.column_stack([np.interp(a.times[inside], b.times, b.rois[:, c]) for c in range(3)])
    distance = np.hypot(*(place[:, :2] - a.rois[inside, :2]).T)
    return float((distance < SHADOW * place[:, 2]).sum()) > 0.7 * len(a.times)
