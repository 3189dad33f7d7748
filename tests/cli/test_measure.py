"""`measure`: joints from anywhere to analysis.json, in one process and without a video."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from shadow_trainer.cli.measure import document_of, measure, moved_events
from shadow_trainer.cli.motion_files import library
from shadow_trainer.errors import BadRequest, NotFound
from shadow_trainer.pitching.reference import elite
from shadow_trainer.render import exports
from tests.pitching import bodies


@pytest.fixture
def pose(tmp_path: Path) -> Path:
    path = tmp_path / "pose.npz"
    one = bodies.mirrored(bodies.pitch())
    np.savez(path, time_s=one.time_s, world_m=one.world_m)
    return path


def test_joints_alone_are_enough(pose: Path, tmp_path: Path) -> None:
    out = tmp_path / "analysis.json"
    done = CliRunner().invoke(measure, [str(pose), "--height-m", "1.88", "--out", str(out)])
    assert done.exit_code == 0, done.output
    document = json.loads(out.read_text())
    assert document["athlete"]["throws"] == "left"
    assert len(document["deliveries"]) == 1
    assert document["schema"].startswith("shadow-trainer/analysis")
    assert {"events", "metrics", "faults", "strengths", "similarity"} <= set(document["deliveries"][0])
    assert [p.name for p in tmp_path.iterdir() if p.name.startswith(".")] == []


def test_a_landmark_that_does_not_exist_is_left_out_and_nothing_is_invented(pose: Path) -> None:
    with np.load(pose) as file:
        time_s, world = file["time_s"], file["world_m"]
    world[:, 1:11] = np.nan
    np.savez(pose, time_s=time_s, world_m=world)
    metrics = document_of(pose, throws="left", height_m=1.88)["deliveries"][0]["metrics"]
    stride = next(m for m in metrics if m["name"] == "stride_length")
    assert stride["value"] == pytest.approx(84, abs=1.5)


@pytest.mark.parametrize(
    ("time_s", "world", "words"),
    [
        (np.zeros(20), np.zeros((20, 33, 3)), "do not rise"),
        (np.arange(3.0), np.zeros((3, 33, 3)), "3 rows"),
        (np.arange(20.0), np.full((20, 33, 3), np.nan), "no joints"),
        (np.arange(20.0), np.zeros((20, 17, 3)), "shape"),
    ],
)
def test_what_is_no_motion_is_refused_in_words(
    tmp_path: Path, time_s: np.ndarray, world: np.ndarray, words: str
) -> None:
    path = tmp_path / "pose.npz"
    np.savez(path, time_s=time_s, world_m=world)
    with pytest.raises(BadRequest, match=words):
        document_of(path)


def test_a_file_of_another_kind_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "pose.npz"
    path.write_text("not an archive")
    with pytest.raises(BadRequest):
        document_of(path)


def metric(document: dict, name: str, event: str) -> dict:
    return next(m for m in document["deliveries"][0]["metrics"] if (m["name"], m["event"]) == (name, event))


def test_a_marker_file_of_another_program_is_measured_too(tmp_path: Path) -> None:
    path = tmp_path / "lab.trc"
    exports.write("trc", exports.Source(bodies.sampled(bodies.pitch(), 2), {"deliveries": []}), path)
    guessed = document_of(path, height_m=1.88)
    assert "the vertical taken for the file's y axis" in guessed["notes"]
    assert metric(guessed, "stride_length", "foot_contact")["value"] == pytest.approx(84, abs=1.5)
    # Where the plate is, the file does not say; a lab knows its axes.
    angle = metric(guessed, "stride_angle", "foot_contact")
    assert angle["value"] is None and "plate" in angle["note"]
    known = document_of(path, height_m=1.88, plate="x")
    assert metric(known, "stride_angle", "foot_contact")["value"] == pytest.approx(0, abs=4)
    with pytest.raises(BadRequest, match="upright"):
        document_of(path, plate="y")


def test_an_event_moved_by_hand_is_certain_and_the_numbers_follow(pose: Path) -> None:
    measured = document_of(pose, height_m=1.88)
    contact = measured["deliveries"][0]["events"]["foot_contact"]["time_s"] - 0.02
    again = document_of(pose, height_m=1.88, moved=moved_events([f"1:foot_contact={contact}"]))
    event = again["deliveries"][0]["events"]["foot_contact"]
    assert (event["time_s"], event["confidence"], event["estimated"]) == (pytest.approx(contact), 1.0, False)
    turned = [metric(one, "pelvis_rotation", "foot_contact")["value"] for one in (measured, again)]
    assert turned[1] < turned[0] - 3


@pytest.mark.parametrize("text", ["release", "release=soon", "x:release=1", "0:release=1", "release=nan"])
def test_an_event_that_is_no_event_is_refused_in_words(text: str) -> None:
    with pytest.raises(BadRequest, match="EVENT=SECONDS"):
        moved_events([text])


def test_a_reference_of_the_library_can_be_compared_with(
    pose: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHADOW_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.delenv("SHADOW_STORAGE_URL", raising=False)
    with pytest.raises(NotFound, match="our-ace"):
        document_of(pose, reference="our-ace")
    library().save(replace(elite(), name="our-ace"))
    assert document_of(pose, reference="our-ace")["deliveries"][0]["similarity"]["reference"] == "our-ace"
