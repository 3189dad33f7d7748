"""The programs of the long checks (schemathesis, pip-audit) in an environment of their own."""

from __future__ import annotations

import shutil
import sys

from . import stamps
from .python_env import PYTHON, version
from .shell import ROOT, Failure, run, say

VENV = ROOT / ".venv-tools"
REQUIREMENTS = "requirements-tools.txt"


def ensure() -> None:
    """Make it as it is pinned, unless it is there as it stands."""
    stamp = VENV / ".installed"
    value = stamps.fingerprint({ROOT / REQUIREMENTS}, version(PYTHON) or "")
    if stamps.is_fresh(stamp, value):
        return
    say(f"installing {REQUIREMENTS}")
    shutil.rmtree(VENV, ignore_errors=True)
    try:
        run([sys.executable, "-m", "venv", str(VENV)], "making the environment of the tools")
        pip = [str(VENV / "bin" / "python"), "-m", "pip", "install", "--disable-pip-version-check"]
        run([*pip, "--no-input", "--no-deps", "-r", REQUIREMENTS], f"installing {REQUIREMENTS}")
    except Failure:
        shutil.rmtree(VENV, ignore_errors=True)
        raise
    stamps.write(stamp, value)
