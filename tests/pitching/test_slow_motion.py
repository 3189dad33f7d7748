"""Undeclared slow motion: the speed at which a video is a pitch, and none where it is one at no usual speed."""

from __future__ import annotations

import numpy as np
import pytest

from shadow_trainer import pitching
from shadow_trainer.body.series import PoseSeries
from shadow_trainer.pitching.reference import elite
from shadow_trainer.pitching.slow_motion import CAPTURE_RATES, REPLAYS, Speed, candidates

from . import bodies

FPS = 30.0


def slowed(times: float, fps: float = FPS) -> PoseSeries:
    """The reference's delivery after two still seconds, so many times slower than life, at ``fps`` a second."""
    start, stop = elite().time_s[[0, -1]]
    way = np.arange(start, stop, 1.0 / (fps * times))
    return bodies.by_clock(np.concatenate([np.full(round(2 * fps), start), way]), fps)


def speed_of(series: PoseSeries, fps: float) -> Speed:
    return pitching.real_speed(lambda f: series.with_(time_s=series.time_s / f), fps=fps, throws="right")


@pytest.mark.parametrize("times", [1.0, 2.0, 4.0, 8.0, 16.0])
def test_each_usual_speed_is_found(times: float) -> None:
    speed = speed_of(slowed(times), FPS)
    assert (speed.factor, speed.sure) == (times, True)


# (capture rate, the file's own): timelines of 24 and 25, cameras of the 50 Hz world, and those of a few makers.
@pytest.mark.parametrize(
    ("capture", "fps"),
    [(120, 24), (240, 24), (120, 23.976), (240, 25), (200, 25), (100, 25), (120, 50), (200, 50), (180, 60), (240, 60)]
    + [(300, 30), (210, 30), (240, 29.97), (480, 30), (960, 30), (300, 50)],
)  # fmt: skip
def test_the_true_rate_is_found_or_remains_and_is_asked_for(capture: int, fps: float) -> None:
    factor = capture / round(fps)
    speed = speed_of(slowed(factor, fps), fps)
    assert factor == pytest.approx(speed.factor) or any(factor == pytest.approx(r) for r in speed.rivals)
    assert abs(np.log(speed.factor / factor)) < 0.35
    assert speed.sure == (not speed.rivals)


def test_what_is_a_pitch_at_no_usual_speed_is_not_taken_for_slow_motion() -> None:
    assert pitching.slow_motion_factor(slowed(60.0), fps=FPS, throws="right") == 1.0


@pytest.mark.parametrize("fps", [24.0, 23.976, 25.0, 29.97, 30.0, 50.0, 59.94, 60.0, 120.0])
def test_candidates_are_usual_capture_rates_over_the_files_rate(fps: float) -> None:
    for factor in set(candidates(fps)) - set(REPLAYS):
        assert round(factor * round(fps)) in CAPTURE_RATES
        assert factor * fps <= 1001.0


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
    assert not [factor for factor in tried if factor >= 4.0]
