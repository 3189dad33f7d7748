"""The command line's library of references."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from shadow_trainer.cli import cli
from shadow_trainer.errors import BadRequest
from shadow_trainer.pitching.reference import elite


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Run a command with a data folder of its own; errors of the tree are raised."""
    monkeypatch.setenv("SHADOW_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.delenv("SHADOW_STORAGE_URL", raising=False)

    def call(*arguments: str) -> str:
        done = CliRunner().invoke(cli, ["reference", *arguments])
        if done.exception and not isinstance(done.exception, SystemExit):
            raise done.exception
        return done.output

    return call


@pytest.fixture
def motion_file(tmp_path: Path) -> Path:
    """The built-in delivery as a file of another program: world points and their times."""
    one = elite()
    still = np.repeat(one.points[:1], 240, axis=0)
    points = np.concatenate([still, one.points])
    path = tmp_path / "pro.npz"
    np.savez(path, time_s=np.arange(len(points)) / 480.0, world_m=points)
    return path


def test_import_shows_what_it_understood_and_saves_it(run, motion_file: Path) -> None:
    shown = run("import", str(motion_file), "--name", "pro", "--level", "pro")
    assert "left_elbow" in shown and "right-handed" in shown and "saved as pro" in shown
    assert "pro " in run("list")
    assert run("remove", "pro").startswith("removed")
    assert "pro " not in run("list")


def test_a_dry_run_saves_nothing(run, motion_file: Path) -> None:
    assert "saved" not in run("import", str(motion_file), "--name", "pro", "--dry-run")
    assert "pro " not in run("list")


def test_wrong_files_and_maps_are_one_sentence(run, motion_file: Path, tmp_path: Path) -> None:
    with pytest.raises(BadRequest, match="no file"):
        run("import", str(tmp_path / "x.trc"), "--name", "x")
    with pytest.raises(BadRequest, match="LANDMARK=LABEL"):
        run("import", str(motion_file), "--name", "x", "--label", "left_elbow")
