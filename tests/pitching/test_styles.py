"""Youth, slide steps, sidearm, submarine, set and wind-up: measured, and not called faults for what they are."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from shadow_trainer import pitching
from shadow_trainer.body.series import PoseSeries
from shadow_trainer.jobs.pipeline.request import LEVELS
from shadow_trainer.pitching.metrics import norms
from shadow_trainer.pitching.reference.elite import keyframes, points_at

from . import bodies

NAMES, KNOTS, TABLE = keyframes()
HEIGHT_M = 1.88
STYLES: dict[str, dict[str, dict[str, float]]] = {
    "slide_step": {
        "lead_ankle_z": {"leg_lift": 0.10, "hand_sep": 0.09, "mid_stride": 0.04},
        "lead_ankle_x": {"leg_lift": 0.20, "hand_sep": 0.28},
        "lead_ankle_y": {"leg_lift": -0.02, "hand_sep": -0.06},
    },
    "sidearm": {
        "trunk_lat_tilt_glove_pos": {"max_elbow_flex": -4, "MER": -2, "release": -8, "max_IR": -10},
        "thr_abd": {"MER": 88, "release": 85, "max_IR": 85},
    },
    "submarine": {
        "trunk_lat_tilt_glove_pos": {"max_elbow_flex": -20, "MER": -30, "release": -38, "max_IR": -38},
        "thr_abd": {"MER": 85, "release": 80, "max_IR": 80},
    },
    "windup": {
        "pelvis_rot": {"set": 85},
        "trunk_rot": {"set": 85},
        "pelvis_x_H": {"set": 0.0},
        "pelvis_y_H": {"set": 0.09},
        "lead_ankle_x": {"set": 0.0},
        "lead_ankle_y": {"set": 0.18},
    },
}  # fmt: skip


def delivery(style: str, fps: float = 240.0) -> PoseSeries:
    """The reference's delivery with some key frames replaced, still before and after."""
    table = {name: values.copy() for name, values in TABLE.items()}
    for channel, frames in STYLES[style].items():
        for frame, value in frames.items():
            table[channel][NAMES.index(frame)] = value
    time_s = np.arange(0.0, 2.6, 1.0 / fps)
    clock = np.clip(time_s - 1.8, KNOTS[0], KNOTS[-1])
    return bodies.series(time_s, points_at(clock, table) * HEIGHT_M)


def only(series: PoseSeries, **options: Any) -> dict[str, Any]:
    analysis = pitching.analyse(series, **{"throws": "right", "height_m": HEIGHT_M, **options})
    assert len(analysis["deliveries"]) == 1
    return analysis["deliveries"][0]


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("fps", [240.0, 60.0])
def test_every_style_is_one_delivery_with_its_events(style: str, fps: float) -> None:
    events = only(delivery(style, fps))["events"]
    assert events["foot_contact"]["time_s"] == pytest.approx(1.8, abs=0.012)
    assert events["release"]["time_s"] == pytest.approx(1.94, abs=0.012)
    assert events["leg_lift"]["time_s"] < events["foot_contact"]["time_s"] - 0.2


def test_a_slide_step_is_said_and_no_hanging_back() -> None:
    measured = only(delivery("slide_step"), view="open-side")
    assert measured["style"]["slide_step"]
    assert "hanging_back" not in {fault["id"] for fault in measured["faults"]}


@pytest.mark.parametrize("slot", ["sidearm", "submarine"])
def test_a_low_slot_is_a_slot_and_no_fault(slot: str) -> None:
    measured = only(delivery(slot), view="rear")
    assert measured["style"]["slot"] == slot
    assert not {"side_bend", "forearm_fly_out"} & {fault["id"] for fault in measured["faults"]}


def test_the_wind_up_is_told_from_the_set() -> None:
    assert only(delivery("windup"))["set_position"] == {"seen": True, "kind": "windup"}
    assert only(bodies.pitch())["set_position"] == {"seen": True, "kind": "set"}


def test_a_small_body_is_measured_in_its_own_heights_against_youth() -> None:
    small = bodies.pitch().with_(world_m=bodies.pitch().world_m * 0.75)
    measured = only(small, height_m=HEIGHT_M * 0.75, level="youth")
    stride = next(m for m in measured["metrics"] if m["name"] == "stride_length")
    assert stride["value"] == pytest.approx(84, abs=1)
    assert stride["norm"]["level"] == "adolescent_12-15y"
    slot = next(m for m in measured["metrics"] if m["name"] == "arm_slot")
    assert slot["norm"]["sd"] == pytest.approx(9 * 1.5)
    assert slot["norm"]["source"].startswith("adult reference")


def test_the_levels_that_can_be_chosen_are_those_that_have_norms() -> None:
    assert set(LEVELS) == set(norms.LEVELS)
