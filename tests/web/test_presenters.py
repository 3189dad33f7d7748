"""The words and geometry of what is shown, without a request."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shadow_trainer import labels
from shadow_trainer.errors import BadRequest
from shadow_trainer.jobs.pipeline.stages import table
from shadow_trainer.render import report as standalone
from shadow_trainer.web.forms.analysis import parse_height
from shadow_trainer.web.presenters import analysis, metrics, report, timing
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
    assert ("Throws", "Left-handed (found in the video)") in report.build(document).facts
    document["warnings"] = [{"code": "hand_uncertain", "message": "…", "fix": "…"}]
    assert ("Throws", "Left-handed (a guess)") in report.build(document).facts


def test_the_stage_that_runs_tells_its_frames() -> None:
    status = {"status": "processing", "stage": "pose", "frames_done": 120, "frames_total": 262}
    rows = {row.name: row for row in analysis.stage_rows(table(), status)}
    assert (rows["scan"].state, rows["pose"].state, rows["report"].state) == ("done", "now", "next")
    assert rows["pose"].detail == "frame 120 of 262"
    assert rows["report"].detail == ""
    assert "videos" not in rows, "what nobody waits for is no step of the way"


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


def test_an_interval_with_an_inferred_end_or_shorter_than_a_frame_is_no_difference() -> None:
    events = {
        name: {"estimated": name == "max_internal_rotation"} for name in ("release", "max_internal_rotation")
    }
    rows = [
        {"from": "release", "to": "max_internal_rotation", "athlete_ms": 26.0, "reference_ms": 26.0, "difference_ms": 0.0},
        {"from": "foot_contact", "to": "release", "athlete_ms": 150.0, "reference_ms": 140.0, "difference_ms": 10.0},
    ]  # fmt: skip
    delivery = {"events": events, "similarity": {"intervals_ms": rows}}
    guessed, seen = timing.intervals(delivery, fps=60.0)
    assert (guessed.guessed, guessed.difference) == (True, "–")
    assert (seen.guessed, seen.difference, seen.words) == (False, "+10 ms", "less than a frame")
    assert timing.intervals(delivery, fps=240.0)[1].words == ""


def test_the_sequence_tells_order_times_peaks_and_the_lag_with_its_error() -> None:
    def segment(name: str, time_s: float, speed: float) -> dict:
        return {"name": name, "label": name.capitalize(), "time_s": time_s, "percent": 1e3 * (time_s - 2) / 1.5,
                "typical_percent": 32, "peak_deg_s": speed}  # fmt: skip

    delivery = {
        "events": {"foot_contact": {"time_s": 2.0}},
        "metrics": [{"name": timing.LAG, "value": -12.0, "error": 8.0}],
        "sequence": {
            "order": ["trunk", "pelvis"],
            "segments": [segment("pelvis", 2.06, 700.0), segment("trunk", 2.048, 1100.0)],
            "confidence": "low",
        },
    }
    sequence = timing.sequence(delivery)
    assert [peak.label for peak in sequence.peaks] == ["Trunk", "Pelvis"]
    assert (sequence.peaks[1].after_contact, sequence.peaks[1].percent, sequence.peaks[1].speed) == (
        "+60 ms",
        "40 %",
        "700°/s",
    )
    assert sequence.lag == "The trunk is fastest 12 ± 8 ms before the pelvis."
    assert not sequence.sure
    assert timing.sequence({"events": {}}) is None


def test_a_report_says_where_the_numbers_of_adults_stand_in() -> None:
    document = {**documents.document(), "level": "youth"}
    assert report.build(document).stand_in == ""
    metric = {**document["deliveries"][0]["metrics"][1]}
    metric["norm"] = {**metric["norm"], "source": "adult reference; OpenBiomechanics"}
    document["deliveries"] = [{**document["deliveries"][0], "metrics": [metric]}]
    assert "half as wide again" in report.build(document).stand_in
    assert "half as wide" not in report.build({**document, "level": "pro"}).stand_in
    assert report.build({**document, "level": "adult"}).stand_in == ""


def test_a_questionable_pitch_says_so_and_a_sure_one_says_nothing() -> None:
    document = documents.document(2)
    document["deliveries"][1] |= {"questionable": True, "probability": 0.39, "missing": ["lift"]}
    sure, questionable = report.build(document).deliveries
    assert sure.doubt == ""
    assert questionable.doubt.startswith("Not sure this is a pitch: 39 %.")


def test_a_result_of_an_earlier_release_speaks_of_no_surgery() -> None:
    document = documents.document()
    fault = document["deliveries"][0]["faults"][0]
    old = "In a review, early trunk rotation was the one movement linked to later surgery."
    fault |= {"why": old, "text": f"{fault['seen']} {old}"}
    shown = report.build(document).selected
    assert shown is not None and fault["seen"][:20] in f"{shown.findings[0].title} {shown.findings[0].text}"
    assert "surgery" not in shown.findings[0].text
    assert "surgery" not in standalone.page(document, [], [])


def test_one_scale_of_doubt_for_events_findings_and_numbers() -> None:
    seen = [{"confidence": share, "estimated": False} for share in (0.95, 0.8, 0.7, 0.5, 0.3, None)]
    assert [labels.event_confidence(event) for event in seen] == [
        "high",
        "high",
        "medium",
        "medium",
        "low",
        None,
    ]
    assert labels.event_confidence({"confidence": 0.99, "estimated": True}) == "low"
    assert labels.certainty_parts("medium — from behind, 120 fps") == ("medium", "from behind, 120 fps")
    assert labels.certainty_parts("high") == ("high", "")
    assert labels.doubt("medium") == "●●○ likely" and labels.doubt("") == ""
    assert all(labels.doubt(one) in labels.doubt_key() for one in ("high", "medium", "low"))


def test_a_finding_is_a_sentence_about_the_pitcher() -> None:
    document = documents.document()
    pitch = document["deliveries"][0]
    pitch["strengths"].append(
        {**pitch["strengths"][0], "seen": "33°, in the middle of what good deliveries show."}
    )
    shown = report.build(document).selected
    assert shown is not None
    assert shown.findings[0].headline == "At foot strike the chest had already turned 18° toward the plate."
    assert shown.findings[0].headline not in shown.findings[0].reason
    assert shown.findings[0].confidence == "medium"
    assert shown.strengths[-1].headline.startswith("Forward tilt at release: 33°")


def test_what_to_film_otherwise_is_only_what_can_be_better() -> None:
    document = documents.document()
    document["view"]["name"], document["video"]["capture_fps"] = "rear", 60.0
    said = report.build(document).next_time
    assert "open side" in said and "240 fps" in said
    document["view"]["name"], document["video"]["capture_fps"] = "open-side", 239.8
    said = report.build(document).next_time
    assert "open side" not in said and "240" not in said and said.startswith("Come so close")
