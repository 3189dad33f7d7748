"""The promises of `make setup`: repeatable, idle when nothing changed, one clear line when it fails."""

from __future__ import annotations

import json
import os
import platform
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.bootstrap import node

from .conftest import CLOSED_PORT, ROOT, Toy

if shutil.which("make") is None:
    pytest.skip("make is not installed", allow_module_level=True)


def one_line(done: subprocess.CompletedProcess[str]) -> str:
    """The single line of set-up on stderr (make adds its own); no traceback anywhere."""
    assert done.returncode != 0, done.stdout
    assert "Traceback" not in done.stdout + done.stderr
    lines = [line for line in done.stderr.splitlines() if not line.startswith("make")]
    assert len(lines) == 1, done.stderr
    assert lines[0].startswith("set-up: ")
    return lines[0]


def test_the_first_set_up_makes_everything(finished_toy: Toy) -> None:
    assert (finished_toy.folder / ".venv" / "bin" / "python").exists()
    assert (finished_toy.folder / "node_modules" / ".installed").exists()
    assert finished_toy.calls() == ["models ensure", "db upgrade", "example"]


def test_the_secret_is_random_private_and_long(finished_toy: Toy) -> None:
    path = finished_toy.folder / ".env"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    key = path.read_text().strip().removeprefix("SHADOW_SECRET_KEY=")
    assert len(key) >= 32


def test_the_second_set_up_installs_nothing(toy: Toy) -> None:
    before = (toy.folder / ".env").read_text()
    done = toy.setup()
    assert done.returncode == 0, done.stderr
    assert "pip" not in toy.log() and " ci " not in toy.log()
    assert (toy.folder / ".env").read_text() == before


@pytest.mark.parametrize(
    "present", ["PORT=9000\nSHADOW_SECRET_KEY=\n", "PORT=9000\n", "#SHADOW_SECRET_KEY=\n"]
)
def test_a_missing_key_is_filled_in_and_the_rest_kept(toy: Toy, present: str) -> None:
    path = toy.folder / ".env"
    path.write_text(present)
    assert toy.setup().returncode == 0
    text = path.read_text()
    assert text.count("SHADOW_SECRET_KEY=") == 1
    assert ("PORT=9000" in text) == ("PORT" in present)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_key_that_is_there_is_never_replaced(toy: Toy) -> None:
    path = toy.folder / ".env"
    path.write_text("SHADOW_SECRET_KEY='mine'\n")
    assert toy.setup().returncode == 0
    assert path.read_text() == "SHADOW_SECRET_KEY='mine'\n"


def test_changed_requirements_are_installed_and_no_network_is_one_line(toy: Toy) -> None:
    (toy.folder / "requirements.txt").write_text("no-such-package-here==1.0\n")
    line = one_line(toy.setup())
    assert "installing requirements.txt" in line
    assert "registry cannot be reached" in line
    # A failed step is tried again the next time.
    (toy.folder / "requirements.txt").write_text("# nothing, but changed\n")
    assert toy.setup().returncode == 0


@pytest.mark.skipif(
    (sys.platform, platform.machine()) != ("linux", "x86_64"),
    reason="a card's packages are for Linux on x86-64",
)
def test_a_folder_set_up_for_a_card_keeps_to_it(toy: Toy) -> None:
    done = toy.setup("cuda")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "installing requirements-cuda.txt" in done.stdout
    assert "uninstall --yes onnxruntime\n" in toy.log()
    # Another release pins other versions: its set-up installs the card's set, and not the other build over it.
    (toy.folder / "requirements-cuda.txt").write_text("# nothing, but changed\n")
    said = toy.setup().stdout
    assert "installing requirements-cuda.txt" in said and "installing requirements.txt" not in said
    assert "installing" not in toy.setup().stdout


def test_no_network_for_npm_is_one_line(toy: Toy) -> None:
    integrity = json.loads((ROOT / "package-lock.json").read_text())["packages"]["node_modules/uplot"]
    package = {"name": "toy", "private": True, "dependencies": {"uplot": integrity["version"]}}
    (toy.folder / "package.json").write_text(json.dumps(package))
    lock = {"lockfileVersion": 3, "packages": {"": package, "node_modules/uplot": integrity}}
    (toy.folder / "package-lock.json").write_text(json.dumps(lock))
    line = one_line(toy.setup())
    assert "npm packages" in line and "registry cannot be reached" in line


def test_a_home_that_nobody_may_write_stops_no_npm(tmp_path: Path) -> None:
    instead = {"npm_config_cache": "/elsewhere"}
    assert node.cache({"HOME": str(tmp_path)}, "/elsewhere") == {}
    # Root, too, can make nothing there.
    assert node.cache({"HOME": "/dev/null"}, "/elsewhere") == instead
    assert node.cache({"HOME": "/dev/null", "npm_config_cache": str(tmp_path)}, "/elsewhere") == {}
    assert node.cache({"HOME": str(tmp_path), "NPM_CONFIG_CACHE": "/dev/null/x"}, "/elsewhere") == instead


def test_without_npm_and_without_its_wheel_one_line_says_what_to_install(toy: Toy, tmp_path: Path) -> None:
    (toy.folder / "node_modules" / ".installed").unlink()
    done = toy.setup(PATH=path_without("npm", tmp_path))
    line = one_line(done)
    assert "no npm here" in line and "Install Node.js" in line


def test_a_python_without_venv_is_one_line(fresh_toy: Toy, tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    broken.mkdir()
    said = "The virtual environment was not created successfully because ensurepip is not available."
    (broken / "venv.py").write_text(f"import sys\nsys.exit({said!r})\n")
    line = one_line(fresh_toy.setup(PYTHONPATH=str(broken)))
    assert "apt-get install python3-venv" in line
    assert not (fresh_toy.folder / ".venv").exists()


def test_a_half_made_environment_is_made_again(finished_toy: Toy) -> None:
    assert not (finished_toy.folder / ".venv" / "half-made").exists()


@pytest.mark.parametrize("how", ["named", "found"])
def test_a_wrong_python_is_one_line(toy: Toy, tmp_path: Path, how: str) -> None:
    old = tmp_path / "bin" / "python3"
    old.parent.mkdir()
    old.write_text('#!/bin/sh\n[ "$1" = --version ] && echo "Python 3.8.18"\nexit 1\n')
    old.chmod(0o755)
    env = (
        {"PYTHON": str(old)}
        if how == "named"
        else {"PYTHON": "", "PATH": only("sh", "make", "head", old=old)}
    )
    line = one_line(toy.setup(**env))
    assert "3.11" in line and ("3.8.18" in line or str(old) in line)


def test_the_programs_own_error_is_shown_as_it_is(toy: Toy) -> None:
    line = one_line(toy.setup(TOY_FAILS="models"))
    assert "preparing the pose weights failed: weights_broken:" in line
    assert "a line before" not in line


def test_a_data_folder_that_cannot_be_made_is_one_line(toy: Toy) -> None:
    shutil.rmtree(toy.folder / "var")
    (toy.folder / "var").write_text("not a folder")
    assert "var" in one_line(toy.setup())


def test_registries_out_of_reach_do_not_matter_when_all_is_installed(toy: Toy) -> None:
    assert toy.environment()["PIP_INDEX_URL"] == CLOSED_PORT
    assert toy.setup().returncode == 0


def path_without(name: str, tmp_path: Path) -> str:
    """A PATH with every program of the present one but ``name``."""
    folder = tmp_path / "path"
    folder.mkdir()
    for place in reversed(os.environ["PATH"].split(os.pathsep)):
        for program in Path(place).glob("*") if Path(place).is_dir() else ():
            link = folder / program.name
            link.unlink(missing_ok=True)
            if program.name != name:
                link.symlink_to(program)
    return str(folder)


def only(*names: str, old: Path) -> str:
    """A PATH with these programs and the fake python3 alone."""
    for name in names:
        (old.parent / name).symlink_to(shutil.which(name) or name)
    return str(old.parent)
