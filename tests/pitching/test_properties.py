"""What must not change a measurement: the hand, the size, the heading, the frame rate."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shadow_trainer import pitching
from shadow_trainer.pose.series import PoseSeries

from . import bodies

FEW = settings(max_examples=6, deadline=None)
PITCH = bodies.pitch()
HEIGHT_M = 1.88
# What a heading of the world may change: angles about the vertical and what is measured along X or Y.
HEADINGS = {"pelvis_rotation", "trunk_rotation"}
# Set by the elbow's opening at 2400 deg/s or by a velocity's peak: half a frame counts (section 1.3).
FAST = {"elbow_flexion", "shoulder_external_rotation", "arm_slot"}


def measured(series: PoseSeries, **options: Any) -> dict[tuple[str, str], dict[str, Any]]:
    """Metrics of the only delivery by name and event."""
    options = {"height_m": HEIGHT_M, "throws": "right", **options}
    found = pitching.analyse(series, **options)
    assert len(found["deliveries"]) == 1
    return {(m["name"], m["event"]): m for m in found["deliveries"][0]["metrics"]}


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
def test_turning_the_world_changes_only_headings(turn: float) -> None:
    before, after = measured(PITCH), measured(bodies.turned(PITCH, turn))
    free = ("knee", "elbow_flexion", "abduction", "external_rotation", "separation", "tilt", "time_")
    for key, metric in before.items():
        name = key[0]
        if metric["value"] is None or not any(word in name for word in free):
            continue
        tolerance = 6.0 if name in FAST else 0.5 if metric["unit"] == "deg" else 4.0
        if "tilt" in name or "knee" in name or metric["unit"] == "deg":
            assert after[key]["value"] == pytest.approx(metric["value"], abs=tolerance), key


@pytest.mark.parametrize("fps", [120.0, 60.0])
def test_resampling_moves_a_metric_no_further_than_half_a_frame_explains(
    pitch: PoseSeries, fps: float
) -> None:
    fine, coarse = measured(pitch), measured(bodies.sampled(pitch, round(240 / fps)))
    for key, metric in coarse.items():
        if metric["value"] is None or metric["confidence"] == "low" or metric["unit"] != "deg":
            continue
        claimed = 2.0 + (metric.get("timing_error") or 0.0) + (fine[key].get("timing_error") or 0.0)
        apart = abs((metric["value"] - fine[key]["value"] + 180) % 360 - 180)
        assert apart <= claimed, (key, apart, claimed)


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
    assert got["hip_shoulder_separation", "max"] == pytest.approx(48, abs=1)


def test_each_of_several_deliveries_is_found_without_windows() -> None:
    found = pitching.analyse(bodies.pitch(120.0, count=3), height_m=HEIGHT_M)
    starts = [d["events"]["release"]["time_s"] for d in found["deliveries"]]
    assert len(starts) == 3
    assert np.diff(starts) == pytest.approx([4.0, 4.0], abs=0.01)


def test_a_windows_edge_keeps_other_deliveries_out() -> None:
    series = bodies.pitch(120.0, count=3)
    found = pitching.analyse(series, height_m=HEIGHT_M, windows=[(4.0, 7.5)])
    assert [round(d["events"]["release"]["time_s"]) for d in found["deliveries"]] == [6]
