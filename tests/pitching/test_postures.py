"""Signs and angles on postures whose meaning anybody can check by standing up: no formula of ours builds them.

The body is a right-hander's, in metres: X to the plate, Y to first base, Z up. Facing third base is -Y, so
that the glove side is toward the plate, as in the set.
"""

from __future__ import annotations

import numpy as np
import pytest

from shadow_trainer.body.skeleton import INDEX
from shadow_trainer.pitching import angles, signals
from shadow_trainer.pitching.events import EventTime
from shadow_trainer.pitching.metrics import DeliveryContext, formulas
from shadow_trainer.vocabulary import EVENTS

PLATE, FIRST, UP = np.eye(3)
THIRD, RUBBER, DOWN = -FIRST, -PLATE, -UP
STANDING = {
    "right_hip": (-0.1, 0, 0.95), "left_hip": (0.1, 0, 0.95),
    "right_knee": (-0.1, 0, 0.5), "left_knee": (0.1, 0, 0.5),
    "right_ankle": (-0.1, 0, 0.08), "left_ankle": (0.1, 0, 0.08),
    "right_shoulder": (-0.2, 0, 1.45), "left_shoulder": (0.2, 0, 1.45),
    "right_elbow": (-0.2, 0, 1.15), "left_elbow": (0.2, 0, 1.15),
    "right_wrist": (-0.2, 0, 0.9), "left_wrist": (0.2, 0, 0.9),
    "nose": (0, -0.1, 1.7), "left_ear": (0.08, 0, 1.7), "right_ear": (-0.08, 0, 1.7),
}  # fmt: skip
UPPER_ARM, FOREARM = 0.3, 0.25


class Body:
    """A posture that is changed step by step, each in words."""

    def __init__(self) -> None:
        self.at = {name: np.array(place, dtype=float) for name, place in STANDING.items()}

    def arm(self, upper: np.ndarray, fore: np.ndarray, side: str = "right") -> Body:
        """Upper arm and forearm along two directions."""
        elbow = self.at[f"{side}_shoulder"] + UPPER_ARM * upper / np.linalg.norm(upper)
        self.at[f"{side}_elbow"] = elbow
        self.at[f"{side}_wrist"] = elbow + FOREARM * fore / np.linalg.norm(fore)
        return self

    def turned(self, degrees: float, part: str = "") -> Body:
        """The points with ``part`` in their name (all) turned about the vertical, toward the plate for +."""
        c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
        for name in self.at:
            if part in name:
                self.at[name] = np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]]) @ self.at[name]
        return self

    def moved(self, way: np.ndarray, *parts: str) -> Body:
        """Points shifted by metres."""
        for name in self.at:
            if any(part in name for part in parts):
                self.at[name] = self.at[name] + way
        return self

    def points(self, count: int = 1) -> np.ndarray:
        """(count, 33, 3)."""
        out = np.full((count, 33, 3), np.nan)
        for name, place in self.at.items():
            out[:, INDEX[name]] = place
        return out

    def angle(self, name: str) -> float:
        return float(angles.all_angles(self.points())[name][0])

    def context(self) -> DeliveryContext:
        """The posture held for half a second, with every event in its middle."""
        time_s = np.arange(60) / 120.0
        return DeliveryContext(
            signals.measure(self.points(60), time_s, 1.8), {name: EventTime(0.25, 1.0) for name in EVENTS}
        )


@pytest.mark.parametrize("turn", [-30.0, 0.0, 40.0, 90.0, 117.0])
def test_side_on_is_0_and_facing_the_plate_is_90(turn: float) -> None:
    body = Body().turned(turn)
    assert body.angle("pelvis_rotation") == pytest.approx(turn)
    assert body.angle("trunk_rotation") == pytest.approx(turn)


def test_hips_ahead_of_the_chest_are_separation() -> None:
    assert Body().turned(40.0, "hip").turned(-8.0, "shoulder").angle(
        "hip_shoulder_separation"
    ) == pytest.approx(48)


def test_bent_toward_the_front_of_the_chest_is_forward_tilt() -> None:
    side_on = Body().moved(0.5 * THIRD, "shoulder")
    assert side_on.angle("trunk_forward_tilt") == pytest.approx(45)
    at_the_plate = Body().turned(90.0).moved(0.5 * PLATE, "shoulder")
    assert at_the_plate.angle("trunk_forward_tilt") == pytest.approx(45)
    assert at_the_plate.angle("trunk_lateral_tilt") == pytest.approx(0, abs=1e-9)


def test_leaning_to_first_base_is_glove_side_for_a_right_hander_facing_the_plate() -> None:
    body = Body().turned(90.0).moved(0.5 * np.tan(np.radians(25)) * FIRST, "shoulder")
    assert body.angle("trunk_lateral_tilt") == pytest.approx(25)
    assert body.angle("trunk_frontal_lean") == pytest.approx(25)


def test_hanging_level_and_raised_arms() -> None:
    assert Body().angle("shoulder_abduction") == pytest.approx(0)
    assert Body().arm(RUBBER, RUBBER).angle("shoulder_abduction") == pytest.approx(90)
    assert Body().arm(RUBBER + UP, UP).angle("shoulder_abduction") == pytest.approx(135)
    assert Body().arm(PLATE, PLATE, "left").angle("glove_shoulder_abduction") == pytest.approx(90)


@pytest.mark.parametrize(
    ("side", "out", "name"),
    [
        ("right", RUBBER, "shoulder_horizontal_abduction"),
        ("left", PLATE, "glove_shoulder_horizontal_abduction"),
    ],
)
def test_an_elbow_behind_the_shoulder_line_is_positive(side: str, out: np.ndarray, name: str) -> None:
    assert Body().arm(out, UP, side).angle(name) == pytest.approx(0, abs=1e-9)
    assert Body().arm(out + FIRST, UP, side).angle(name) == pytest.approx(45)
    assert Body().arm(out + THIRD, UP, side).angle(name) == pytest.approx(-45)


@pytest.mark.parametrize(
    ("side", "out", "name"),
    [("right", RUBBER, "shoulder_external_rotation"), ("left", PLATE, "glove_shoulder_external_rotation")],
)
def test_forearm_forward_up_and_laid_back(side: str, out: np.ndarray, name: str) -> None:
    for fore, degrees in ((THIRD, 0), (UP, 90), (UP + FIRST, 135), (FIRST + 0.18 * UP, 170), (DOWN, -90)):
        assert Body().arm(out, fore, side).angle(name) == pytest.approx(degrees, abs=0.3)


def test_layback_does_not_depend_on_how_the_body_stands() -> None:
    laid_back = Body().arm(RUBBER, UP + FIRST).turned(100.0)
    assert laid_back.angle("shoulder_external_rotation") == pytest.approx(135)
    assert laid_back.angle("shoulder_abduction") == pytest.approx(90)


def test_straight_and_bent_limbs() -> None:
    assert Body().angle("elbow_flexion") == pytest.approx(0)
    assert Body().arm(RUBBER, UP).angle("elbow_flexion") == pytest.approx(90)
    assert Body().angle("lead_knee_flexion") == pytest.approx(0)
    kneeling = Body()
    kneeling.at["left_ankle"] = kneeling.at["left_knee"] + 0.4 * FIRST
    assert kneeling.angle("lead_knee_flexion") == pytest.approx(90)


def test_arm_slot_is_0_sidearm_and_90_overhead() -> None:
    facing = Body().turned(90.0)
    assert facing.arm(THIRD, THIRD).angle("arm_slot") == pytest.approx(0, abs=1e-9)
    assert facing.arm(UP, UP).angle("arm_slot") == pytest.approx(90)
    assert facing.arm(THIRD + UP, THIRD + UP).angle("arm_slot") == pytest.approx(45)
    assert facing.arm(THIRD + DOWN, THIRD + DOWN).angle("arm_slot") == pytest.approx(-45)


def test_a_stride_toward_third_base_is_across_a_right_handers_body() -> None:
    body = Body()
    body.at["right_ankle"], body.at["left_ankle"] = np.zeros(3), 1.5 * PLATE + 0.2 * THIRD
    assert formulas.stride_length(body.context()) == pytest.approx(1.5 / 1.8 * 100)
    assert formulas.stride_angle(body.context()) == pytest.approx(np.degrees(np.arctan2(0.2, 1.5)))


def test_a_head_toward_first_base_is_past_the_lead_ankle() -> None:
    width = 0.16
    body = Body().moved(2 * width * FIRST, "nose", "ear")
    # The nose is 0.1 m in front of the ears, which takes a third of that off their middle.
    assert formulas.head_past_ankle(body.context()) == pytest.approx(2 - 0.1 / 3 / width, abs=0.01)


def test_a_hand_in_front_of_the_rubber_and_above_its_elbow() -> None:
    body = Body().arm(PLATE, UP)
    c = body.context()
    assert formulas.hand_above_elbow(c) == pytest.approx(100 * FOREARM)
    assert formulas.extension(c) == pytest.approx(
        (body.at["right_wrist"] - body.at["right_ankle"])[0] / 1.8 * 100
    )


def test_turning_to_the_plate_straightening_and_snapping_are_positive_speeds() -> None:
    time_s = np.arange(40) / 200.0
    frames = []
    for k in range(40):
        bend, laid = np.radians(90 - 2 * k), np.radians(150 - 3 * k)
        fore = np.cos(bend) * RUBBER + np.sin(bend) * (np.sin(laid) * UP + np.cos(laid) * THIRD)
        frames.append(Body().arm(RUBBER, fore).turned(2.0 * k).points()[0])
    curves = angles.all_angles(np.array(frames))
    speeds = angles.velocities(curves, time_s)
    for name, degrees_per_frame in (
        ("pelvis_rotation_velocity", 2), ("trunk_rotation_velocity", 2), ("elbow_extension_velocity", 2),
        ("shoulder_internal_rotation_velocity", 3),
    ):  # fmt: skip
        assert speeds[name][15] == pytest.approx(200 * degrees_per_frame, rel=0.02), name
