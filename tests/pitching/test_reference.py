"""The built-in reference keeps the figures of docs/method.md, section 7."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

import numpy as np
import pytest

from shadow_trainer.errors import BadRequest
from shadow_trainer.pitching import angles
from shadow_trainer.pitching.reference import Reference, elite
from shadow_trainer.pitching.reference.elite import DATA, keyframes, points_at
from shadow_trainer.pitching.world import joint, mid_hip

ROUND_TRIP = {
    "pelvis_rotation": "pelvis_rot",
    "trunk_rotation": "trunk_rot",
    "trunk_forward_tilt": "trunk_fwd_tilt",
    "trunk_lateral_tilt": "trunk_lat_tilt_glove_pos",
    "shoulder_abduction": "thr_abd",
    "shoulder_horizontal_abduction": "thr_hz_abd",
    "shoulder_external_rotation": "thr_ER",
    "elbow_flexion": "thr_elbow",
    "glove_shoulder_abduction": "glv_abd",
    "glove_shoulder_horizontal_abduction": "glv_hz_abd",
    "glove_shoulder_external_rotation": "glv_ER",
    "glove_elbow_flexion": "glv_elbow",
}
FINE = np.arange(-1.2, 0.4, 0.001)
HEIGHT_M = 1.88


@pytest.mark.parametrize(("angle", "channel"), ROUND_TRIP.items())
def test_our_formulas_give_back_every_key_framed_angle(angle: str, channel: str) -> None:
    _, time_s, table = keyframes()
    assert angles.all_angles(points_at(time_s))[angle] == pytest.approx(table[channel], abs=1e-6)


@pytest.mark.parametrize("role", ["lead", "rear"])
def test_knees_come_out_as_the_table_says(role: str) -> None:
    with DATA.open(encoding="utf-8", newline="") as file:
        wanted = [float(row[f"{role}_knee_flex_result"]) for row in csv.DictReader(file)]
    got = angles.all_angles(points_at(keyframes()[1]))[f"{role}_knee_flexion"]
    assert got == pytest.approx(wanted, abs=0.6)  # the table has whole degrees


@pytest.mark.parametrize(
    ("velocity", "peak", "when_ms"),
    [
        ("pelvis_rotation_velocity", 735, 40),
        ("trunk_rotation_velocity", 1188, 49),
        ("elbow_extension_velocity", 2521, 122),
        ("shoulder_internal_rotation_velocity", 4745, 150),
    ],
)
def test_angular_velocities_peak_where_they_were_checked(velocity: str, peak: float, when_ms: float) -> None:
    speed = angles.velocities(angles.all_angles(points_at(FINE)), FINE)[velocity]
    assert speed.max() == pytest.approx(peak, rel=0.004)
    assert 1000 * FINE[speed.argmax()] == pytest.approx(when_ms, abs=1.5)


def test_the_hand_has_its_plateau_and_its_place_at_release() -> None:
    wrist = HEIGHT_M * joint(points_at(FINE), "throwing_wrist")
    speed = np.linalg.norm(np.gradient(wrist, 0.001, axis=0), axis=1)
    assert speed.max() == pytest.approx(26, abs=0.5)
    assert 0.115 <= FINE[speed.argmax()] <= 0.150
    release = np.abs(FINE - 0.140).argmin()
    assert wrist[release] / HEIGHT_M == pytest.approx([0.93, -0.25, 0.75], abs=0.012)


def test_pelvis_speed_and_separation_are_those_of_section_7() -> None:
    points = points_at(FINE) * HEIGHT_M
    speed = np.linalg.norm(np.gradient(mid_hip(points), 0.001, axis=0), axis=1)
    assert speed.max() == pytest.approx(2.4, abs=0.15)
    # Up to release: in the set the chest is turned, not separated.
    late = FINE > -0.15
    separation = angles.all_angles(points)["hip_shoulder_separation"][late]
    assert separation.max() == pytest.approx(48, abs=0.6)
    assert FINE[late][separation.argmax()] == pytest.approx(0.0, abs=0.01)


def test_no_leg_overreaches_and_bones_keep_their_length() -> None:
    points = points_at(FINE)
    for role in ("lead", "rear"):
        hip, knee, ankle = (joint(points, f"{role}_{part}") for part in ("hip", "knee", "ankle"))
        assert np.linalg.norm(knee - hip, axis=1) == pytest.approx(0.26, abs=1e-6)
        assert np.linalg.norm(ankle - knee, axis=1) == pytest.approx(0.257, abs=1e-6)


def test_the_reference_has_every_landmark_and_its_events_in_order() -> None:
    one = elite()
    assert np.isfinite(one.points).all()
    assert one.height_m == HEIGHT_M
    assert list(one.events.values()) == sorted(one.events.values())
    assert one.events["foot_contact"] == 0.0


def test_a_reference_without_its_events_is_refused() -> None:
    one = elite()
    with pytest.raises(BadRequest, match="foot_contact"):
        Reference("x", one.time_s, one.points, {"leg_lift": 0.0, "release": 1.0}, 1.8)


def test_a_reference_saved_is_the_same_reference() -> None:
    file = io.BytesIO()
    replace(elite(), name="mine", hand="left").save(file)
    back = Reference.load(io.BytesIO(file.getvalue()))
    assert (back.name, back.hand) == ("mine", "left")
    assert back.events == elite().events
    assert back.points == pytest.approx(elite().points, abs=1e-6)


@pytest.mark.parametrize("content", [b"", b"PK broken", b"no archive"])
def test_what_is_no_reference_is_one_sentence(content: bytes) -> None:
    with pytest.raises(BadRequest):
        Reference.load(io.BytesIO(content))
