"""A small project with the real set-up in it: the same scripts, but little to install."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
# Stands in for the program: set-up calls its commands and shows its last line when one fails.
TOY = """
import os, pathlib, sys
pathlib.Path("calls.txt").open("a").write(" ".join(sys.argv[1:]) + "\\n")
if os.environ.get("TOY_FAILS") == sys.argv[1]:
    print("a line before", file=sys.stderr)
    sys.exit("weights_broken: The pose model is not the pinned file. Delete node_modules.")
"""
CLOSED_PORT = "http://127.0.0.1:9/"


@dataclass
class Toy:
    """The small project; ``setup()`` runs its real `make setup`."""

    folder: Path

    def setup(self, target: str = "setup", **env: str) -> subprocess.CompletedProcess[str]:
        """Run `make setup` with no package registry, unless ``env`` says otherwise."""
        return subprocess.run(
            ["make", target],
            cwd=self.folder,
            env={**self.environment(), **env},
            capture_output=True,
            text=True,
            check=False,
            timeout=180,
        )

    def environment(self) -> dict[str, str]:
        """The process's environment with every registry out of reach."""
        dropped = ("PIP_", "npm_config_", "SHADOW_", "MAKE", "MFLAGS", "VIRTUAL_ENV")
        kept = {k: v for k, v in os.environ.items() if not k.startswith(dropped)}
        return kept | {
            "PYTHON": sys.executable,
            "PIP_CONFIG_FILE": os.devnull,
            "PIP_INDEX_URL": CLOSED_PORT,
            "npm_config_registry": CLOSED_PORT,
            "npm_config_cache": str(self.folder / "npm-cache"),
        }

    def calls(self) -> list[str]:
        """Commands of the program that set-up has run."""
        path = self.folder / "calls.txt"
        return path.read_text().splitlines() if path.exists() else []

    def log(self) -> str:
        """What the tools printed."""
        return (self.folder / "var" / "setup.log").read_text()


def make_toy(folder: Path) -> Toy:
    """Lay the small project out."""
    shutil.copytree(ROOT / "scripts", folder / "scripts", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("Makefile", ".npmrc"):
        shutil.copy(ROOT / name, folder / name)
    for name in (
        "requirements.txt",
        "requirements-cuda.txt",
        "requirements-dev.txt",
        "requirements-training.txt",
    ):
        (folder / name).write_text("# nothing\n")
    (folder / "package.json").write_text(json.dumps({"name": "toy", "private": True}))
    lock = {"name": "toy", "lockfileVersion": 3, "packages": {"": {"name": "toy"}}}
    (folder / "package-lock.json").write_text(json.dumps(lock))
    (folder / "shadow_trainer").mkdir()
    (folder / "shadow_trainer" / "__init__.py").touch()
    (folder / "shadow_trainer" / "__main__.py").write_text(TOY)
    return Toy(folder)


@pytest.fixture(scope="session")
def finished_toy(tmp_path_factory: pytest.TempPathFactory) -> Toy:
    """A small project after its first set-up; tests must not change it."""
    toy = make_toy(tmp_path_factory.mktemp("Jürgen's toy"))
    # An environment whose making was interrupted: it is made again.
    (toy.folder / ".venv" / "half-made").mkdir(parents=True)
    done = toy.setup()
    assert done.returncode == 0, done.stdout + done.stderr
    return toy


@pytest.fixture
def toy(finished_toy: Toy, tmp_path: Path) -> Toy:
    """A copy of the finished small project, to be broken in one place."""
    folder = tmp_path / "a toy"
    shutil.copytree(finished_toy.folder, folder, symlinks=True)
    (folder / "calls.txt").unlink()
    (folder / "var" / "setup.log").unlink()
    return Toy(folder)


@pytest.fixture
def fresh_toy(tmp_path: Path) -> Toy:
    """The small project as cloned, without an environment."""
    return make_toy(tmp_path)
