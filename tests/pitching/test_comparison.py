"""The shadow and the similarity: the reference against itself, against others, on other bodies."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shadow_trainer import pitching
from shadow_trainer.body.skeleton import MIRROR
from shadow_trainer.errors import BadRequest
from shadow_trainer.pitching.reference import comparison, elite, retarget, similarity, time_warp
from shadow_trainer.pitching.world import joint

from . import bodies

FEW = settings(max_examples=20, deadline=None)
ONE = elite()
ALL_SEEN = np.ones((len(ONE.time_s), 33))


def against(points: np.ndarray, confidence: np.ndarray = ALL_SEEN, events: dict | None = None) -> dict:
    return comparison.similarity_of(points, ONE.time_s, confidence, events or ONE.events, ONE.height_m, ONE)


def test_the_reference_against_itself_scores_100() -> None:
    compared = against(ONE.points)
    assert compared["overall"] == pytest.approx(100.0, abs=1e-6)
    assert all(j["score"] == pytest.approx(100.0, abs=1e-6) for j in compared["joints"])
    assert all(row["difference_ms"] == pytest.approx(0.0) for row in compared["intervals_ms"])


@FEW
@given(scale=st.floats(0.6, 1.2), turn=st.floats(-180, 180))
def test_size_and_heading_do_not_count(scale: float, turn: float) -> None:
    body = retarget.turn(ONE.points * scale, turn)
    compared = comparison.similarity_of(body, ONE.time_s, ALL_SEEN, ONE.events, ONE.height_m * scale, ONE)
    assert compared["overall"] == pytest.approx(100.0, abs=1e-3)


def test_another_rhythm_is_a_difference_in_time_and_not_in_shape() -> None:
    slow = {name: 1.2 * when for name, when in ONE.events.items()}
    compared = comparison.similarity_of(ONE.points, 1.2 * ONE.time_s, ALL_SEEN, slow, ONE.height_m, ONE)
    assert compared["overall"] == pytest.approx(100.0, abs=0.5)
    row = next(r for r in compared["intervals_ms"] if (r["from"], r["to"]) == ("foot_contact", "release"))
    assert row["difference_ms"] == pytest.approx(28.0, abs=0.01)


def test_a_changed_arm_lowers_the_arm_and_nothing_below_it() -> None:
    points = ONE.points.copy()
    shoulder = joint(points, "throwing_shoulder")
    for part in (14, 16, 18, 20, 22):
        points[:, part] = shoulder + retarget.turn((points[:, part] - shoulder)[:, None], 40.0)[:, 0]
    scores = {j["name"]: j["score"] for j in against(points)["joints"]}
    assert scores["throwing_upper_arm"] < 60
    assert scores["pelvis"] == pytest.approx(100, abs=1e-6)
    assert scores["lead_shank"] == pytest.approx(100, abs=1e-6)


def test_what_is_hardly_seen_has_no_number() -> None:
    compared = against(ONE.points, 0.2 * ALL_SEEN)
    assert compared["overall"] is None
    assert compared["message"] == "not enough seen"


def test_legs_out_of_the_picture_still_leave_a_number_and_no_score_for_them() -> None:
    seen = ALL_SEEN.copy()
    seen[:, 25:] = 0.0
    compared = against(ONE.points, seen)
    assert compared["overall"] == pytest.approx(100, abs=1e-6)
    assert compared["usable_weight"] == pytest.approx(0.7, abs=0.01)
    assert all(j["score"] is None for j in compared["joints"] if j["group"] == "legs")


@FEW
@given(st.lists(st.floats(0.03, 1.0), min_size=7, max_size=7))
def test_every_event_of_the_one_falls_on_that_of_the_other(gaps: list[float]) -> None:
    times = dict(zip(ONE.events, np.cumsum([0.0, *gaps]), strict=True))
    ours = np.array(list(times.values()))
    assert time_warp.to_reference(ours, times, ONE.events) == pytest.approx(list(ONE.events.values()))
    fine = np.linspace(ours[0] - 1, ours[-1] + 1, 500)
    assert (np.diff(time_warp.to_reference(fine, times, ONE.events)) > 0).all()


def test_real_speed_runs_at_its_own_speed_and_meets_at_foot_contact() -> None:
    times = {name: 5.0 + 2.0 * when for name, when in ONE.events.items()}
    clock = time_warp.to_reference(np.array([4.9, 5.0, 5.1]), times, ONE.events, time_warp.REAL_SPEED)
    assert clock == pytest.approx([-0.1, 0.0, 0.1])


def test_hands_that_part_before_the_leg_lift_do_not_break_the_clock() -> None:
    times = {**ONE.events, "hand_separation": ONE.events["leg_lift"] - 0.05}
    fine = np.linspace(-1.2, 0.4, 400)
    assert (np.diff(time_warp.to_reference(fine, times, ONE.events)) > 0).all()


def test_the_shadow_has_the_athletes_bones_and_the_references_directions() -> None:
    body = ONE.points * 0.8
    overlaid = comparison.on_athlete(body, ONE.time_s, ONE.events, ONE.height_m * 0.8, ONE)
    ours, theirs = retarget.bone_lengths(body), retarget.bone_lengths(overlaid)
    assert theirs == pytest.approx(ours, rel=1e-6)
    for bone in similarity.BONES:
        apart = np.cross(similarity.direction(overlaid, bone), similarity.direction(body, bone))
        assert np.linalg.norm(apart, axis=1).max() < 1e-6


def test_the_shadows_feet_stand_where_the_athletes_stand() -> None:
    overlaid = comparison.on_athlete(ONE.points, ONE.time_s, ONE.events, ONE.height_m, ONE)
    assert overlaid == pytest.approx(ONE.points, abs=1e-6)


def test_a_left_handers_shadow_is_the_mirror_image_and_lies_on_him() -> None:
    series = bodies.mirrored(bodies.pitch())
    analysis = {
        "athlete": {"throws": "left", "height_m": ONE.height_m},
        "deliveries": [
            {
                "start_s": bodies.BEFORE_S,
                "end_s": bodies.BEFORE_S + 1.6,
                "events": {
                    name: {"time_s": bodies.BEFORE_S + when - ONE.time_s[0]}
                    for name, when in ONE.events.items()
                },
            }
        ],
    }
    camera = np.array([[300.0, 0.0, 0.0], [0.0, 0.0, -300.0]])
    series = series.with_(landmarks_px=series.world_m @ camera.T + 400.0)
    for mode in time_warp.MODES:
        overlaid = comparison.overlay(series, analysis, ONE, mode)
        rows = np.isfinite(overlaid.world_m).all(axis=(1, 2))
        assert rows.sum() == pytest.approx(1.6 * 240, abs=2)
        assert overlaid.world_m[rows] == pytest.approx(series.world_m[rows], abs=1e-4)
        assert overlaid.landmarks_px[rows] == pytest.approx(series.landmarks_px[rows], abs=0.5)
    assert ONE.points[:, MIRROR].shape == ONE.points.shape


def test_an_unknown_play_mode_is_refused() -> None:
    with pytest.raises(BadRequest, match="play mode"):
        comparison.overlay(
            bodies.pitch(), {"athlete": {"throws": "right"}, "deliveries": []}, ONE, "backwards"
        )


def test_one_delivery_of_several_can_have_the_shadow_alone() -> None:
    series = bodies.pitch(120.0, count=2)
    analysis = pitching.analyse(series, height_m=ONE.height_m, throws="right")
    both, _ = pitching.reference_overlay(series, analysis)
    second, px = pitching.reference_overlay(series, analysis, 1, "real_speed")
    assert np.isnan(px).all(), "no camera, no pixels"
    seen = np.isfinite(second).all(axis=(1, 2))
    assert series.time_s[seen].min() > 4.0
    assert np.isfinite(both).all(axis=(1, 2)).sum() > seen.sum()
    with pytest.raises(BadRequest):
        pitching.reference_overlay(series, analysis, 2)
