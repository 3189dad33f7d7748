"""The words and geometry of what is shown, without a request."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shadow_trainer.errors import BadRequest
from shadow_trainer.jobs.stages import STAGES
from shadow_trainer.web.forms import parse_height
from shadow_trainer.web.presenters import analysis, metrics, report
from tests.web import documents


@pytest.mark.parametrize(
    ("text", "metres"),
    [
        ("1.88", 1.88),
        ("1,88 m", 1.88),
        ("188", 1.88),
        ("188 cm", 1.88),
        ("6'2\"", 1.8796),
        ("6 ft 2", 1.8796),
        ("6’", 1.8288),
        (1.7, 1.7),
    ],
)
def test_a_height_may_be_written_as_people_write_it(text: object, metres: float) -> None:
    assert parse_height(text) == pytest.approx(metres)


@pytest.mark.parametrize("text", ["tall", "9 m", "0", "-1.8", "6'2'4", "nan", "1e3"])
def test_what_is_no_height_is_refused(text: str) -> None:
    with pytest.raises(BadRequest, match="height"):
        parse_height(text)


def test_a_hand_that_was_guessed_is_called_a_guess() -> None:
    document = documents.document()
    assert ("Throws", "Left-handed (found in the film)") in report.build(document).facts
    document["warnings"] = [{"code": "hand_uncertain", "message": "…", "fix": "…"}]
    assert ("Throws", "Left-handed (a guess)") in report.build(document).facts


def test_the_stage_that_runs_tells_its_frames() -> None:
    status = {"status": "processing", "stage": "pose", "frames_done": 120, "frames_total": 262}
    rows = {row.name: row for row in analysis.stage_rows(STAGES, status)}
    assert (rows["scan"].state, rows["pose"].state, rows["render"].state) == ("done", "now", "next")
    assert rows["pose"].detail == "frame 120 of 262"
    assert rows["render"].detail == ""


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (None, ""),
        (3, "a few seconds"),
        (32, "about 30 seconds"),
        (100, "about 2 minutes"),
        (7300, "about 2 hours"),
    ],
)
def test_an_estimate_is_as_rough_as_it_is(seconds: float | None, words: str) -> None:
    assert analysis.duration_words(seconds) == words


def test_dates_are_told_as_people_tell_them() -> None:
    now = datetime(2026, 3, 20, 12, tzinfo=UTC)
    told = [analysis.ago(now - timedelta(seconds=s), now) for s in (5, 200, 7300, 400_000)]
    assert told == ["just now", "3 minutes ago", "2 hours ago", "15 Mar 2026"]


@given(st.floats(-500, 500), st.floats(0, 200), st.floats(-300, 300), st.floats(0.1, 100))
def test_the_bar_stays_in_its_frame_and_in_order(value: float, error: float, mean: float, sd: float) -> None:
    metric = {
        "name": "x",
        "event": "release",
        "value": value,
        "unit": "deg",
        "error": error,
        "confidence": "high",
    }
    row = metrics.metric_row({**metric, "norm": {"mean": mean, "sd": sd}, "z": (value - mean) / sd})
    assert row.bar is not None
    assert 0 <= row.bar.error_from <= row.bar.marker <= row.bar.error_to <= row.bar.width
    assert row.bar.beyond == (abs(value - mean) > metrics.BAR_SD * sd)


@pytest.mark.parametrize(("seconds", "words"), [(2.4131, "2.413 s"), (75.2, "1:15.2"), (0, "0.000 s")])
def test_times_are_clear(seconds: float, words: str) -> None:
    assert report.clock(seconds) == words
