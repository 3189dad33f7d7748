"""Projection, levelling and the way back."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shadow_trainer.pose.motion import Camera, project
from shadow_trainer.pose.motion.camera import level_rotation, up_from_pitch
from shadow_trainer.pose.motion.features import rotation_to_axis, turned

angles = st.floats(-0.5, 0.5)


@given(angles, angles)
def test_level_frame_is_right_handed_with_up_as_z(pitch: float, roll: float) -> None:
    up = up_from_pitch(pitch, roll)
    rotation = level_rotation(up)
    assert rotation @ rotation.T == pytest.approx(np.eye(3), abs=1e-9)
    assert np.linalg.det(rotation) == pytest.approx(1)
    assert rotation @ up == pytest.approx([0, 0, 1], abs=1e-9)


def test_a_point_ahead_of_the_camera_falls_on_the_principal_point() -> None:
    camera = Camera(1000.0, 640.0, 360.0, np.eye(3), np.zeros(3))
    assert project(np.array([0.0, 0.0, 5.0]), camera) == pytest.approx([640, 360])
    assert project(np.array([1.0, 0.5, 5.0]), camera) == pytest.approx([840, 460])


def test_behind_the_camera_is_nowhere() -> None:
    camera = Camera(1000.0, 640.0, 360.0, np.eye(3), np.zeros(3))
    assert np.isnan(project(np.array([0.0, 0.0, -5.0]), camera)).all()


@given(angles, angles)
def test_turning_to_a_ray_brings_it_to_the_centre(x: float, y: float) -> None:
    ray = np.array([x, y])
    assert turned(ray, rotation_to_axis(ray)) == pytest.approx([0, 0], abs=1e-9)
