"""The body decides where the unit that a file names makes no person; nobody of 0 m becomes a reference."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from shadow_trainer.body.series import PoseSeries
from shadow_trainer.cli import cli
from shadow_trainer.cli.measure import document_of
from shadow_trainer.cli.motion_files import library
from shadow_trainer.errors import BadRequest
from shadow_trainer.pitching import importers
from shadow_trainer.pitching.importers import units
from shadow_trainer.pitching.reference import elite

from . import motion_files

SCALES = {"mm": 1000.0, "cm": 100.0, "m": 1.0, "in": 39.3701, "ft": 3.28084}


def trc(folder: Path, named: str, numbers: str) -> Path:
    """A TRC that names one unit over numbers of another."""

    def scaled(rows: motion_files.Rows) -> None:
        for row in rows:
            row[2:] = [f"{float(cell) / 1000 * SCALES[numbers]:.5f}" for cell in row[2:]]

    return motion_files.with_rows(motion_files.written("trc", folder), scaled, {"\tmm\t": f"\t{named}\t"})


def c3d(folder: Path, named: str, numbers: str) -> Path:
    series = motion_files.pitch()
    path = motion_files.written("c3d", folder, series.with_(world_m=series.world_m / 1000 * SCALES[numbers]))
    raw = path.read_bytes()
    at = raw.index(b"UNITS")
    at = raw.index(b"mm", at)
    path.write_bytes(raw[:at] + named.ljust(2).encode() + raw[at + 2 :])
    return path


def pose(folder: Path, named: str, numbers: str) -> Path:
    series, path = motion_files.pitch(), folder / "pose.npz"
    np.savez(path, time_s=series.time_s, world_m=series.world_m * SCALES[numbers])
    return path


@pytest.mark.parametrize("writer", [trc, c3d])
@pytest.mark.parametrize(("named", "numbers"), [("mm", "m"), ("m", "mm"), ("cm", "mm"), ("m", "in")])
def test_the_body_decides_and_the_notes_say_so(
    writer: Callable[[Path, str, str], Path], named: str, numbers: str, tmp_path: Path
) -> None:
    reference = importers.as_reference(importers.read(writer(tmp_path, named, numbers)), name="x")
    assert reference.height_m == pytest.approx(1.88, abs=0.02)
    assert any("the body is that of" in note for note in reference.notes)


@pytest.mark.parametrize("numbers", ["mm", "cm", "ft"])
def test_a_pose_file_in_other_units_is_measured_in_metres(numbers: str, tmp_path: Path) -> None:
    document = document_of(pose(tmp_path, "m", numbers))
    assert document["athlete"]["height_m"] == pytest.approx(1.88, abs=0.02)
    assert any("the body is that of" in note for note in document["notes"])


@pytest.mark.parametrize("named", ["", "furlong", "dm"])
def test_a_unit_that_nobody_knows_is_told_from_the_body(named: str, tmp_path: Path) -> None:
    motion = importers.read(trc(tmp_path, named, "cm"))
    assert "units taken for centimetres" in motion.notes


@pytest.mark.parametrize("words", ["Meters", "(m)", "METRE", " m "])
def test_units_are_known_by_many_spellings(words: str) -> None:
    assert units.named(words) == "metres"


@pytest.mark.parametrize(
    ("tall", "unit"), [(0.0, "metres"), (0.2, None), (19.0, "metres"), (float("nan"), "metres")]
)
def test_a_body_that_is_no_person_in_any_unit_is_refused(tall: float, unit: str | None) -> None:
    with pytest.raises(BadRequest, match="no person"):
        units.decide(tall, unit)


def test_a_small_child_is_believed_and_said() -> None:
    scale, notes = units.decide(1.02, "metres")
    assert scale == 1.0 and "check the units" in notes[0]


@pytest.mark.parametrize("spoil", [0.0, 1e-6, 7.0])
@pytest.mark.parametrize("command", ["measure", "import"])
def test_a_body_of_no_size_is_refused_and_nothing_is_stored(
    spoil: float, command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHADOW_DATA_DIR", str(tmp_path / "data"))
    series, path = motion_files.pitch(), tmp_path / "pose.npz"
    np.savez(path, time_s=series.time_s, world_m=series.world_m * spoil)
    how = ["measure", str(path), "--out", str(tmp_path / "out.json")]
    if command == "import":
        how = ["reference", "import", str(path), "--name", "nobody", "--height-m", "1.9", "--hand", "right"]
    done = CliRunner().invoke(cli, how)
    assert isinstance(done.exception, BadRequest)
    assert "nobody" not in library().names() and not (tmp_path / "out.json").exists()


@pytest.mark.parametrize("height_m", [0.0, 0.002, 1880.0, float("nan")])
def test_the_library_takes_no_reference_that_is_no_person(
    height_m: float, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHADOW_DATA_DIR", str(tmp_path))
    with pytest.raises(BadRequest, match="cannot be a reference"):
        library().save(replace(elite(), name="nobody", height_m=height_m))


def test_an_import_says_its_notes_on_stderr_in_the_json_and_in_the_library(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHADOW_DATA_DIR", str(tmp_path / "data"))
    path = trc(tmp_path, "mm", "m")
    done = CliRunner().invoke(cli, ["reference", "import", str(path), "--name", "lab", "--json"])
    said = json.loads(done.stdout)
    assert any("the body is that of metres" in note for note in said["notes"])
    assert said["saved"] and said["height_m"] == pytest.approx(1.88, abs=0.02)
    assert "the body is that of metres" in done.stderr
    assert library().get("lab").facts()["notes"] == said["notes"]


def test_measure_says_its_notes_on_stderr_and_in_the_json(tmp_path: Path) -> None:
    path, out = trc(tmp_path, "mm", "m"), tmp_path / "out.json"
    done = CliRunner().invoke(cli, ["measure", str(path), "--out", str(out)])
    notes = json.loads(out.read_text())["notes"]
    assert any("the body is that of metres" in note for note in notes)
    assert all(note in done.stderr and note not in done.stdout for note in notes)


def test_a_series_keeps_what_it_is_sure_of_in_the_unit_of_its_points(tmp_path: Path) -> None:
    series = motion_files.pitch()
    wide = series.with_(
        world_m=series.world_m * 1000, extras={"world_sd_m": np.full(series.world_m.shape[:2], 5.0)}
    )
    checked: PoseSeries
    checked, _, _ = importers.checked_pose(wide, tmp_path / "pose.npz")
    assert checked.extras["world_sd_m"].max() == pytest.approx(0.005)
