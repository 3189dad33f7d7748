"""`python -m shadow_trainer analyse`: the contract of one analysis, on real videos, as its own process."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from pathlib import Path

import av
import numpy as np
import pytest
from jsonschema import Draft202012Validator

from shadow_trainer.cli.analyse import OUTPUTS
from shadow_trainer.cli.api import SCHEMA_FILE
from shadow_trainer.settings import ROOT, load
from tests.browser.films import PART_S, small
from tests.video import clips

pytestmark = pytest.mark.model

EVENTS = {
    "first_movement",
    "leg_lift",
    "hand_separation",
    "foot_contact",
    "max_external_rotation",
    "release",
    "max_internal_rotation",
    "follow_through",
}


def analyse(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    if not any((load().data_path / "models").glob("*")):
        pytest.skip("the pose weights are not there; run `make setup`")
    command = [sys.executable, "-m", "shadow_trainer", "analyse", *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=600)


@pytest.fixture(scope="module")
def results(samples: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample, small and cut short inside its last second, analysed once for this file."""
    folder = tmp_path_factory.mktemp("analyse")
    film = small(samples / "sample_lefty.mp4", folder / "cut.mp4")
    clips.cut_file(film, 0.85)
    done = analyse(film, "--out", folder / "out", "--model", "m", "--height-m", "1.88")
    assert done.returncode == 0, done.stderr
    assert sorted(p.name for p in folder.iterdir()) == ["cut.mp4", "out"]
    return folder / "out"


@pytest.fixture(scope="module")
def document(results: Path) -> dict:
    return json.loads((results / "analysis.json").read_text())


def test_every_file_of_the_contract_is_there_and_nothing_else(results: Path) -> None:
    assert {p.name for p in results.iterdir()} == set(OUTPUTS)


def test_a_film_cut_off_is_measured_as_far_as_it_goes_and_says_so(document: dict) -> None:
    assert document["video"]["truncated"]
    assert "truncated" in {w["code"] for w in document["warnings"]}
    assert all(w["message"] and w["fix"] for w in document["warnings"])


def test_it_is_what_its_schema_says(document: dict) -> None:
    errors = Draft202012Validator(json.loads(SCHEMA_FILE.read_text(encoding="utf-8"))).iter_errors(document)
    assert [error.message for error in errors] == []


def test_the_left_hander_and_his_one_pitch_are_found(document: dict) -> None:
    assert document["athlete"]["throws"] == "left"
    assert document["athlete"]["height_m"] == 1.88
    assert len(document["deliveries"]) == 1
    assert [p["chosen"] for p in document["people"]].count(True) == 1


def test_eight_events_in_the_order_of_a_delivery(document: dict) -> None:
    delivery = document["deliveries"][0]
    assert set(delivery["events"]) == EVENTS
    order = (
        "first_movement",
        "leg_lift",
        "foot_contact",
        "max_external_rotation",
        "release",
        "follow_through",
    )
    times = [delivery["events"][name]["time_s"] for name in order]
    assert times == sorted(times)
    assert delivery["start_s"] <= times[0] <= times[-1] <= delivery["end_s"]
    # The video was rendered from key frames: the ball leaves the hand at 2.47 s of it.
    assert delivery["events"]["release"]["time_s"] == pytest.approx(2.47 - PART_S[0], abs=0.06)


def test_a_metric_carries_unit_error_confidence_and_norm(document: dict) -> None:
    for metric in document["deliveries"][0]["metrics"]:
        assert {"name", "event", "span", "value", "unit", "error", "confidence", "norm", "z"} <= set(metric)
        assert metric["confidence"] in ("high", "medium", "low")
        assert metric["z"] is None or metric["confidence"] != "low", "low confidence is never scored"


def test_pose_has_one_row_for_each_frame(results: Path, document: dict) -> None:
    with np.load(results / "pose.npz") as pose:
        t = document["video"]["frame_count"]
        assert pose["time_s"].shape == (t,)
        assert pose["landmarks_px"].shape == (t, 33, 2)
        assert pose["confidence"].shape == (t, 33)
        assert pose["world_m"].shape == (t, 33, 3)
        assert pose["measured"].dtype == bool
        assert np.nanmin(pose["confidence"]) >= 0 and np.nanmax(pose["confidence"]) <= 1
        assert np.isfinite(pose["world_m"][pose["measured"]]).all()


@pytest.mark.parametrize("name", ["overlay.mp4", "side_by_side.mp4"])
def test_the_films_play_in_a_browser(results: Path, document: dict, name: str) -> None:
    with av.open(results / name) as film:
        stream = film.streams.video[0]
        assert stream.codec_context.name == "h264"
        assert stream.codec_context.pix_fmt == "yuv420p"
        assert stream.frames == document["video"]["frame_count"]
    head = (results / name).read_bytes()[:4096]
    assert b"moov" in head, "the index must come first, or the browser waits for the whole video"


def test_the_table_lists_every_metric(results: Path, document: dict) -> None:
    with (results / "metrics.csv").open(newline="", encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == len(document["deliveries"][0]["metrics"])


def test_the_report_stands_alone(results: Path) -> None:
    text = (results / "report.html").read_text(encoding="utf-8")
    assert "data:image/jpeg;base64," in text
    assert "http://" not in text.replace("http://www.w3.org/", "")
    assert "https://" not in text
    assert "<script" not in text


def test_a_person_who_does_not_pitch_is_measured_and_a_coach_says_where_the_pitch_is(
    tmp_path: Path, samples: Path
) -> None:
    standing = clips.excerpt(samples / "sample_lefty.mp4", tmp_path / "standing.mp4", frames=50)
    done = analyse(standing, "--out", tmp_path / "found", "--model", "xs")
    assert done.returncode == 0 and "no_pitch_found" in done.stderr and "--release" in done.stderr
    document = json.loads((tmp_path / "found" / "analysis.json").read_text())
    assert document["deliveries"] == [] and len(document["people"]) == 1
    done = analyse(standing, "--out", tmp_path / "said", "--model", "xs", "--release", "0.6", "--person", "0")
    assert done.returncode == 0, done.stderr
    document = json.loads((tmp_path / "said" / "analysis.json").read_text())
    (delivery,) = document["deliveries"]
    assert delivery["verdict"] == "release" and delivery["events"]["release"]["time_s"] == 0.6
    assert (tmp_path / "said" / "overlay.mp4").exists()


class TestBadInput:
    """Each ends in one line with a code and what to do, exit code 2 or 3, and no file left."""

    def check(self, tmp_path: Path, code: int, word: str, *arguments: str | Path) -> None:
        before = {p.name for p in tmp_path.iterdir()}
        done = analyse(*arguments, "--out", tmp_path / "out")
        assert done.returncode == code, done.stderr
        line = done.stderr.strip().splitlines()[-1]
        assert word in line
        assert "Traceback" not in done.stderr
        assert {p.name for p in tmp_path.iterdir()} == before

    def test_not_a_video(self, tmp_path: Path) -> None:
        (tmp_path / "notes.mp4").write_text("ball, strike, ball\n" * 100)
        self.check(tmp_path, 2, "not_a_video", tmp_path / "notes.mp4")

    def test_nobody_in_the_picture(self, tmp_path: Path) -> None:
        clips.film(tmp_path / "empty.mp4", frames=60, fps=30)
        self.check(tmp_path, 2, "nobody_found", tmp_path / "empty.mp4")

    def test_no_such_file(self, tmp_path: Path) -> None:
        self.check(tmp_path, 3, "no_such_file", tmp_path / "gone.mp4")

    def test_a_release_where_nobody_is(self, tmp_path: Path, samples: Path) -> None:
        film = clips.excerpt(samples / "sample_lefty.mp4", tmp_path / "standing.mp4", frames=50)
        self.check(tmp_path, 3, "no_such_person", film, "--model", "xs", "--release", "0.6", "--person", "7")

    def test_a_wrong_option(self, tmp_path: Path, samples: Path) -> None:
        self.check(tmp_path, 3, "throws", samples / "sample_lefty.mp4", "--throws", "both")
