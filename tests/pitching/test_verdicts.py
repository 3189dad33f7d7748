"""A coach's word on what is a pitch goes before what it looks like."""

from __future__ import annotations

import numpy as np
import pytest

from shadow_trainer import pitching
from shadow_trainer.body.series import PoseSeries
from shadow_trainer.errors import BadRequest
from shadow_trainer.pitching import delivery_decision
from shadow_trainer.pitching.events import edits
from shadow_trainer.pitching.verdicts import Said, Verdicts, given
from shadow_trainer.vocabulary import EVENTS, Event, Verdict

from . import bodies

IN_ORDER = [name for name in EVENTS if name != Event.HAND_SEPARATION]


def said(*words: tuple[float, str]) -> Verdicts:
    return given({"at_s": at_s, "verdict": verdict} for at_s, verdict in words)


def releases(result: pitching.document.Result) -> list[float]:
    return [delivery["events"][Event.RELEASE]["time_s"] for delivery in result["deliveries"]]


def standing(seconds: float = 6.0) -> PoseSeries:
    time_s, world = bodies.standing(seconds)
    return bodies.series(time_s, world)


@pytest.mark.parametrize("hand", ["right", "left"])
@pytest.mark.parametrize("at_s", [0.4, 2.0, 3.7, 5.9])
def test_a_release_that_a_coach_sets_is_a_pitch_whatever_the_body_does(hand: str, at_s: float) -> None:
    result = pitching.analyse(standing(), throws=hand, height_m=1.88, verdicts=said((at_s, Verdict.RELEASE)))
    (delivery,) = result["deliveries"]
    assert delivery["events"][Event.RELEASE]["time_s"] == pytest.approx(at_s)
    assert delivery["verdict"] == Verdict.RELEASE and not delivery["questionable"]
    times = [delivery["events"][name]["time_s"] for name in IN_ORDER]
    assert np.isfinite(times).all() and times == sorted(times)
    assert 0.0 <= delivery["start_s"] < delivery["end_s"] <= 6.0
    assert all(np.isfinite(metric["value"]) for metric in delivery["metrics"] if metric["value"] is not None)


@pytest.mark.parametrize("late_s", [-0.1, 0.05, 0.2])
def test_a_release_set_near_a_pitch_takes_its_place(late_s: float) -> None:
    two = bodies.pitch(120.0, count=2)
    first, second = releases(pitching.analyse(two, height_m=1.88))
    verdicts = said((first + late_s, Verdict.RELEASE))
    assert releases(pitching.analyse(two, height_m=1.88, verdicts=verdicts)) == pytest.approx(
        [first + late_s, second], abs=1e-6
    )


def test_a_pitch_that_is_none_is_listed_and_can_be_had_back() -> None:
    two = bodies.pitch(120.0, count=2)
    first, second = releases(pitching.analyse(two, height_m=1.88))
    result = pitching.analyse(two, height_m=1.88, verdicts=said((first, Verdict.NO_PITCH)))
    assert releases(result) == [second]
    (dropped,) = result["dropped"]
    assert dropped["why"] == "said" and dropped["time_s"] == pytest.approx(first, abs=0.01)
    assert dropped["probability"] > 0.9
    back = pitching.analyse(two, height_m=1.88, verdicts=said((first, Verdict.PITCH)))
    assert releases(back) == pytest.approx([first, second]) and back["dropped"] == []


def test_every_pitch_may_be_none() -> None:
    one = bodies.pitch(120.0)
    (at_s,) = releases(pitching.analyse(one, height_m=1.88))
    result = pitching.analyse(one, height_m=1.88, verdicts=said((at_s, Verdict.NO_PITCH)))
    assert result["deliveries"] == [] and len(result["dropped"]) == 1
    assert [warning["code"] for warning in result["warnings"]] == ["no_pitch_found"]


def test_what_is_unlikely_is_listed_with_its_reason_and_kept_when_a_coach_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(delivery_decision, "probability", lambda signs: 0.1)
    one = bodies.pitch(120.0)
    result = pitching.analyse(one, height_m=1.88)
    (dropped,) = result["dropped"]
    assert result["deliveries"] == [] and dropped["why"] == "improbable" and dropped["probability"] == 0.1
    kept = pitching.analyse(one, height_m=1.88, verdicts=said((dropped["time_s"], Verdict.PITCH)))
    (delivery,) = kept["deliveries"]
    assert delivery["verdict"] == Verdict.PITCH and delivery["probability"] == 0.1
    assert not delivery["questionable"] and delivery["strengths"]


@pytest.mark.parametrize("hand", ["right", "left"])
def test_where_a_coach_sets_the_release_its_faster_hand_throws(hand: str) -> None:
    """Both arms wave all the time, equally fast; at the release the one that throws is ahead."""
    time_s, world = bodies.standing()
    other = {"right": "left", "left": "right"}[hand]
    bodies.swinging_arm(world, hand, 0.6 * np.sin(9.0 * time_s))
    bodies.swinging_arm(world, other, 0.6 * np.sin(9.0 * time_s + np.pi / 2))
    at_s = float(time_s[np.argmax((time_s > 2.0) & (np.abs(np.sin(9.0 * time_s)) < 0.08))])
    result = pitching.analyse(
        bodies.series(time_s, world), height_m=1.88, verdicts=said((at_s, Verdict.RELEASE))
    )
    assert result["athlete"]["throws"] == hand


def test_a_throw_that_is_hardly_one_is_listed_and_a_pitch_when_a_coach_says_so() -> None:
    """In slow motion that nobody declared the hand is never fast: what looks most like a throw is listed all the same."""
    slow = bodies.pitch(120.0)
    slow = slow.with_(time_s=slow.time_s * 8.0)
    result = pitching.analyse(slow, throws="right", height_m=1.88)
    assert result["deliveries"] == []
    (hardly,) = [one for one in result["dropped"] if one["why"] == "improbable"]
    kept = pitching.analyse(
        slow, throws="right", height_m=1.88, verdicts=said((hardly["time_s"], Verdict.PITCH))
    )
    assert releases(kept) == pytest.approx([hardly["time_s"]], abs=0.3)


def test_a_pitch_whose_false_half_is_none_is_whole_again() -> None:
    """Of two bursts in one pitch the first cuts off what came before; said to be none, it no longer does."""
    two = bodies.pitch(120.0, count=2, apart_s=2.9)
    first, second = releases(pitching.analyse(two, height_m=1.88))
    joined = pitching.analyse(two, height_m=1.88, verdicts=said((first, Verdict.NO_PITCH)))
    assert releases(joined) == pytest.approx([second], abs=0.002)
    apart = pitching.analyse(two, height_m=1.88)["series"][1]["time_s"][0]
    assert joined["series"][0]["time_s"][0] < apart


def test_two_releases_within_one_pitch_are_refused() -> None:
    with pytest.raises(BadRequest) as refused:
        Verdicts([Said(2.0, Verdict.RELEASE), Said(3.0, Verdict.PITCH)])
    assert refused.value.code == "pitches_too_near" and refused.value.fix


def test_a_video_in_which_nobody_was_measured_has_no_pitch_and_says_so() -> None:
    empty = standing().with_(world_m=np.full((360, 33, 3), np.nan))
    result = pitching.analyse(empty)
    assert result["deliveries"] == [] and result["dropped"] == []
    assert [warning["code"] for warning in result["warnings"]] == ["no_pitch_found"]


def test_moved_events_stay_with_their_pitch_when_another_one_goes() -> None:
    two = bodies.pitch(120.0, count=2)
    before = pitching.analyse(two, height_m=1.88)
    first, second = releases(before)
    moved = before["deliveries"][1]["events"][Event.FOOT_CONTACT]["time_s"] - 0.02
    result = pitching.analyse(
        two,
        height_m=1.88,
        verdicts=said((first, Verdict.NO_PITCH)),
        events={1: {Event.FOOT_CONTACT: moved}},
        releases_before=[first, second],
    )
    assert result["deliveries"][0]["events"][Event.FOOT_CONTACT]["time_s"] == pytest.approx(moved)
    assert result["moved_events"] == {"0": {Event.FOOT_CONTACT: moved}}


def test_what_was_moved_of_a_pitch_that_is_gone_is_forgotten() -> None:
    assert edits.renumbered({0: {"release": 1.0}, 1: {"release": 5.0}}, [1.0, 5.0], [5.1]) == {
        0: {"release": 5.0}
    }
