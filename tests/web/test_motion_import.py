"""A motion file is read in a process of its own: what it costs ends with that, and the page says so."""

from __future__ import annotations

import resource
from pathlib import Path

import numpy as np
import pytest

from shadow_trainer.errors import BadRequest
from shadow_trainer.web.services import motion_import
from tests.pitching import motion_files

OPTIONS = {"name": "x", "hand": "auto", "level": "adult", "height_m": None, "fps": None}
TOO_MUCH = "too much memory or time"


def heavy(folder: Path) -> Path:
    """A file within every limit of shape that takes some seconds and a hundred megabytes to read."""
    path = folder / "motion.npz"
    rows = np.tile(motion_files.pitch().world_m, (30, 1, 1))
    np.savez(path, world_m=np.concatenate([rows, rows]), fps=120.0)
    return path


def test_a_pitch_comes_back_with_what_was_understood(tmp_path: Path) -> None:
    path = motion_files.written("trc", tmp_path).rename(tmp_path / "motion.trc")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    read = motion_import.imported(path, labels={}, **OPTIONS)
    assert read.reference.height_m == pytest.approx(1.88, abs=0.02)
    assert read.understood["frames"] == 324 and read.understood["fps"] == pytest.approx(120)
    assert "the vertical taken for the file's y axis" in read.understood["notes"]
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50_000


@pytest.mark.parametrize("limit", [{"max_bytes": 330_000_000}, {"max_cpu_s": 1}])
def test_a_file_that_takes_too_much_is_one_sentence(limit: dict[str, int], tmp_path: Path) -> None:
    with pytest.raises(BadRequest, match=TOO_MUCH) as caught:
        motion_import.imported(heavy(tmp_path), labels={}, **limit, **OPTIONS)
    assert caught.value.code == "motion_too_large" and "Cut the motion" in caught.value.fix


def test_a_child_that_does_not_end_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(motion_import, "PATIENCE_S", 0.05)
    path = motion_files.written("trc", tmp_path)
    with pytest.raises(BadRequest, match=TOO_MUCH):
        motion_import.imported(path, labels={}, **OPTIONS)


def test_what_the_reader_refuses_is_said_in_its_words(tmp_path: Path) -> None:
    path = tmp_path / "motion.trc"
    path.write_text("PathFileType\n")
    with pytest.raises(BadRequest, match="line of marker names") as caught:
        motion_import.imported(path, labels={}, **OPTIONS)
    assert caught.value.fix == "Export it as TRC again."


def test_labels_reach_the_reader(tmp_path: Path) -> None:
    path = motion_files.written("trc", tmp_path)
    path.write_text(path.read_text().replace("left_elbow", "Marker17"))
    read = motion_import.imported(path, labels={"left_elbow": ("Marker17",)}, **OPTIONS)
    assert read.understood["labels"]["left_elbow"] == ["Marker17"]
