"""`measure`: joints from anywhere to analysis.json, in one process and without a film."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from shadow_trainer.cli.measure import document_of, measure
from shadow_trainer.errors import BadRequest
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
