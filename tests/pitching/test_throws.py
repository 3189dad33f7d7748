"""A throw that is no pitch is called a throw, and measured only if the coach says so; what is no throw is called none."""

from __future__ import annotations

import numpy as np
import pytest

from shadow_trainer import pitching
from shadow_trainer.body.series import PoseSeries
from shadow_trainer.pitching.document import DroppedThrow, Result
from shadow_trainer.pitching.verdicts import Said, Verdicts
from shadow_trainer.vocabulary import Thrown, Verdict
from training.decision import people, throwers

from . import bodies

HEIGHT_M, SEEDS = 1.8, range(3)
KINDS = {
    "pickoff": Thrown.OVERHAND,
    "infielder": Thrown.OVERHAND,
    "catcher": Thrown.OVERHAND,
    "long toss": Thrown.OVERHAND,
    "windmill": Thrown.UNDERHAND,
    "fake throw": Thrown.NOTHING,
}


def thrown_by(kind: str, seed: int) -> tuple[PoseSeries, float]:
    points, release_s = throwers.THROWERS[kind](np.random.default_rng([30, seed]))
    return bodies.series(np.arange(len(points)) / throwers.RATE_HZ, points * HEIGHT_M), release_s


def measured(series: PoseSeries, verdicts: Verdicts | None = None) -> Result:
    return pitching.analyse(series, throws="right", height_m=HEIGHT_M, reference=None, verdicts=verdicts)


def near(result: Result, release_s: float) -> DroppedThrow:
    return min(result["dropped"], key=lambda one: abs(one["time_s"] - release_s))


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("kind", KINDS)
def test_what_is_thrown_and_is_no_pitch_is_called_what_it_is(kind: str, seed: int) -> None:
    series, release_s = thrown_by(kind, seed)
    result = measured(series)
    sure = [one for one in result["deliveries"] if not one["questionable"]]
    assert sure == []
    if not result["deliveries"]:
        assert near(result, release_s).get("thrown") == KINDS[kind]


@pytest.mark.parametrize("kind", ["infielder", "long toss", "windmill"])
def test_a_throw_is_said_in_words_and_measured_when_a_coach_says_that_it_is_a_pitch(kind: str) -> None:
    series, release_s = thrown_by(kind, 0)
    result = measured(series)
    (said,) = result["warnings"]
    assert said["code"] == "no_pitch_found" and "throw in this video, but no pitch" in said["message"]
    at = near(result, release_s)["time_s"]
    kept = measured(series, Verdicts([Said(at, Verdict.PITCH)]))
    (delivery,) = kept["deliveries"]
    assert delivery["events"]["release"]["time_s"] == pytest.approx(release_s, abs=0.08)


@pytest.mark.parametrize("move", ["swing", "catch", "wave", "kick", "walk", "jump"])
def test_what_throws_nothing_is_called_neither(move: str) -> None:
    time_s = np.arange(0.0, 4.0, 1 / 120.0)
    for seed in SEEDS:
        points = people.MOVES[move](np.random.default_rng([31, seed]), time_s)
        result = measured(bodies.series(time_s, points * HEIGHT_M))
        assert result["deliveries"] == []
        assert {one.get("thrown") for one in result["dropped"]} <= {Thrown.NOTHING}


@pytest.mark.parametrize("style", ["plain", "sidearm", "slide", "collapse", "together"])
def test_a_pitch_of_any_style_stays_one(style: str) -> None:
    for seed in SEEDS:
        one = throwers.deliveries.make(
            np.random.default_rng([32, seed]), style=style, wildness=0.4, throws="right", rate_hz=120.0
        )
        points = np.full((len(one.points), 33, 3), np.nan)
        points[:, throwers.LANDMARK_OF_NODE] = one.points
        points, _ = throwers._still_around(points, one.events["release"])
        time_s = np.arange(len(points)) / 120.0
        (delivery,) = measured(bodies.series(time_s, points * HEIGHT_M))["deliveries"]
        assert not delivery["questionable"]


def test_a_pitch_that_a_coach_calls_none_was_a_throw_and_between_pitches_a_throw_is_listed() -> None:
    pitch = bodies.pitch(120.0)
    (delivery,) = measured(pitch)["deliveries"]
    release_s = delivery["events"]["release"]["time_s"]
    result = measured(pitch, Verdicts([Said(release_s, Verdict.NO_PITCH)]))
    assert near(result, release_s)["thrown"] == Thrown.OVERHAND
