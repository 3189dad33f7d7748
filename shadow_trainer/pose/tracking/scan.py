"""The scan: one cheap pass over the whole film that says who is here, who throws, and when."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..engine import Engine
from .candidates import Person, Scan, describe, rank
from .relink import link
from .shot_boundaries import CutFinder
from .tracker import Follower

__all__ = ["Person", "Scan", "scan"]

# Pictures for each real second, at least; a wrist's burst lasts about 0.15 s.
RATE = 18.0
# The detector looks this often (real seconds); every fifth look is also for people far away.
LOOK_EVERY_S, SMALL_EVERY = 0.75, 5
MAX_SIDE = 1280
MOST_LISTED = 12
# Below this quality the choice of the athlete is a guess and says so.
SURE = 0.3


def scan(
    engine: Engine,
    frames_factory: Callable[..., Any],
    info: Any,
    *,
    progress: Callable[[int, int], None] = lambda done, total: None,
    check: Callable[[], None] = lambda: None,
) -> Scan:
    """People, the athlete and the delivery windows of a film. ``people`` is empty when nobody is in it.

    Memory does not grow with the film but for the tracks (about 1 kB for each person and picture).
    """
    follower, cutter = Follower(engine), CutFinder()
    cuts: list[float] = []
    step = max(1, int(info.capture_fps / RATE))
    looked, looks = -LOOK_EVERY_S, 0
    for frame in frames_factory(step=step, max_side=MAX_SIDE):
        check()
        if cutter.is_cut(frame.image):
            follower.cut()
            cuts.append(frame.time_s)
            looked, looks = -LOOK_EVERY_S, 0
        look = frame.time_s - looked >= LOOK_EVERY_S
        scale = info.width / frame.image.shape[1]
        follower.step(frame.time_s, frame.image, scale, look, small=look and looks % SMALL_EVERY == 0)
        if look:
            looked, looks = frame.time_s, looks + 1
        progress(frame.index + 1, info.frame_count)
    people = rank([describe(linked, i) for i, linked in enumerate(link(follower.tracks))])[:MOST_LISTED]
    return conclude(people, cuts)


def conclude(people: list[Person], cuts: list[float]) -> Scan:
    """Choose the athlete among ranked people: the one with the best delivery, whatever their size."""
    if not people or not people[0].windows:
        return Scan(tuple(people), None, (), tuple(cuts), ())
    warnings = []
    if people[0].score < SURE:
        warnings.append(
            {
                "code": "pitcher_uncertain",
                "message": "It is not certain who the pitcher is, or that this is a pitch.",
                "fix": "Look at the chosen person, and choose another one if it is wrong.",
            }
        )
    return Scan(tuple(people), people[0].id, people[0].windows, tuple(cuts), tuple(warnings))
