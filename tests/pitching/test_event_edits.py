"""Moved events, several pitches, the camera's place, warnings: what the coach can change or should know."""

from __future__ import annotations

import numpy as np
import pytest

from shadow_trainer import pitching
from shadow_trainer.body.series import PoseSeries
from shadow_trainer.errors import BadRequest
from shadow_trainer.pitching import camera, consistency
from shadow_trainer.pitching.metrics import norms
from shadow_trainer.render import charts

from . import bodies

HEIGHT_M = 1.88


def values(analysis: dict, index: int = 0) -> dict[tuple[str, str], float]:
    return {(m["name"], m["event"]): m["value"] for m in analysis["deliveries"][index]["metrics"]}


def test_a_moved_event_moves_what_depends_on_it_and_nothing_else(pitch: PoseSeries) -> None:
    before = pitching.analyse(pitch, height_m=HEIGHT_M)
    contact = before["deliveries"][0]["events"]["foot_contact"]["time_s"]
    after = pitching.analyse(pitch, height_m=HEIGHT_M, events={0: {"foot_contact": contact + 0.03}})
    moved = after["deliveries"][0]["events"]["foot_contact"]
    assert moved["time_s"] == pytest.approx(contact + 0.03)
    assert not moved["estimated"]
    a, b = values(before), values(after)
    assert b["pelvis_rotation", "foot_contact"] - a["pelvis_rotation", "foot_contact"] > 10
    assert b["time_foot_contact_to_release", None] == pytest.approx(
        a["time_foot_contact_to_release", None] - 30
    )
    assert b["trunk_rotation", "release"] == pytest.approx(a["trunk_rotation", "release"])


def test_what_was_inferred_from_the_release_moves_with_it_and_what_was_seen_stays() -> None:
    slow = bodies.sampled(bodies.pitch(), 4)
    before = pitching.analyse(slow, height_m=HEIGHT_M)["deliveries"][0]["events"]
    guessed = {name for name, event in before.items() if event["estimated"]}
    assert "max_external_rotation" in guessed
    moved = {"release": before["release"]["time_s"] + 0.02}
    after = pitching.analyse(slow, height_m=HEIGHT_M, events={0: moved})["deliveries"][0]["events"]
    for name, event in before.items():
        by = 0.02 if name == "release" or name in guessed else 0.0
        assert after[name]["time_s"] == pytest.approx(event["time_s"] + by), name
    assert after["max_external_rotation"]["estimated"]
    with pytest.raises(BadRequest, match="must come after"):
        pitching.analyse(
            slow, height_m=HEIGHT_M, events={0: {"release": before["foot_contact"]["time_s"] - 0.05}}
        )


@pytest.mark.parametrize(
    "moved",
    [
        {0: {"no_such": 1.0}},
        {3: {"release": 1.0}},
        {0: {"release": 99.0}},
        {0: {"foot_contact": 2.5}},
    ],
)
def test_an_edit_that_cannot_be_is_refused(pitch: PoseSeries, moved: dict) -> None:
    with pytest.raises(BadRequest):
        pitching.analyse(pitch, height_m=HEIGHT_M, events=moved)


def test_level_changes_the_norms_and_never_the_values(pitch: PoseSeries) -> None:
    adult = pitching.analyse(pitch, height_m=HEIGHT_M)
    for level in norms.LEVELS:
        other = pitching.analyse(pitch, height_m=HEIGHT_M, level=level)
        assert values(other) == values(adult)
    with pytest.raises(BadRequest, match="level"):
        pitching.analyse(pitch, height_m=HEIGHT_M, level="martian")


def test_a_shoulder_line_is_never_scored_against_marker_clusters(pitch: PoseSeries) -> None:
    trapped = {"hip_shoulder_separation", "shoulder_horizontal_abduction", "trunk_rotation"}
    for level in norms.LEVELS:
        for metric in pitching.analyse(pitch, height_m=HEIGHT_M, level=level)["deliveries"][0]["metrics"]:
            if metric["name"] in trapped and metric["event"] == "foot_contact" and metric["norm"]:
                assert "cluster" not in str(metric["norm"]["source"]).lower()


def test_consistency_of_equal_pitches_is_no_spread() -> None:
    over_three = pitching.analyse(bodies.pitch(240.0, count=3), height_m=HEIGHT_M)["consistency"]
    assert over_three["n"] == 3
    for metric in over_three["metrics"]:
        if metric["unit"] == "deg":
            assert metric["sd"] < 1.0, metric["name"]
    assert all(f["count"] <= 3 and f["share"] <= 1 for f in over_three["faults"])


def test_a_fault_is_marked_in_three_of_five_pitches_and_not_in_one_of_two() -> None:
    fault = {"id": "short_stride", "title": "Short stride", "strength": 2.2}
    pitches = [{"metrics": [], "faults": [fault] if n < 3 else []} for n in range(5)]
    assert consistency.over(pitches)["faults"][0]["marked"]
    assert not consistency.over(pitches[2:4])["faults"][0]["marked"]
    assert consistency.over(pitches[:1]) == {}


@pytest.mark.parametrize("hand", ["right", "left"])
@pytest.mark.parametrize(
    ("azimuth_deg", "view"),
    [
        (0, "rear"),
        (15, "rear"),
        (90, "open-side"),
        (75, "open-side"),
        (180, "front"),
        (45, "other"),
        (-90, "other"),
    ],
)
def test_the_view_is_found_from_the_picture(azimuth_deg: float, view: str, hand: str) -> None:
    series = bodies.pitch(120.0)
    a = np.radians(azimuth_deg)  # the camera looks along this direction: 0 = to the plate
    look, up = np.array([np.cos(a), np.sin(a), 0.0]), np.array([0.0, 0.0, 1.0])
    matrix = 250.0 * np.stack([np.cross(look, up), -up])
    series = series.with_(landmarks_px=series.world_m @ matrix.T + 500.0)
    if hand == "left":
        # In a mirror, everything: the body, the world, and the picture from the other side.
        series = bodies.mirrored(series)
        flipped = matrix * np.array([1.0, -1.0, 1.0]) * np.array([[-1.0], [1.0]])
        series = series.with_(landmarks_px=series.world_m @ flipped.T + 500.0)
    assert camera.view_of(series, hand) == view
    analysis = pitching.analyse(series, height_m=HEIGHT_M)
    assert analysis["view"] == {"name": view, "source": "measured"}


def test_a_given_view_is_kept_and_a_pose_without_pixels_says_it_is_not_found(pitch: PoseSeries) -> None:
    given = pitching.analyse(pitch, height_m=HEIGHT_M, view="rear")["view"]
    assert given == {"name": "rear", "source": "given"}
    assert pitching.analyse(pitch, height_m=HEIGHT_M)["view"]["source"] == "not found"


@pytest.mark.parametrize(
    ("fps", "code"), [(30.0, "few_frames"), (60.0, "few_frames_for_the_arm"), (240.0, None)]
)
def test_too_few_frames_are_said(fps: float, code: str | None) -> None:
    analysis = pitching.analyse(bodies.pitch(fps), height_m=HEIGHT_M, throws="right")
    codes = {w["code"] for w in analysis["warnings"]}
    assert code in codes if code else not codes & {"few_frames", "few_frames_for_the_arm"}
    assert all(w["message"] and w["fix"] for w in analysis["warnings"])


def test_what_30_frames_cannot_show_is_not_shown_as_if_it_could() -> None:
    delivery = pitching.analyse(bodies.pitch(30.0), height_m=HEIGHT_M, throws="right")["deliveries"][0]
    for metric in delivery["metrics"]:
        if metric["event"] in ("release", "max_external_rotation") or metric["unit"] == "deg/s":
            assert metric["confidence"] == "low", metric["name"]
    assert delivery["events"]["max_external_rotation"]["estimated"]


def test_a_small_pitcher_and_a_hidden_hand_are_said(pitch: PoseSeries) -> None:
    matrix = 100.0 * np.array([[1.0, 0.0, 0.0], [0.0, 0.0, -1.0]])
    confidence = np.ones((len(pitch), 33))
    confidence[:, [15, 16]] = 0.2
    series = pitch.with_(landmarks_px=pitch.world_m @ matrix.T + 300.0, confidence=confidence)
    codes = {w["code"] for w in pitching.analyse(series, height_m=HEIGHT_M)["warnings"]}
    assert {"small_in_the_picture", "hand_hidden_at_release"} <= codes


@pytest.mark.parametrize(("share", "said"), [(0.0, False), (0.015, False), (0.05, True)])
def test_a_camera_that_moves_is_said_and_does_not_move_the_athlete(
    pitch: PoseSeries, share: float, said: bool
) -> None:
    still = bodies.filmed(pitch)
    unmoved = pitching.analyse(still, height_m=HEIGHT_M)
    (delivery,) = unmoved["deliveries"]
    inside = (pitch.time_s >= delivery["start_s"]) & (pitch.time_s <= delivery["end_s"])
    pan = np.zeros((len(pitch), 2))
    pan[inside, 0] = np.linspace(0.0, share * 1000.0, inside.sum())  # the picture is 1000 pixels wide
    held = still.with_(
        landmarks_px=still.landmarks_px + pan[:, None], extras={**still.extras, "camera_shift_px": pan}
    )
    again = pitching.analyse(held, height_m=HEIGHT_M)
    assert ("camera_moves" in {w["code"] for w in again["warnings"]}) is said
    assert values(again) == pytest.approx(values(unmoved), nan_ok=True)


def test_every_angle_and_every_velocity_that_is_kept_has_a_chart(pitch: PoseSeries) -> None:
    curves = pitching.analyse(pitch, height_m=HEIGHT_M)["series"][0]
    drawn = {name for plan in charts.PLANS for name, _, _ in plan.curves}
    assert set(curves) - {"time_s", "shadow"} == drawn == set(curves["shadow"])
