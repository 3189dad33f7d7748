"""What is measured: the windows of the athlete, and around each release that a coach set, of whomever they tapped."""

from __future__ import annotations

import numpy as np
import pytest

from shadow_trainer.errors import BadRequest
from shadow_trainer.pose import landmarks as measuring
from shadow_trainer.pose.raw_track import RawTrack
from shadow_trainer.pose.tracking.candidates import Person, Scan
from shadow_trainer.pose.tracking.spans import Span, plan


def person(
    number: int, first_s: float, last_s: float, *windows: tuple[float, float], fastest_s: float = 0.0
) -> Person:
    times = np.arange(first_s, last_s + 1e-9, 0.05)
    return Person(
        number, 0.5, first_s, last_s, last_s - first_s, 400.0, 9.0 - number, times, np.ones((len(times), 4)),
        np.zeros(len(times), int), windows, fastest_s=fastest_s,
    )  # fmt: skip


PITCHER, CATCHER, REPLAYED = person(0, 0.0, 20.0, (2.0, 5.0)), person(1, 0.0, 20.0), person(2, 25.0, 40.0)
SCAN = Scan((PITCHER, CATCHER, REPLAYED), 0, PITCHER.windows)
NOBODY_THROWS = Scan((person(0, 0.0, 20.0, fastest_s=7.0), CATCHER), None, ())


def test_without_a_word_it_is_the_windows_of_the_athlete() -> None:
    assert plan(SCAN) == [Span(2.0, 5.0, 0)]
    assert plan(SCAN, 1) == [Span(0.0, 20.0, 1)]


def test_a_release_inside_a_window_needs_nothing_more() -> None:
    assert plan(SCAN, None, [(3.0, None)]) == plan(SCAN, None, [(3.0, 0)]) == [Span(2.0, 5.0, 0)]


def test_a_release_elsewhere_is_measured_beside_the_windows() -> None:
    first, second = plan(SCAN, None, [(12.0, None)])
    assert first == Span(2.0, 5.0, 0)
    assert second.person == 0 and second.start_s < 12.0 - 3.0 and second.end_s > 12.5


def test_the_window_that_breaks_off_at_a_release_is_measured_further() -> None:
    (longer,) = plan(SCAN, None, [(4.95, 0)])
    assert longer.start_s <= 1.6 and longer.end_s > 5.5 and longer.person == 0


def test_a_pitch_right_after_another_begins_where_that_one_ends() -> None:
    first, second = plan(SCAN, None, [(6.5, 0)])
    assert first == Span(2.0, 5.0, 0) and second.start_s == 5.0 and second.end_s > 7.0


def test_the_pitcher_may_be_another_track_after_a_cut() -> None:
    first, second = plan(SCAN, None, [(30.0, None)])[-1:] + plan(SCAN, 0, [(30.0, 2)])[-1:]
    assert first.person == second.person == 2
    assert plan(SCAN, 0, [(30.0, 2)])[0] == Span(2.0, 5.0, 0)


def test_the_one_who_was_tapped_goes_before_the_one_who_was_chosen() -> None:
    spans = plan(SCAN, None, [(4.0, 1)])
    assert [span.person for span in spans] == [1]


def test_where_nobody_seems_to_throw_the_fastest_hand_is_looked_at() -> None:
    (guess,) = plan(NOBODY_THROWS)
    assert guess.person == 0 and guess.start_s < 7.0 < guess.end_s
    (said,) = plan(NOBODY_THROWS, None, [(14.0, 1)])
    assert said.person == 1 and said.start_s < 14.0 < said.end_s


@pytest.mark.parametrize(
    ("releases", "code"),
    [([(30.0, 0)], "person_not_there"), ([(60.0, None)], "person_not_there"), ([(3.0, 9)], "no_such_person")],
)
def test_a_release_of_somebody_who_is_not_there_is_refused_with_what_to_do(releases: list, code: str) -> None:
    with pytest.raises(BadRequest) as refused:
        plan(SCAN, None, releases)
    assert refused.value.code == code and refused.value.fix


def test_what_was_measured_is_not_measured_again(monkeypatch: pytest.MonkeyPatch) -> None:
    times = np.arange(0.0, 20.0, 0.1)
    before, one = RawTrack.empty(times), Span(2.0, 5.0, 0)
    rows = (times >= 2.0) & (times < 5.0)
    before.window_id[rows], before.measured[rows], before.landmarks_px[rows] = 0, True, 7.0
    asked = []

    def window(_engine, _frames, athlete, wanted, *_):  # noqa: ANN001, ANN202
        asked.append((athlete.id, wanted))
        return iter(())

    monkeypatch.setattr(measuring, "measure_window", window)
    two = Span(9.0, 12.0, 1)
    track = measuring.landmarks(
        None, None, None, SCAN, spans=[one, two], known=[(before, [one])], times=times
    )
    assert asked == [(1, (9.0, 12.0))]
    np.testing.assert_array_equal(track.measured, rows)
    assert (track.window_id[rows] == 0).all() and np.nanmax(track.landmarks_px) == 7.0
