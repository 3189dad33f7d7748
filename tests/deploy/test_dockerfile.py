"""The image: what it copies exists and is let in, it runs as nobody special, and a linter has nothing to say."""

from __future__ import annotations

import fnmatch
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

DOCKERFILE = ROOT / "deploy" / "Dockerfile"
LINES = DOCKERFILE.read_text().replace("\\\n", " ").splitlines()


def stage(name: str) -> list[str]:
    """Instructions of a stage and of the stages it is built on."""
    place = next(i for i, line in enumerate(LINES) if re.fullmatch(rf"FROM (\S+) AS {name}", line))
    own = []
    for line in LINES[place + 1 :]:
        if line.startswith("FROM "):
            break
        own.append(line)
    parent = LINES[place].split()[1]
    return own if parent.startswith("$") else [*stage(parent), *own]


def let_in(path: str) -> bool:
    """Whether .dockerignore lets a path into the build (the last rule that matches wins)."""
    inside = True
    for rule in (ROOT / ".dockerignore").read_text().splitlines():
        if not rule or rule.startswith("#"):
            continue
        keep, pattern = rule.startswith("!"), rule.removeprefix("!").strip("/")
        parts = [path, *map(str, Path(path).parents)]
        if any(fnmatch.fnmatch(part, pattern.replace("**/", "*")) for part in parts if part != "."):
            inside = keep
    return inside


def test_what_is_copied_exists_and_is_let_in() -> None:
    copied = [line.split()[1:-1] for line in LINES if line.startswith("COPY ") and "--from" not in line]
    for name in (name.removeprefix("./") for names in copied for name in names):
        assert (ROOT / name).exists(), name
        assert let_in(name), name
    assert let_in("shadow_trainer/pitching/data/norms.csv")
    for name in (
        ".env",
        "var/shadow.db",
        ".git/config",
        "tests/conftest.py",
        "node_modules/x",
        "deploy/.env",
    ):
        assert not let_in(name), name


@pytest.mark.parametrize("target", ["cpu", "cuda"])
def test_a_target_runs_as_an_ordinary_user_and_says_how_it_is(target: str) -> None:
    lines = stage(target)
    users = [line.split()[1] for line in lines if line.startswith("USER ")]
    assert users and users[-1].split(":")[0].isdigit() and users[-1] != "0:0"
    assert any(line.startswith("HEALTHCHECK ") for line in lines)
    assert 'CMD ["gunicorn", "wsgi:app"]' in lines
    assert not any(re.search(r"build-essential|\bgcc\b|nodejs|npm ", line) for line in lines)
    assert any("pip uninstall" in line for line in lines), "nothing to install with is left"


def test_everything_the_program_reads_is_in_the_image() -> None:
    text = "\n".join(stage("prepared"))
    for name in ("shadow_trainer", "workers", "templates", "static", "wsgi.py", "gunicorn.conf.py"):
        assert re.search(rf"COPY .*\b{re.escape(name)}", text), name


def test_the_linter_has_nothing_to_say() -> None:
    linter = shutil.which("hadolint", path=str(Path(sys.executable).parent)) or shutil.which("hadolint")
    if linter is None:
        pytest.skip("hadolint is not installed on this machine")
    done = subprocess.run([linter, str(DOCKERFILE)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
