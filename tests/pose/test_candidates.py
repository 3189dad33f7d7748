"""Who: pieces of a track are joined, the athlete is chosen by motion, and the result survives JSON."""

from __future__ import annotations

import json

import numpy as np
import pytest

from shadow_trainer.pose.tracking.candidates import Scan, describe, rank
from shadow_trainer.pose.tracking.relink import Linked, link
from shadow_trainer.pose.tracking.scan import conclude
from shadow_trainer.pose.tracking.tracker import Track

from .stick import LIFT_S, RELEASE_S, pitch, stand, walk

TIMES = np.arange(0, 5, 0.05)
RED, BLUE = np.eye(64)[0], np.eye(64)[9]


def track(
    times: np.ndarray,
    points: np.ndarray,
    *,
    shot: int = 0,
    size: float = 400.0,
    looks: np.ndarray = RED,
    flag: float = 1.0,
) -> Track:
    """A track as the follower would leave it."""
    hips = points[:, 23:25].mean(1)
    rois = [np.array([x, y, size, 0.0]) for x, y in hips]
    return Track(shot, times.tolist(), rois, list(points), [flag] * len(times), looks, b"jpeg")


def beside(times: np.ndarray) -> np.ndarray:
    """Somebody who stands a few metres off."""
    return stand(times) + np.array([500.0, 0.0])


def person_of(move, **more: float):  # noqa: ANN001, ANN201
    return describe(Linked((track(TIMES, move(TIMES), **more),)), 0)


def test_who_throws_is_chosen_not_who_is_large() -> None:
    people = rank([person_of(stand, size=900.0), person_of(walk, size=500.0), person_of(pitch, size=150.0)])
    scan = conclude(people, [])
    assert scan.person().height_px == pytest.approx(120.0)
    assert scan.windows and scan.windows[0][0] < RELEASE_S < scan.windows[0][1]


def test_people_but_no_pitch_leaves_the_windows_empty() -> None:
    scan = conclude(rank([person_of(beside), person_of(walk)]), [])
    assert len(scan.people) == 2 and scan.chosen is None and scan.windows == ()


def test_a_person_chosen_by_hand_is_measured_even_without_a_pitch() -> None:
    scan = conclude(rank([person_of(pitch), person_of(beside)]), [])
    assert scan.windows_of(1) == [(0.0, pytest.approx(4.95))]
    with pytest.raises(KeyError):
        scan.windows_of(7)


def test_a_doubtful_choice_says_so() -> None:
    scan = conclude(rank([person_of(lambda t: pitch(t, lift=0.0))]), [])
    assert [w["code"] for w in scan.warnings] == ["pitcher_uncertain"]


def test_a_scan_survives_json() -> None:
    scan = conclude(rank([person_of(pitch), person_of(beside)]), [1.5])
    again = Scan.from_dict(json.loads(json.dumps(scan.as_dict(), allow_nan=False)))
    assert again.as_dict() == scan.as_dict()
    assert again.people[0].thumbnail is None


def test_a_gap_in_a_shot_is_bridged() -> None:
    points = stand(TIMES)
    pieces = [track(TIMES[:40], points[:40]), track(TIMES[60:], points[60:])]
    (person,) = link(pieces)
    assert len(person.pieces) == 2


@pytest.mark.parametrize(
    "change",
    [{"looks": BLUE}, {"size": 900.0}, {"shot": 1, "size": 600.0}],
    ids=["other clothes", "other size", "other shot, other size"],
)
def test_another_person_is_not_joined(change: dict) -> None:
    points = stand(TIMES)
    assert len(link([track(TIMES[:40], points[:40]), track(TIMES[60:], points[60:], **change)])) == 2


def test_a_pitch_is_found_though_somebody_walks_past_in_the_middle_of_it() -> None:
    points = pitch(TIMES)
    hidden = (TIMES > 1.6) & (TIMES < 1.9)
    before, after = TIMES < 1.6, TIMES > 1.9
    assert hidden.any()
    (linked,) = link([track(TIMES[before], points[before]), track(TIMES[after], points[after])])
    person = describe(linked, 0)
    assert len(person.windows) == 1 and set(person.pieces) == {0}


def test_somebody_elsewhere_is_not_joined() -> None:
    points = stand(TIMES)
    assert len(link([track(TIMES[:40], points[:40]), track(TIMES[60:], points[60:] + 700)])) == 2


def test_the_same_place_and_clothes_after_a_cut_is_the_same_person() -> None:
    points = stand(TIMES)
    assert len(link([track(TIMES[:40], points[:40]), track(TIMES[41:], points[41:], shot=1)])) == 1


def test_a_second_track_on_the_same_person_is_not_listed() -> None:
    assert len(rank([person_of(pitch), person_of(pitch), person_of(beside)])) == 2


def test_a_part_of_the_pitcher_is_not_taken_for_the_pitcher() -> None:
    half = TIMES >= 1.0
    part = describe(Linked((track(TIMES[half], pitch(TIMES)[half], size=250.0),)), 1)
    whole = person_of(lambda t: pitch(t, lift=0.3))
    assert part.score > whole.score > 0
    (person,) = rank([part, whole])
    assert person.height_px == pytest.approx(320.0)


def test_a_pitcher_far_behind_somebody_near_is_kept() -> None:
    people = rank([person_of(pitch, size=150.0), person_of(stand, size=800.0)])
    assert len(people) == 2 and people[0].height_px == pytest.approx(120.0)


def test_glimpses_and_trees_are_no_people() -> None:
    points = stand(TIMES)
    assert link([track(TIMES[:4], points[:4]), track(TIMES, points, flag=0.6)]) == []


def followed_through(times: np.ndarray) -> np.ndarray:
    """A pitch after which the rear leg comes up and the arm swings once more, a second later."""
    points, again = pitch(times), pitch(times - 1.3, lift=0.5)
    late = 1 / (1 + np.exp(-(times - RELEASE_S - 0.2) / 0.02))
    return points + late[:, None, None] * (again - stand(times))


def test_a_pitch_whose_follow_through_looks_like_another_is_one_window() -> None:
    person = person_of(followed_through)
    assert [(start < LIFT_S - 0.6, end > RELEASE_S + 0.5) for start, end in person.windows] == [(True, True)]


def test_two_pitches_soon_after_each_other_part_where_the_first_has_ended() -> None:
    times = np.arange(0, 9, 0.05)
    points = np.where((times < 3.6)[:, None, None], pitch(times), pitch(times - 3.4))
    person = describe(Linked((track(times, points),)), 0)
    (_, first_end), (second_start, _) = person.windows
    assert RELEASE_S + 0.6 < first_end <= second_start < LIFT_S + 3.4
