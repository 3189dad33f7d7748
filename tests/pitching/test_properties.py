"""What must not change a measurement: the hand, the size, the heading, the frame rate."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shadow_trainer import pitching
from shadow_trainer.body.series import PoseSeries
from shadow_trainer.pitching import reassume
from shadow_trainer.pitching.metrics import quantity_of

from . import bodies

FEW = settings(max_examples=6, deadline=None)
PITCH = bodies.pitch()
HEIGHT_M = 1.88
# What a heading of the world turns, and what is by definition measured along the way to the plate or across it.
HEADINGS = {"pelvis_rotation", "trunk_rotation"}
ALONG_X_OR_Y = {
    "stride_length", "stride_angle", "trunk_frontal_lean", "arm_slot", "extension", "hand_past_toe",
    "head_side_path", "head_past_ankle", "pelvis_drift", "sway_back", "pelvis_forward_velocity",
    "pelvis_forward_velocity_in_heights",
}  # fmt: skip
# Besides half a frame of timing: what a coarser film may cost in each unit.
COARSE = {"deg": 2.0, "%height": 1.0, "cm": 2.0, "m/s": 0.05, "heights/s": 0.03, "head_widths": 0.1}


def measured(series: PoseSeries, **options: Any) -> dict[tuple[str, str], dict[str, Any]]:
    """Metrics of the only delivery by name and event."""
    options = {"height_m": HEIGHT_M, "throws": "right", **options}
    analysis = pitching.analyse(series, **options)
    assert len(analysis["deliveries"]) == 1
    return {(m["name"], m["event"]): m for m in analysis["deliveries"][0]["metrics"]}


def test_mirroring_a_delivery_changes_no_metric_and_finds_the_other_hand(pitch: PoseSeries) -> None:
    right = pitching.analyse(pitch, height_m=HEIGHT_M)
    left = pitching.analyse(bodies.mirrored(pitch), height_m=HEIGHT_M)
    assert right["athlete"]["throws"] == "right"
    assert left["athlete"]["throws"] == "left"
    for a, b in zip(right["deliveries"][0]["metrics"], left["deliveries"][0]["metrics"], strict=True):
        assert b["value"] == pytest.approx(a["value"], abs=1e-6), a["name"]


@FEW
@given(scale=st.floats(0.65, 1.2))
def test_scaling_a_body_changes_no_angle_and_no_share_of_its_height(scale: float) -> None:
    grown = PITCH.with_(world_m=PITCH.world_m * scale)
    before, after = measured(PITCH), measured(grown, height_m=HEIGHT_M * scale)
    for key, metric in before.items():
        if metric["value"] is not None and metric["unit"] in ("deg", "%height", "ms"):
            assert after[key]["value"] == pytest.approx(metric["value"], abs=0.3), key


@FEW
@given(turn=st.floats(-180, 180))
def test_turning_the_world_turns_the_headings_and_changes_nothing_else(turn: float) -> None:
    before, after = measured(PITCH), measured(bodies.turned(PITCH, turn))
    for key, metric in before.items():
        if metric["value"] is None:
            assert after[key]["value"] is None, key
        elif key[0] in HEADINGS:
            assert (after[key]["value"] - metric["value"] - turn + 180) % 360 == pytest.approx(180, abs=1e-6)
        elif quantity_of(key[0]) not in ALONG_X_OR_Y:
            assert after[key]["value"] == pytest.approx(metric["value"], abs=1e-6), key


@FEW
@given(turn=st.floats(-180, 180))
def test_where_the_stride_is_the_way_to_the_plate_a_turned_world_changes_nothing(turn: float) -> None:
    before = measured(reassume.toward_plate(PITCH, "right"))
    after = measured(reassume.toward_plate(bodies.turned(PITCH, turn), "right"))
    for key, metric in before.items():
        assert after[key]["value"] == pytest.approx(metric["value"], abs=1e-6), key


@pytest.mark.parametrize("fps", [120.0, 60.0])
def test_resampling_moves_a_metric_no_further_than_half_a_frame_explains(
    pitch: PoseSeries, fps: float
) -> None:
    fine, coarse = measured(pitch), measured(bodies.sampled(pitch, round(240 / fps)))
    for key, metric in coarse.items():
        if metric["value"] is None or metric["confidence"] == "low":
            continue
        claimed = COARSE.get(metric["unit"], 1000.0 / fps)
        claimed += (metric.get("timing_error") or 0.0) + (fine[key].get("timing_error") or 0.0)
        apart = abs(metric["value"] - fine[key]["value"])
        apart = min(apart, 360.0 - apart) if metric["unit"] == "deg" else apart
        assert apart <= claimed, (key, apart, claimed)


@pytest.mark.parametrize("view", ["open-side", "rear"])
@pytest.mark.parametrize("fps", [120.0, 60.0])
def test_resampling_a_film_moves_no_metric_further_than_the_error_it_claims(
    pitch: PoseSeries, fps: float, view: str
) -> None:
    fine = measured(bodies.filmed(pitch, view), view=view)
    coarse = measured(bodies.filmed(bodies.sampled(pitch, round(240 / fps)), view), view=view)
    claimed = {key: metric for key, metric in coarse.items() if metric["error"] is not None}
    assert len(claimed) > 40
    for key, metric in claimed.items():
        apart = abs(metric["value"] - fine[key]["value"])
        apart = min(apart, 360.0 - apart) if metric["unit"] == "deg" else apart
        assert apart <= metric["error"], (key, apart, metric["error"])


def test_every_metric_is_finite_or_said_to_be_unknown(pitch: PoseSeries) -> None:
    for key, metric in measured(pitch).items():
        assert metric["value"] is None or np.isfinite(metric["value"]), key
        assert metric["confidence"] in ("high", "medium", "low")
        assert metric["confidence"] != "low" or metric["z"] is None
        assert metric["label"] and metric["unit"]


def test_the_reference_measures_as_its_key_frames_say(pitch: PoseSeries) -> None:
    got = {key: m["value"] for key, m in measured(pitch).items()}
    assert got["stride_length", "foot_contact"] == pytest.approx(84, abs=1)
    assert got["lead_knee_flexion", "foot_contact"] == pytest.approx(45, abs=2)
    assert got["trunk_forward_tilt", "release"] == pytest.approx(36, abs=3)
    assert got["hip_shoulder_separation@max", None] == pytest.approx(48, abs=1)


def test_each_of_several_deliveries_is_found_without_windows() -> None:
    analysis = pitching.analyse(bodies.pitch(120.0, count=3), height_m=HEIGHT_M)
    starts = [d["events"]["release"]["time_s"] for d in analysis["deliveries"]]
    assert len(starts) == 3
    assert np.diff(starts) == pytest.approx([4.0, 4.0], abs=0.01)


def test_a_windows_edge_keeps_other_deliveries_out() -> None:
    series = bodies.pitch(120.0, count=3)
    analysis = pitching.analyse(series, height_m=HEIGHT_M, windows=[(4.0, 7.5)])
    assert [round(d["events"]["release"]["time_s"]) for d in analysis["deliveries"]] == [6]
