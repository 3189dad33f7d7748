"""Another hand, height or capture rate: the solved motion under another assumption, without the video."""

from __future__ import annotations

import numpy as np
import pytest

from shadow_trainer import pitching
from shadow_trainer.body.series import PoseSeries
from shadow_trainer.pitching import camera, reassume

from . import bodies
from .test_event_edits import values


@pytest.fixture(scope="module")
def one() -> PoseSeries:
    return bodies.pitch(fps=120.0)


def test_a_rate_and_its_inverse_leave_the_numbers_alone(one: PoseSeries) -> None:
    there = reassume.at_rate(one, 0.5)
    assert np.ptp(there.time_s) == pytest.approx(np.ptp(one.time_s) / 2)
    np.testing.assert_allclose(reassume.at_rate(there, 2.0).time_s, one.time_s)


def test_height_scales_metres_and_keeps_the_picture(one: PoseSeries) -> None:
    film = bodies.filmed(one)
    tall = reassume.at_height(film, 1.1)
    np.testing.assert_allclose(camera.pixels(tall, tall.world_m), film.landmarks_px, atol=1e-6)
    a = values(pitching.analyse(one, throws="right", height_m=1.88))
    b = values(pitching.analyse(reassume.at_height(one, 1.1), throws="right", height_m=1.88 * 1.1))
    speed = ("pelvis_forward_velocity@max", None)
    assert b[speed] == pytest.approx(1.1 * a[speed], rel=1e-3)
    for key in (("stride_length", "foot_contact"), ("lead_knee_flexion", "foot_contact")):
        assert b[key] == pytest.approx(a[key], abs=0.2)


@pytest.mark.parametrize("hand", ["right", "left"])
def test_the_way_to_the_plate_is_found_again_for_the_other_hand(one: PoseSeries, hand: str) -> None:
    straight = one if hand == "right" else bodies.mirrored(one)
    # As the motion stage leaves it when it took the wrong hand: turned by an angle that makes no sense.
    wrong = bodies.turned(straight, 37.0)
    right = reassume.toward_plate(wrong, hand)
    a = values(pitching.analyse(straight, throws=hand, height_m=1.88))
    b = values(pitching.analyse(right, throws=hand, height_m=1.88))
    # X is the stride's own way, so the angle of the stride is nought; what is seen along it stays.
    assert b["stride_angle", "foot_contact"] == pytest.approx(0.0, abs=0.5)
    turn = a["stride_angle", "foot_contact"]
    for name in ("pelvis_rotation", "trunk_rotation"):
        assert b[name, "foot_contact"] - a[name, "foot_contact"] == pytest.approx(turn, abs=0.6)


def test_turning_keeps_the_picture(one: PoseSeries) -> None:
    film = bodies.filmed(one)
    turned = reassume.toward_plate(film, "right")
    assert not np.allclose(turned.world_m, film.world_m)
    np.testing.assert_allclose(camera.pixels(turned, turned.world_m), film.landmarks_px, atol=1e-6)


def test_who_does_not_throw_with_this_hand_is_left_as_he_was(one: PoseSeries) -> None:
    time_s, world = bodies.standing()
    still = bodies.series(time_s, world)
    np.testing.assert_array_equal(reassume.toward_plate(still, "left").world_m, still.world_m)
