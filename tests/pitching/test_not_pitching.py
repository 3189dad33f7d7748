"""A person who does not pitch, or does not pitch to the end, has no delivery."""

from __future__ import annotations

import numpy as np
import pytest

from shadow_trainer import pitching
from shadow_trainer.body.skeleton import INDEX

from . import bodies


def deliveries(time_s: np.ndarray, world: np.ndarray) -> list:
    return pitching.analyse(bodies.series(time_s, world), height_m=1.88)["deliveries"]


def test_standing_still() -> None:
    assert deliveries(*bodies.standing()) == []


def test_standing_with_the_noise_of_a_pose_model() -> None:
    time_s, world = bodies.standing()
    noise = np.random.default_rng(1).normal(0.0, 0.01, world.shape)
    assert deliveries(time_s, world + noise) == []


@pytest.mark.parametrize("per_second", [0.5, 1.0, 2.0])
@pytest.mark.parametrize("side", ["left", "right"])
def test_waving_an_arm(side: str, per_second: float) -> None:
    time_s, world = bodies.standing()
    bodies.swinging_arm(world, side, 2.0 + 0.6 * np.sin(2 * np.pi * per_second * time_s))
    assert deliveries(time_s, world) == []


def test_swinging_one_arm_fast_without_a_stride() -> None:
    time_s, world = bodies.standing()
    bodies.swinging_arm(world, "right", 1.4 + 1.4 * np.tanh((time_s - 3.0) * 12))
    assert deliveries(time_s, world) == []


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
    assert deliveries(time_s, world) == []


ARMS = tuple(f"{side}_{part}" for side in ("left", "right") for part in ("elbow", "wrist"))


def test_jumping_jacks() -> None:
    time_s, world = bodies.standing()
    swing = 1.2 - 1.1 * np.cos(2 * np.pi * 1.1 * time_s)
    for side, sign in (("left", 1.0), ("right", -1.0)):
        bodies.swinging_arm(world, side, swing)
        legs = tuple(f"{side}_{part}" for part in ("knee", "ankle", "heel", "foot_index"))
        bodies.moved(world, legs, np.outer(0.15 * swing, [sign, 0.0, 0.0]))
    world[..., 2] += 0.15 * np.abs(np.sin(np.pi * 1.1 * time_s))[:, None]
    assert deliveries(time_s, world) == []


def test_swinging_a_bat_with_a_stride() -> None:
    time_s, world = bodies.standing()
    # Both hands round the body within 0.15 s, after a step of a third of the height and a lifted knee.
    turn = np.radians(-70 + 200 / (1 + np.exp(-(time_s - 3.2) * 40)))
    hips = world[:, [INDEX["left_hip"], INDEX["right_hip"]]].mean(axis=1)
    reach = np.stack([0.6 * np.sin(turn), -0.6 * np.cos(turn), np.full_like(turn, 0.35)], axis=-1)
    for number, name in enumerate(("left_wrist", "right_wrist")):
        world[:, INDEX[name]] = hips + reach + [0.0, 0.0, 0.08 * number]
    step = 0.6 / (1 + np.exp(-(time_s - 2.9) * 15))
    lift = 0.2 * np.exp(-(((time_s - 2.7) / 0.15) ** 2))
    bodies.moved(world, ("left_ankle", "left_knee"), np.stack([step, 0 * step, lift], axis=-1))
    assert deliveries(time_s, world) == []


def test_kicking_a_ball() -> None:
    time_s, world = bodies.standing()
    kick = np.exp(-(((time_s - 3.0) / 0.1) ** 2))
    leg = ("left_knee", "left_ankle", "left_heel", "left_foot_index")
    bodies.moved(world, leg, np.outer(kick, [0.9, 0.0, 0.6]))
    bodies.moved(world, ARMS, np.outer(kick, [-0.3, 0.0, 0.25]))
    assert deliveries(time_s, world) == []


def test_throwing_on_the_spot() -> None:
    pitch = bodies.pitch(fps=120.0)
    legs = [INDEX[f"{s}_{p}"] for s in ("left", "right") for p in ("knee", "ankle", "heel", "foot_index")]
    world = pitch.world_m.copy()
    world[:, legs] = world[:1, legs]
    assert deliveries(pitch.time_s, world) == []


@pytest.mark.parametrize("turn_s", [-0.65, -0.25, -0.03, 0.05])
def test_a_drill_that_goes_back_before_the_throw(turn_s: float) -> None:
    drill = bodies.there_and_back(turn_s)
    assert deliveries(drill.time_s, drill.world_m) == []


def test_a_delivery_in_slow_dry_practice() -> None:
    clock = np.arange(-1.2, 0.5, 0.25 / 120.0)
    slow = bodies.by_clock(clock)
    assert deliveries(slow.time_s, slow.world_m) == []


def test_a_film_that_runs_backwards() -> None:
    back = bodies.backwards(bodies.pitch(fps=120.0))
    assert deliveries(back.time_s, back.world_m) == []


@pytest.mark.parametrize("share", [0.0, 0.5, 0.8])
def test_a_film_that_ends_before_the_ball_is_gone(share: float) -> None:
    one = bodies.pitch(fps=120.0)
    at = pitching.analyse(one, height_m=1.88)["deliveries"][0]["events"]
    contact, release = (at[name]["time_s"] for name in ("foot_contact", "release"))
    cut = bodies.between(one, 0.0, contact + share * (release - contact))
    assert deliveries(cut.time_s, cut.world_m) == []


def test_a_film_that_begins_after_the_throw() -> None:
    one = bodies.pitch(fps=120.0)
    release = pitching.analyse(one, height_m=1.88)["deliveries"][0]["events"]["release"]["time_s"]
    after = bodies.between(one, release + 0.05, 99.0)
    assert deliveries(after.time_s, after.world_m) == []


def test_a_clock_that_is_eight_times_too_fast() -> None:
    one = bodies.pitch(fps=120.0)
    assert deliveries(one.time_s / 8.0, one.world_m) == []


def test_a_clip_without_joints_or_too_short_for_a_throw_has_none() -> None:
    time_s, world = bodies.standing(0.3)
    assert deliveries(time_s, world) == []


def test_jumping_down_while_the_arms_swing() -> None:
    """Filmed for real: a man who jumps off a roof swings an arm as fast as a pitcher, after a step."""
    pitch = bodies.pitch(fps=120.0)
    release = pitching.analyse(pitch, height_m=1.88)["deliveries"][0]["events"]["release"]["time_s"]
    world = pitch.world_m.copy()
    world[..., 2] -= 4.9 * np.maximum(0.0, pitch.time_s - release + 0.4)[:, None] ** 2
    assert deliveries(pitch.time_s, world) == []


def test_a_throw_of_which_neither_the_leg_lift_nor_the_landing_is_seen() -> None:
    pitch = bodies.pitch(fps=120.0)
    events = pitching.analyse(pitch, height_m=1.88)["deliveries"][0]["events"]
    cut = bodies.between(pitch, events["release"]["time_s"] - 0.3, 99.0)
    lead = [INDEX[f"left_{part}"] for part in ("knee", "ankle", "heel", "foot_index")]
    world = cut.world_m.copy()
    world[:, lead] += 0.25 * (cut.time_s - cut.time_s[0])[:, None, None] * np.array([1.0, 0.0, 1.0])
    assert deliveries(cut.time_s, world) == []
