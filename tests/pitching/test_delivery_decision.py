"""One decision with a probability: no sign alone refuses a pitch, and what is doubtful is shown as such."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from shadow_trainer import pitching
from shadow_trainer.body.series import PoseSeries
from shadow_trainer.body.skeleton import INDEX
from shadow_trainer.pitching import deliveries, delivery_decision
from shadow_trainer.pitching.deliveries import find_deliveries, find_throws
from shadow_trainer.vocabulary import Event

from . import bodies

AGAINST = ("too_fast", "falling", "returning", "backward", "legs_unseen")
RIGHT_ARM = [INDEX[f"right_{part}"] for part in ("elbow", "wrist", "index", "pinky", "thumb")]


def throw_of(one: PoseSeries) -> deliveries.Throw:
    (throw,) = find_throws(one.world_m, one.time_s, 1.88)
    return throw


def release_s(one: PoseSeries) -> float:
    return throw_of(one).events[Event.RELEASE].time_s


@pytest.mark.parametrize("name", sorted(set(throw_of(bodies.pitch(120.0)).signs) - set(AGAINST)))
def test_no_missing_sign_alone_refuses_a_pitch(name: str) -> None:
    signs = throw_of(bodies.pitch(120.0)).signs
    assert delivery_decision.probability({**signs, name: 0.0}) >= delivery_decision.QUESTIONABLE


@pytest.mark.parametrize("fps", [30, 60])
def test_a_pitch_is_found_whose_depth_is_squashed_and_whose_hand_goes_down_early(fps: int) -> None:
    one = bodies.sampled(bodies.pitch(240.0), 240 // fps)
    world = one.world_m.copy()
    world[..., 0] *= 0.6  # seen from behind, the way to the plate is depth
    (delivery,) = find_deliveries(world, one.time_s, 1.88)
    assert not delivery.questionable


def test_a_slide_step_is_a_pitch() -> None:
    one = bodies.sampled(bodies.pitch(240.0), 4)
    world = one.world_m.copy()
    lead = [INDEX[f"left_{part}"] for part in ("knee", "ankle", "heel", "foot_index")]
    before = one.time_s < release_s(bodies.pitch(240.0)) - 0.3
    world[np.ix_(before, lead, [2])] = world[:1, lead, 2:]
    (delivery,) = find_deliveries(world, one.time_s, 1.88)
    assert not delivery.questionable


def doubtful(monkeypatch: pytest.MonkeyPatch, *probabilities: float) -> None:
    """The decision says these probabilities of the throws, in their order."""
    said = iter(probabilities * 9)
    monkeypatch.setattr(delivery_decision, "probability", lambda signs: next(said))


def test_a_questionable_pitch_is_measured_but_neither_scored_nor_judged(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    doubtful(monkeypatch, 0.4)
    result = pitching.analyse(bodies.pitch(240.0), throws="right", height_m=1.88)
    (delivery,) = result["deliveries"]
    assert delivery["questionable"] and delivery["probability"] == 0.4
    assert delivery["faults"] == [] and delivery["strengths"] == []
    assert "pitch_questionable" in {warning["code"] for warning in result["warnings"]}


def test_what_was_missing_is_named_weakest_first() -> None:
    signs = throw_of(bodies.pitch(120.0)).signs
    assert delivery_decision.missing({**signs, "stride": 0.3, "leg_lift": 0.0}) == ["leg_lift", "stride"]


def test_beside_a_pitch_a_questionable_one_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    two = bodies.pitch(120.0, count=2)
    doubtful(monkeypatch, 0.9, 0.4)
    assert [delivery.probability for delivery in find_deliveries(two.world_m, two.time_s, 1.88)] == [0.9]


def test_a_video_that_begins_after_the_leg_lift_has_a_partial_pitch() -> None:
    whole = bodies.pitch(120.0)
    partial = bodies.between(whole, release_s(whole) - 0.45, 99.0)
    result = pitching.analyse(partial, height_m=1.88)
    (delivery,) = result["deliveries"]
    assert delivery["events"][Event.LEG_LIFT]["estimated"]
    assert "begins_after_leg_lift" in {warning["code"] for warning in result["warnings"]}


@pytest.mark.parametrize("before_s", [0.03, 0.07])
def test_a_video_that_ends_before_the_ball_is_gone_says_so(before_s: float) -> None:
    whole = bodies.pitch(120.0)
    cut = bodies.between(whole, 0.0, release_s(whole) - before_s)
    result = pitching.analyse(cut, height_m=1.88)
    assert result["deliveries"] == [] and [w["code"] for w in result["warnings"]] == ["ends_before_release"]


def test_from_behind_the_frame_tells_the_release_better_than_the_solved_hand() -> None:
    """The solution lets the hand, whose way is depth, pass 80 ms too late; in the frame it is where it was."""
    true = bodies.sampled(bodies.pitch(240.0), 8)
    filmed = bodies.filmed(true, "rear")
    late = true.world_m.copy()
    for index in RIGHT_ARM:
        for axis in range(3):
            late[:, index, axis] = np.interp(true.time_s - 0.08, true.time_s, true.world_m[:, index, axis])
    (delivery,) = pitching.analyse(filmed.with_(world_m=late), throws="right", height_m=1.88)["deliveries"]
    assert abs(delivery["events"][Event.RELEASE]["time_s"] - release_s(bodies.pitch(240.0))) < 0.034
    alone = replace(filmed, extras={}, world_m=late)
    (delivery,) = pitching.analyse(alone, throws="right", height_m=1.88)["deliveries"]
    assert delivery["events"][Event.RELEASE]["time_s"] - release_s(bodies.pitch(240.0)) > 0.05


def test_from_the_side_a_hand_that_is_far_behind_the_head_has_not_thrown_yet() -> None:
    """At 30 frames a second the arm that goes up can look faster than the one that throws."""
    true = bodies.sampled(bodies.pitch(240.0), 8)
    at = release_s(bodies.pitch(240.0))
    world = true.world_m.copy()
    fast = np.flatnonzero(np.abs(true.time_s - (at - 0.1)) < 0.02)[:1]
    for row in fast:  # the hand leaps up and back, one frame earlier than it did
        world[row, RIGHT_ARM] = true.world_m[row - 1, RIGHT_ARM] + [-0.25, 0.0, 0.3]
    (delivery,) = pitching.analyse(true.with_(world_m=world), throws="right", height_m=1.88)["deliveries"]
    assert abs(delivery["events"][Event.RELEASE]["time_s"] - at) < 0.04


@pytest.mark.parametrize(("every", "said"), [(4, True), (40, False)])
def test_a_video_that_repeats_frames_says_how_many_it_really_has(every: int, said: bool) -> None:
    one = bodies.filmed(bodies.sampled(bodies.pitch(240.0), 8))
    repeated = np.arange(len(one)) % every == 0
    result = pitching.analyse(one.with_(extras={**one.extras, "repeated": repeated}), height_m=1.88)
    told = [w["message"] for w in result["warnings"] if w["code"] == "repeated_frames"]
    assert bool(told) == said and (not said or "2" in told[0])
