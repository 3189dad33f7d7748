"""Joints of a small model or of a poor view: a leap decides no hand, squashed depth hides no pitch, rhythm is not overrated."""

from __future__ import annotations

import pytest

from shadow_trainer import pitching
from shadow_trainer.body.series import PoseSeries
from shadow_trainer.body.skeleton import INDEX
from shadow_trainer.pitching.deliveries import find_deliveries, find_hand

from . import bodies

ARMS = [
    INDEX[f"{side}_{part}"]
    for side in ("left", "right")
    for part in ("elbow", "wrist", "index", "pinky", "thumb")
]


@pytest.mark.parametrize("throws", ["right", "left"])
def test_a_glove_hand_that_leaps_for_a_moment_is_not_the_throwing_hand(throws: str) -> None:
    pitch = bodies.sampled(bodies.pitch(), 4)
    pitch = pitch if throws == "right" else bodies.mirrored(pitch)
    glove = INDEX["left_wrist" if throws == "right" else "right_wrist"]
    world = pitch.world_m.copy()
    world[80, glove] += [0.0, 0.0, 1.4]
    assert find_hand(world, pitch.time_s, 1.88) == (throws, True)


def test_squashed_depth_makes_a_pitch_seen_from_behind_no_less_sure() -> None:
    """The hand then looks fastest past its release, where it goes down."""
    pitch = bodies.sampled(bodies.pitch(), 4)
    world = pitch.world_m.copy()
    shoulder = world[:, [INDEX["right_shoulder"]], 0]
    world[:, ARMS, 0] = shoulder + 0.5 * (world[:, ARMS, 0] - shoulder)
    (delivery,) = find_deliveries(world, pitch.time_s, 1.88)
    assert delivery.probability > 0.9


@pytest.mark.parametrize(("coarse", "believed"), [(False, 2.0), (True, 1.0)])
def test_slow_motion_is_not_believed_of_coarse_joints_that_pitch_in_real_time(
    coarse: bool, believed: float
) -> None:
    pitch = bodies.pitch(120.0)

    def solve_at(factor: float) -> PoseSeries:
        return pitch.with_(time_s=2.0 * pitch.time_s / factor)

    assert pitching.real_speed(solve_at, fps=60.0, coarse=coarse).factor == believed


def test_slow_motion_is_found_of_coarse_joints_that_do_not_pitch_in_real_time() -> None:
    pitch = bodies.pitch(240.0)

    def solve_at(factor: float) -> PoseSeries:
        return pitch.with_(time_s=4.0 * pitch.time_s / factor)

    assert pitching.real_speed(solve_at, fps=60.0, coarse=True).factor == 4.0


@pytest.mark.parametrize("step", [8, 4])
def test_one_sign_of_the_release_has_to_do_where_all_else_is_a_pitch(step: int) -> None:
    """The known video of the self-test, by the light model: the arm is half a picture from where it lets go."""
    one = bodies.sampled(bodies.pitch(), step)
    world = one.world_m.copy()
    world[:, INDEX["nose"]] += [1.2, 0.0, 0.0]
    shoulder, wrist = INDEX["right_shoulder"], INDEX["right_wrist"]
    world[:, wrist] += 0.45 * (world[:, shoulder] - world[:, wrist])
    (delivery,) = find_deliveries(world, one.time_s, 1.88)
    assert not delivery.questionable and delivery.events["release"].confidence == 0.5
