"""Undeclared slow motion: the speed at which a film is a pitch, and none where it is one at no usual speed."""

from __future__ import annotations

import numpy as np
import pytest

from shadow_trainer import pitching
from shadow_trainer.body.series import PoseSeries
from shadow_trainer.pitching.reference import elite

from . import bodies

FPS = 30.0


def slowed(times: float) -> PoseSeries:
    """The reference's delivery after two still seconds, so many times slower than life, at 30 pictures a second."""
    start, stop = elite().time_s[[0, -1]]
    way = np.arange(start, stop, 1.0 / (FPS * times))
    return bodies.by_clock(np.concatenate([np.full(60, start), way]), FPS)


@pytest.mark.parametrize("times", [1.0, 2.0, 4.0, 8.0])
def test_each_usual_speed_is_found(times: float) -> None:
    assert pitching.slow_motion_factor(slowed(times), fps=FPS, throws="right") == times


def test_what_is_a_pitch_at_no_usual_speed_is_not_taken_for_slow_motion() -> None:
    assert pitching.slow_motion_factor(slowed(16.0), fps=FPS, throws="right") == 1.0


@pytest.mark.parametrize("times", [2.5, 3.0])
def test_a_replay_at_an_unusual_speed_is_not_taken_for_real_time(times: float) -> None:
    factor = pitching.slow_motion_factor(slowed(times), fps=FPS, throws="right")
    assert 0.75 < factor / times < 1.34


def test_no_slow_motion_is_tried_at_which_no_hand_could_be_so_fast() -> None:
    """A pitch so hurried that it is none: whatever it is, slower it would be, not faster."""
    tried = []
    pitch = bodies.pitch(60.0)

    def solve_at(factor: float) -> PoseSeries:
        tried.append(factor)
        return pitch.with_(time_s=pitch.time_s * 0.4 / factor)

    pitching.real_speed(solve_at, fps=60.0, throws="right")
    assert not {4.0, 8.0} & set(tried)
