"""The scan: one cheap pass over the whole video that says who is here, who throws, and when."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from ...video.prefetch import prefetch
from ..engine import Engine
from .candidates import Person, Scan, describe, rank
from .relink import glimpsed_s, link
from .shot_boundaries import CutFinder
from .tracker import Follower

__all__ = ["Person", "Scan", "scan"]

# Pictures for each real second, at least; a wrist's burst lasts about 0.15 s.
RATE = 18.0
# The detector looks this often (real seconds), and every fifth look is also for people far away; where a shot
# begins, or while nobody is followed, it looks sooner, and each time for people far away as well.
LOOK_EVERY_S, SMALL_EVERY = 0.75, 5
LOOK_SOON_S, BEGINNING_S = 0.25, 1.0
MAX_SIDE = 1280
MOST_LISTED = 12
LEEWAY_S = 1e-6  # the last bit of a time decides nothing
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
    """People, the athlete and the delivery windows of a video. ``people`` is empty when nobody is in it.

    Nobody is followed across a cut, a jump of the clock or a change of the film's speed.

    Memory does not grow with the video but for the tracks (about 1 kB for each person and frame).
    """
    follower, cutter = Follower(engine), CutFinder()
    cuts: list[float] = []
    jumps = info.stretches_s
    before_s = -math.inf
    step = max(1, int(info.capture_fps / RATE))
    schedule = LookSchedule()
    frames = frames_factory(step=step, max_side=MAX_SIDE)
    # Each frame's crops lie where the frame before had its people, so a card can take no more than one frame at a time;
    # it does not wait for the decoder as well.
    for frame in prefetch(frames) if engine.buffered else frames:
        check()
        jumped = bool(jumps) and frame.time_s >= jumps[0] - LEEWAY_S
        jumps = [second for second in jumps if frame.time_s < second - LEEWAY_S]
        if cutter.is_cut(frame.image) or jumped:
            follower.cut()
            cuts.append(frame.time_s)
            schedule = LookSchedule()
        look, small = schedule.at(frame.time_s, nobody=follower.nobody(before_s))
        before_s = frame.time_s
        scale = info.width / frame.image.shape[1]
        follower.step(frame.time_s, frame.image, scale, look, small=small)
        progress(frame.index + 1, info.frame_count)
    people = rank([describe(linked, i) for i, linked in enumerate(link(follower.tracks))])[:MOST_LISTED]
    scanned = conclude(people, cuts)
    return scanned if people else replace(scanned, glimpsed_s=glimpsed_s(follower.tracks))


class LookSchedule:
    """When the detector looks at a frame of one shot, and when it also looks for people far away."""

    def __init__(self) -> None:
        self._began: float | None = None
        self._looked = -math.inf
        self._looks = 0

    def at(self, time_s: float, *, nobody: bool) -> tuple[bool, bool]:
        """``(look, small)`` for the next frame; ``nobody``: nobody was followed to the frame before it."""
        if self._began is None:
            self._began = time_s
        soon = nobody or time_s - self._began < BEGINNING_S
        if time_s - self._looked < (LOOK_SOON_S if soon else LOOK_EVERY_S):
            return False, False
        small = soon or self._looks % SMALL_EVERY == 0
        self._looked, self._looks = time_s, self._looks + 1
        return True, small


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
