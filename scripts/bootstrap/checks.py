"""The checks of a commit: style, types, scripts of the pages, tests. All of them run, whatever fails."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable
from pathlib import Path

from . import node
from .python_env import PYTHON
from .shell import ROOT, say

SURROUNDINGS = {
    # As workers do it: on a busy machine BLAS threads of several processes wait for each other most of the time.
    **{f"{library}_NUM_THREADS": "1" for library in ("OMP", "OPENBLAS", "MKL")},
    # Where this is set, each of the some hundred processes that tests start compiles the whole project again.
    "PYTHONDONTWRITEBYTECODE": "",
}
STATIC = ("ruff check", "ruff format --check", "scripts.type_check")
# Four processes on two cores, as many tests wait for others; tests/conftest.py says which tests share one.
WHOLE = "pytest -n 4 --dist loadscope --no-loadscope-reorder --durations=15"
# What computes alone and at once: no server, worker, browser, network or film in it.
QUICK = "pytest -n 2 --dist loadscope --quick"


def run(tests: str) -> int:
    """Run every check with these ``tests`` (the arguments of one Python module); the exit code of the process."""
    failed = [command for command in STATIC if _fails([str(PYTHON), "-m", *command.split()], command)]
    failed += ["node --test"] if _node_fails(sorted((ROOT / "tests" / "js").glob("*.test.mjs"))) else []
    failed += [tests] if _fails([str(PYTHON), "-m", *tests.split()], tests) else []
    say(f"failed: {', '.join(failed)}" if failed else "all checks passed")
    return 1 if failed else 0


def _node_fails(files: Iterable[Path]) -> bool:
    say("running node --test")
    command = [node.find_node(), "--test", "--test-reporter=spec", *map(str, files)]
    done = subprocess.run(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    if done.returncode:
        print(done.stdout, flush=True)
    return done.returncode != 0


def _fails(command: list[str], name: str) -> bool:
    say(f"running {name}")
    return subprocess.run(command, cwd=ROOT, env={**os.environ, **SURROUNDINGS}, check=False).returncode != 0
