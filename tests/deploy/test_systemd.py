"""The units: accepted by systemd's own checker, locked up, and patient enough to lose no video."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from shadow_trainer.cli import cli
from shadow_trainer.settings import Settings
from tests.conftest import ROOT

FOLDER = ROOT / "deploy" / "systemd"
UNITS = sorted(path.name for path in FOLDER.glob("*.service"))
# systemd's own figure, 0 (nothing can be reached) to 10; it calls up to 2 "OK".
MOST_EXPOSED = 1.5


def options(name: str) -> dict[str, str]:
    """The last value of each option of a unit."""
    return dict(re.findall(r"^(\w+)=(.*)$", (FOLDER / name).read_text(), re.M))


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files as the installer lays them, with an environment file where it can be read."""
    folder = tmp_path_factory.mktemp("systemd")
    script = ROOT / "deploy" / "scripts" / "install_systemd.sh"
    subprocess.run(["sh", str(script)], env={**os.environ, "DESTDIR": str(folder)}, check=True)
    return folder


def analyze(installed: Path, verb: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    tool = shutil.which("systemd-analyze")
    if tool is None:
        pytest.skip("systemd-analyze is not on this machine")
    folder = installed / "etc" / "systemd" / "system"
    command = [tool, verb, *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("name", [*UNITS, "shadow-trainer.target"])
def test_systemd_accepts_the_unit(installed: Path, name: str) -> None:
    done = analyze(installed, "verify", f"./{name}")
    about_us = [line for line in done.stderr.splitlines() if "shadow-trainer" in line]
    assert done.returncode == 0 and not about_us, done.stderr


@pytest.mark.parametrize("name", UNITS)
def test_a_service_can_reach_little(installed: Path, name: str) -> None:
    unit = name.replace("@.", "@1.")
    done = analyze(installed, "security", "--offline=yes", f"./{unit}")
    if "--offline" in done.stderr:
        pytest.skip("this systemd cannot look at a unit that is not loaded")
    level = re.search(r"exposure level for \S+: ([\d.]+)", done.stdout)
    assert level, done.stdout + done.stderr
    assert float(level[1]) <= MOST_EXPOSED


def test_every_command_of_the_units_exists(installed: Path) -> None:
    for name in UNITS:
        text = (installed / "etc" / "systemd" / "system" / name).read_text()
        for line in re.findall(r"^ExecStart=(.*)$", text, re.M):
            program, *arguments = line.split()
            assert Path(program).is_relative_to(ROOT), "the installer names this folder"
            if program.endswith("python"):
                assert arguments[:2] == ["-m", "shadow_trainer"]
                assert CliRunner().invoke(cli, [*arguments[2:], "--help"]).exit_code == 0, line
            else:
                assert arguments == ["wsgi:app"]


@pytest.mark.parametrize("name", [name for name in UNITS if "worker" in name])
def test_a_worker_may_hand_its_film_back_before_it_is_killed(name: str) -> None:
    unit = options(name)
    assert int(unit["TimeoutStopSec"]) > Settings().shutdown_grace_s + 10
    assert unit["KillMode"] == "mixed", "SIGTERM is for the parent alone"
    assert unit["OOMPolicy"] == "continue", "a video that is too large kills the child, not the worker"
    assert unit["Restart"] == "always"


def test_each_gpu_has_its_worker() -> None:
    assert "CUDA_VISIBLE_DEVICES=%i" in options("shadow-trainer-gpu-worker@.service")["Environment"]


def test_the_installer_keeps_a_secret_that_is_there(installed: Path) -> None:
    file = installed / "etc" / "shadow-trainer.env"
    before = file.read_text()
    assert re.search(r"^SHADOW_SECRET_KEY=[0-9a-f]{48}$", before, re.M)
    assert file.stat().st_mode & 0o077 == 0
    script = ROOT / "deploy" / "scripts" / "install_systemd.sh"
    subprocess.run(["sh", str(script)], env={**os.environ, "DESTDIR": str(installed)}, check=True)
    assert file.read_text() == before


def test_a_folder_that_no_unit_can_name_is_refused_in_words(tmp_path: Path) -> None:
    app = tmp_path / "Jürgen's project"
    shutil.copytree(ROOT / "deploy", app / "deploy")
    (app / ".venv" / "bin").mkdir(parents=True)
    (app / ".venv" / "bin" / "gunicorn").symlink_to("/bin/true")
    done = subprocess.run(
        ["sh", str(app / "deploy" / "scripts" / "install_systemd.sh")],
        env={**os.environ, "DESTDIR": str(tmp_path / "destination")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1 and "move the project to /opt" in done.stderr
    assert not (tmp_path / "destination").exists()


# Settings as the service's user sees them


def settings_as_another_user(folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """What the program makes of `.env` and environment once it has no right to read `.env`."""
    code = f"""
import os, pathlib
from shadow_trainer import settings
import dotenv
settings.ROOT = pathlib.Path({str(folder)!r})
if os.geteuid() == 0:
    os.setgid(65534)
    os.setuid(65534)
from shadow_trainer.errors import SetupError
try:
    print(settings.load().port)
except SetupError as error:
    print(error.code, error.fix)
"""
    inherited = {k: v for k, v in os.environ.items() if not k.startswith(("SHADOW_", "PORT"))}
    command = [sys.executable, "-c", code]
    return subprocess.run(
        command, cwd=ROOT, env={**inherited, **environment}, capture_output=True, text=True, check=False
    )


@pytest.fixture
def project() -> Iterator[Path]:
    """A project's folder after its owner's set-up, where everybody may look: its `.env` is the owner's alone."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        (folder / ".env").write_text("PORT=8111\n")
        (folder / ".env").chmod(0o600 if os.geteuid() == 0 else 0)
        yield folder


def test_the_service_s_user_needs_no_file_of_the_project(project: Path) -> None:
    unit = dict(
        pair.split("=", 1)
        for line in (FOLDER / "shadow-trainer-.service.d" / "10-hardening.conf").read_text().splitlines()
        if line.startswith("Environment=")
        for pair in line.removeprefix("Environment=").split()
    )
    done = settings_as_another_user(project, **unit, PORT="8222")
    assert done.stdout == "8222\n", done.stdout + done.stderr


def test_settings_that_may_not_be_read_are_said_in_words(project: Path) -> None:
    done = settings_as_another_user(project)
    assert done.stdout.startswith("unreadable_settings Run this as the file's owner"), done.stderr
    lost = settings_as_another_user(project, SHADOW_ENV_FILE="/etc/no-such.env")
    assert lost.stdout.startswith("unreadable_settings Correct the path"), lost.stderr


def test_another_file_may_be_named(project: Path) -> None:
    other = project / "other.env"
    other.write_text("PORT=8333\n")
    other.chmod(0o644)
    assert settings_as_another_user(project, SHADOW_ENV_FILE=str(other)).stdout == "8333\n"
