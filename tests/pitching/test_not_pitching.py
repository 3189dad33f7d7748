"""A person who does not pitch has no delivery."""

from __future__ import annotations

import numpy as np
import pytest

from shadow_trainer import pitching
from shadow_trainer.pose.skeleton import INDEX

from . import bodies


def found(time_s: np.ndarray, world: np.ndarray) -> list:
    return pitching.analyse(bodies.series(time_s, world), height_m=1.88)["deliveries"]


def test_standing_still() -> None:
    assert found(*bodies.standing()) == []


def test_standing_with_the_noise_of_a_pose_model() -> None:
    time_s, world = bodies.standing()
    noise = np.random.default_rng(1).normal(0.0, 0.01, world.shape)
    assert found(time_s, world + noise) == []


@pytest.mark.parametrize("per_second", [0.5, 1.0, 2.0])
@pytest.mark.parametrize("side", ["left", "right"])
def test_waving_an_arm(side: str, per_second: float) -> None:
    time_s, world = bodies.standing()
    bodies.swinging_arm(world, side, 2.0 + 0.6 * np.sin(2 * np.pi * per_second * time_s))
    assert found(time_s, world) == []


def test_swinging_one_arm_fast_without_a_stride() -> None:
    time_s, world = bodies.standing()
    bodies.swinging_arm(world, "right", 1.4 + 1.4 * np.tanh((time_s - 3.0) * 12))
    assert found(time_s, world) == []


@pytest.mark.parametrize(("speed_m_s", "steps_per_second"), [(1.3, 1.8), (4.0, 2.7)])
def test_walking_and_running(speed_m_s: float, steps_per_second: float) -> None:
    time_s, world = bodies.standing(8.0)
    walked = speed_m_s * time_s
    swing = 0.6 if speed_m_s < 2 else 1.0
    phase = np.pi * steps_per_second * time_s
    for side, sign in (("left", 1.0), ("right", -1.0)):
        for name, share in (("knee", 0.5), ("ankle", 1.0), ("heel", 1.0), ("foot_index", 1.0)):
            index = INDEX[f"{side}_{name}"]
            world[:, index, 0] += sign * share * 0.35 * swing * np.sin(phase)
            world[:, index, 2] += share * 0.12 * swing * np.maximum(0.0, sign * np.cos(phase))
        for name, share in (("elbow", 0.5), ("wrist", 1.0), ("index", 1.0), ("pinky", 1.0), ("thumb", 1.0)):
            world[:, INDEX[f"{side}_{name}"], 0] -= sign * share * 0.4 * swing * np.sin(phase)
    world[..., 0] += walked[:, None]
    assert found(time_s, world) == []


def test_a_clip_without_joints_or_too_short_for_a_throw_has_none() -> None:
    time_s, world = bodies.standing(0.3)
    assert found(time_s, world) == []
