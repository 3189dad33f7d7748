"""Two networks' sights as one: whom to believe about a joint, about sides, and about a joint that only one has seen."""

from __future__ import annotations

import numpy as np
import pytest

from shadow_trainer.body.skeleton import COUNT, INDEX
from shadow_trainer.pose import fusion, movenet

SIDE_PX = np.array([400.0])
TORSO_PX = fusion.TORSO * SIDE_PX[0]
RIGHT_ARM = [INDEX[f"right_{part}"] for part in ("elbow", "wrist", "pinky", "index", "thumb")]
LEFT_ARM = [INDEX[f"left_{part}"] for part in ("elbow", "wrist", "pinky", "index", "thumb")]


@pytest.fixture
def first() -> fusion.Sight:
    """One frame whose landmarks all lie well apart, each seen half surely; the depth tells them from each other."""
    rng = np.random.default_rng(3)
    px = np.column_stack([np.linspace(0, 900, COUNT), rng.uniform(0, 400, COUNT)])[None]
    half = np.full((1, COUNT), 0.5)
    return fusion.Sight(px, half, half.copy(), np.arange(COUNT * 3.0).reshape(1, COUNT, 3))


def like(first: fusion.Sight) -> np.ndarray:
    """MoveNet's landmarks (1, 33, 2) where BlazePose has them."""
    out = np.full_like(first.px, np.nan)
    out[:, movenet.LANDMARK] = first.px[:, movenet.LANDMARK]
    return out


def sure(level: float) -> np.ndarray:
    return np.full((1, COUNT), level)


def test_where_both_agree_nothing_moves_and_both_are_believed(first: fusion.Sight) -> None:
    fused = fusion.fuse(first, like(first), sure(0.5), SIDE_PX)
    assert np.allclose(fused.px, first.px)
    assert np.allclose(fused.confidence, 0.5)


def test_where_they_lie_apart_the_surer_one_has_the_joint_and_the_hand_goes_with_it(
    first: fusion.Sight,
) -> None:
    second, off = like(first), np.array([0.0, TORSO_PX])
    second[0, INDEX["right_wrist"]] += off
    believed = fusion.fuse(first, second, sure(0.9), SIDE_PX)
    hand = RIGHT_ARM[1:]
    assert np.allclose(believed.px[0, hand] - first.px[0, hand], off, atol=0.02 * TORSO_PX)
    ignored = fusion.fuse(first, second, sure(0.05), SIDE_PX)
    assert np.allclose(ignored.px, first.px, atol=0.1 * TORSO_PX)
    assert believed.confidence[0, INDEX["right_wrist"]] > ignored.confidence[0, INDEX["right_wrist"]]


def test_where_neither_is_the_surer_neither_is_believed_much(first: fusion.Sight) -> None:
    second = like(first)
    second[0, INDEX["right_wrist"]] += [0.0, 0.3 * TORSO_PX]
    fused = fusion.fuse(first, second, sure(0.35), SIDE_PX)
    assert fused.confidence[0, INDEX["right_wrist"]] < 0.4


def test_arms_that_blazepose_has_the_other_way_round_are_exchanged_with_fingers_and_depth(
    first: fusion.Sight,
) -> None:
    order = np.arange(COUNT)
    order[[*LEFT_ARM, *RIGHT_ARM]] = [*RIGHT_ARM, *LEFT_ARM]
    wrong = fusion.Sight(first.px[:, order], first.confidence, first.visibility, first.world_m[:, order])
    fused = fusion.fuse(wrong, like(first), sure(0.5), SIDE_PX)
    assert np.allclose(fused.px, first.px)
    assert np.allclose(fused.world_m, first.world_m)
    assert not np.allclose(wrong.px, first.px)


def test_an_ankle_that_is_only_the_other_leg_seen_twice_is_left_to_blazepose(first: fusion.Sight) -> None:
    second = like(first)
    left, right = INDEX["left_ankle"], INDEX["right_ankle"]
    first.px[0, [left, right]] = [[100.0, 100.0], [100.0 + 0.5 * TORSO_PX, 100.0]]
    second[0, [left, right]] = [[101.0, 100.0], [99.0, 100.0]]
    fused = fusion.fuse(first, second, sure(0.95), SIDE_PX)
    assert np.allclose(fused.px[0, right], first.px[0, right])
    assert np.allclose(fused.px[0, left], [100.0, 100.0], atol=1.0)


def test_what_the_second_network_lacks_stays(first: fusion.Sight) -> None:
    second = np.full((1, COUNT, 2), np.nan)
    fused = fusion.fuse(first, second, np.full((1, COUNT), np.nan), SIDE_PX)
    assert np.array_equal(fused.px, first.px)
    assert np.array_equal(fused.confidence, first.confidence)


def test_the_place_where_most_of_the_scores_lie_together_is_the_one() -> None:
    points = np.array([[100.0, 50.0], [300.0, 50.0], [302.0, 50.0], [np.nan, np.nan]]).reshape(4, 1, 1, 2)
    score = np.array([0.5, 0.45, 0.45, np.nan]).reshape(4, 1, 1)
    place, said = fusion.densest(points, score, np.array([86.0]))
    assert place[0, 0] == pytest.approx([301.0, 50.0], abs=0.1)
    assert said[0, 0] == pytest.approx(0.45, abs=0.01)
    alone, _ = fusion.densest(points[:1], score[:1], np.array([86.0]))
    assert alone[0, 0].tolist() == [100.0, 50.0]
