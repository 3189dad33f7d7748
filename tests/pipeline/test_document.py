"""analysis.json: what the stages found, put together, is what docs/analysis.schema.json says it is."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from jsonschema import Draft202012Validator

from shadow_trainer import pitching
from shadow_trainer.body.series import PoseSeries
from shadow_trainer.cli import api
from shadow_trainer.jobs.pipeline import assumptions
from shadow_trainer.jobs.pipeline.document import build_document
from shadow_trainer.jobs.pipeline.request import AnalysisRequest
from shadow_trainer.pitching import stored
from shadow_trainer.pitching.verdicts import Said, Verdicts
from shadow_trainer.pose.tracking.candidates import Person, Scan
from shadow_trainer.video.info import VideoInfo
from shadow_trainer.vocabulary import Verdict
from tests.pitching import bodies

BEFORE = Path(__file__).parent.parent / "pitching" / "stored" / "analysis_1.json"
INFO = VideoInfo(
    width=1280, height=720, frame_count=600, fps=120.0, capture_fps=120.0, duration_s=5.0, rotation_deg=0,
    codec="h264", size_bytes=1, pixel_format="yuv420p", variable_frame_rate=False, has_audio=False,
    frame_count_exact=True, truncated=False, time_scale=1.0, part=(1.0, None),
    warnings=({"code": "cut", "message": "A part.", "fix": "Nothing."},),
)  # fmt: skip
PERSON = Person(0, 0.9, 0.0, 5.0, 5.0, 400.0, 9.0, np.zeros(1), np.zeros((1, 4)), np.zeros(1), ((0.5, 2.5),))


@pytest.fixture(scope="module")
def validator() -> Draft202012Validator:
    """The committed schema."""
    schema = json.loads(api.SCHEMA_FILE.read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def produced(work: Path, **options: Any) -> dict[str, Any]:
    """A document as the pipeline writes it, read back from its text; ``motion`` as motion.json has it."""
    motion = options.pop("motion", {"slow_motion_factor": 2.0})
    (work / "receipts").mkdir(parents=True)
    (work / "receipts" / "probe.json").write_text('{"stage": "probe", "seconds": 0.25}', encoding="utf-8")
    run = SimpleNamespace(
        work=work, request=AnalysisRequest(height_m=1.88), read_json=lambda name: {"fps": 60.0}
    )
    series = options.pop("series", bodies.pitch(120.0))
    document, _ = build_document(
        run, INFO, Scan((PERSON,), 0, PERSON.windows), pitching.analyse(series, **options), motion, None
    )
    return json.loads(json.dumps(document, allow_nan=False))


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"view": "rear", "level": "youth", "height_m": 1.7},
        {"reference": None, "scored": False, "plate_known": False},
        {"series": bodies.mirrored(bodies.pitch(30.0)), "throws": "left"},
        {"series": bodies.pitch(60.0, count=3)},
        {"series": bodies.filmed(bodies.pitch(120.0))},
        {"series": bodies.series(*bodies.standing())},
        {"verdicts": Verdicts([Said(2.0, Verdict.NO_PITCH)])},
        {"series": bodies.series(*bodies.standing()), "verdicts": Verdicts([Said(2.0, Verdict.RELEASE)])},
    ],
    ids=["plain", "told", "unscored", "left", "three", "filmed", "nobody throws", "none", "set by hand"],
)
def test_a_document_is_what_its_schema_says(
    validator: Draft202012Validator, tmp_path: Path, options: dict[str, Any]
) -> None:
    document = produced(tmp_path, **options)
    assert [error.message for error in validator.iter_errors(document)] == []


def test_a_finding_that_is_told_is_what_the_schema_says(
    validator: Draft202012Validator, tmp_path: Path
) -> None:
    short = bodies.pitch(240.0, count=3)
    document = produced(tmp_path, series=short, height_m=2.3, view="open-side")
    assert any(delivery["faults"] for delivery in document["deliveries"])
    assert [error.message for error in validator.iter_errors(document)] == []


def test_a_document_of_the_release_before_becomes_one_of_this_schema(validator: Draft202012Validator) -> None:
    before = json.loads(BEFORE.read_text(encoding="utf-8"))
    assert list(validator.iter_errors(before))
    assert [error.message for error in validator.iter_errors(stored.upgraded(before))] == []


def test_a_word_or_a_key_that_is_not_in_the_types_is_refused(
    validator: Draft202012Validator, tmp_path: Path
) -> None:
    document = produced(tmp_path)
    document["deliveries"][0]["metrics"][0]["event"] = "max"
    document["deliveries"][0]["mood"] = "good"
    paths = {error.json_path for error in validator.iter_errors(document)}
    assert {"$.deliveries[0]", "$.deliveries[0].metrics[0].event"} <= paths


def test_the_committed_schema_is_that_of_the_types() -> None:
    committed = api.SCHEMA_FILE.read_text(encoding="utf-8")
    assert committed == api.analysis_schema(), "run: python -m shadow_trainer api --write"


def test_where_two_speeds_remain_the_report_asks_and_no_time_or_speed_is_above_low(tmp_path: Path) -> None:
    series = pitching.clock.doubted(bodies.pitch(120.0))
    motion = {"slow_motion_factor": 5.0, "rivals": [4.0], "sure": False}
    document = produced(tmp_path / "a", series=series, motion=motion)
    (said,) = [w for w in document["warnings"] if w["code"].startswith("slow_motion")]
    assert said["code"] == "slow_motion_unsure" and "4 to 5 times" in said["message"]
    assert "capture rate" in said["fix"]
    (delivery,) = document["deliveries"]
    timed = [m for m in delivery["metrics"] if m["unit"] in {"ms", "s", "deg/s", "heights/s", "m/s", "mph"}]
    assert len(timed) > 5
    assert {m["confidence"] for m in timed} == {"low"} and {m["z"] for m in timed} == {None}
    assert delivery["sequence"]["confidence"] == "low" and delivery["similarity"]["intervals_ms"] == []
    judged = [m for m in delivery["metrics"] if m["confidence"] != "low"]
    assert judged, "angles do not depend on the clock"


def test_a_rate_that_a_coach_gives_is_no_doubt_any_more(tmp_path: Path) -> None:
    doubtful = pitching.clock.doubted(bodies.pitch(120.0))
    document = produced(tmp_path / "a", series=doubtful)
    request = AnalysisRequest(capture_fps=120.0)
    series, _ = assumptions.reassumed(doubtful, request, document["solved"], document)
    assert pitching.clock.rate_sure(series) and not pitching.clock.rate_sure(doubtful)
    series.save(tmp_path / "pose.npz")
    doubtful.save(tmp_path / "doubtful.npz")
    assert not pitching.clock.rate_sure(type(series).load(tmp_path / "doubtful.npz"))


def repeating(fps: float, every: int) -> PoseSeries:
    """A pitch in a video each ``every``-th frame of which only repeats the one before."""
    series = bodies.pitch(fps)
    again = np.arange(len(series)) % every == every - 1
    return series.with_(measured=~again, extras={**series.extras, "repeated": again})


@pytest.mark.parametrize(
    ("stored", "every", "true", "told"),
    [
        (120.0, 6, 100.0, "few_frames_for_the_arm"),
        (60.0, 6, 50.0, "few_frames"),
        (30.0, 5, 24.0, "few_frames"),
        (60.0, 2, 30.0, "few_frames"),
        (240.0, 2, 120.0, None),
    ],
)
def test_the_rate_counts_frames_that_show_something_new(
    tmp_path: Path, stored: float, every: int, true: float, told: str | None
) -> None:
    document = produced(tmp_path / "a", series=repeating(stored, every), fps=stored)
    assert document["video"]["repeated"] == pytest.approx(1 / every, abs=1e-3)
    assert document["video"]["capture_fps"] == pytest.approx(INFO.capture_fps * (1 - 1 / every), rel=1e-3)
    codes = {warning["code"] for warning in document["warnings"]}
    assert "repeated_frames" in codes and (
        told in codes if told else not codes & {"few_frames", "few_frames_for_the_arm"}
    )
    (said,) = [w for w in document["warnings"] if w["code"] == "repeated_frames"]
    assert f"about {true:.0f} frames a second" in said["message"]


def test_a_slow_rate_is_scored_as_what_it_is(tmp_path: Path) -> None:
    """A hundred frames a second are too few for the arm, whatever the file says."""
    arm = {"elbow_extension_velocity", "shoulder_internal_rotation_velocity"}
    notes = [m["note"] for d in produced(tmp_path / "a", series=repeating(120.0, 6), fps=120.0)["deliveries"]
             for m in d["metrics"] if m["name"].partition("@")[0] in arm]  # fmt: skip
    assert notes and all("100 frames per second" in note for note in notes)


@pytest.mark.parametrize(("given", "clock"), [(100.0, 120.0), (120.0, 120.0), (None, 120.0), (200.0, 240.0)])
def test_a_given_rate_is_the_cameras_and_counts_no_frame_twice(
    tmp_path: Path, given: float | None, clock: float
) -> None:
    series = repeating(120.0, 6)
    document = produced(tmp_path / "a", series=series, fps=120.0)
    assert document["solved"]["capture_fps"] == pytest.approx(120.0, rel=1e-3)
    _, facts = assumptions.reassumed(series, AnalysisRequest(capture_fps=given), document["solved"], document)
    assert assumptions.clock_fps(facts) == pytest.approx(clock, rel=1e-3)
    assert facts["time_scale"] == pytest.approx(120.0 / clock, rel=1e-3)
