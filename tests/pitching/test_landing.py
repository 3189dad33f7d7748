"""Foot contact filmed along the stride: the picture tells when the foot lands, depth does not."""

from __future__ import annotations

import numpy as np
import pytest

from shadow_trainer import pitching
from shadow_trainer.body.series import PoseSeries
from shadow_trainer.body.skeleton import INDEX

from . import bodies

LEAD_FOOT = [INDEX[f"left_{part}"] for part in ("ankle", "heel", "foot_index")]
LATE_S = 0.05


def contact(one: PoseSeries) -> dict:
    (delivery,) = pitching.analyse(one, throws="right", reference=None)["deliveries"]
    return delivery["events"]["foot_contact"]


def gliding(one: PoseSeries) -> PoseSeries:
    """A solution that lets the lead foot come late along the stride: what the picture of depth is worth."""
    world = one.world_m.copy()
    for landmark in LEAD_FOOT:
        world[:, landmark, 0] = np.interp(one.time_s - LATE_S, one.time_s, world[:, landmark, 0])
    return one.with_(world_m=world)


@pytest.mark.parametrize("view", ["rear", "front"])
def test_a_foot_that_glides_in_depth_lands_when_the_picture_says(view: str) -> None:
    one = bodies.sampled(bodies.pitch(), 4)
    true = contact(one)["time_s"]
    seen = contact(gliding(bodies.filmed(one, view)))
    assert not seen["estimated"]
    assert seen["time_s"] == pytest.approx(true, abs=0.025)


def test_from_the_side_the_solution_itself_is_believed() -> None:
    one = bodies.sampled(bodies.pitch(), 4)
    assert contact(bodies.filmed(one))["time_s"] == contact(one)["time_s"]


def test_a_foot_that_the_picture_never_shows_at_rest_is_left_to_the_solution() -> None:
    one = bodies.filmed(bodies.sampled(bodies.pitch(), 4), "rear")
    px = one.landmarks_px.copy()
    px[:, INDEX["left_ankle"], 0] += 40 * np.sin(40 * one.time_s)
    assert contact(one.with_(landmarks_px=px))["time_s"] == pytest.approx(contact(one)["time_s"], abs=0.03)


def test_a_foot_that_creeps_over_its_last_centimetres_is_not_timed_by_them_alone() -> None:
    """A little noise decides by frames when such a foot has arrived; pitchers differ by less."""
    one = bodies.filmed(bodies.sampled(bodies.pitch(), 4), "rear")
    true = contact(one)["time_s"]
    px = one.landmarks_px.copy()
    creeping = one.time_s < true + 0.045
    px[creeping, INDEX["left_ankle"], 0] += 9.0
    late = contact(one.with_(landmarks_px=px))["time_s"] - true
    assert 0.0 < late < 0.03
