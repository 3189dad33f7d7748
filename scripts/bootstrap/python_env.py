"""The virtual environment in `.venv` and the pinned Python packages in it."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

from . import stamps
from .shell import ROOT, Failure, require_space, run, say

VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
SUPPORTED = ((3, 11), (3, 13))
# An installed environment takes 1.4 GB with the CPU build of torch; pip unpacks beside it.
NEEDED_MB = 3000


def ensure() -> None:
    """Make `.venv` unless a working one of a supported Python is there."""
    if version(PYTHON) is not None:
        return
    require_space(NEEDED_MB, "the Python environment")
    say(f"making .venv with Python {sys.version.split()[0]}")
    if VENV.exists():
        # A half-made environment, or one whose Python was removed from the machine.
        shutil.rmtree(VENV)
    try:
        run([sys.executable, "-m", "venv", str(VENV)], "making the Python environment")
    except Failure:
        shutil.rmtree(VENV, ignore_errors=True)
        raise


def version(python: Path) -> str | None:
    """`3.11.7` of a supported Python with pip at this path, or None."""
    code = "import sys, pip; print('%d.%d.%d' % sys.version_info[:3])"
    try:
        done = subprocess.run([python, "-c", code], capture_output=True, text=True, check=False, timeout=60)
    except OSError:
        return None
    text = done.stdout.strip()
    if done.returncode or not text:
        return None
    pair = tuple(int(part) for part in text.split(".")[:2])
    return text if SUPPORTED[0] <= pair <= SUPPORTED[1] else None


def install(*names: str) -> None:
    """Install requirements files, unless they are installed as they stand."""
    running = version(PYTHON) or ""
    for name in names:
        files = [ROOT / "requirements.txt", ROOT / name]
        value = stamps.fingerprint(set(files), running)
        stamp = VENV / f".installed-{name}"
        if stamps.is_fresh(stamp, value):
            continue
        require_space(NEEDED_MB if not (VENV / ".installed-requirements.txt").exists() else 300, name)
        say(f"installing {name} (the first time takes a few minutes)")
        hint_cpu_build()
        command = [str(PYTHON), "-m", "pip", "install", "--disable-pip-version-check", "--no-input"]
        run([*command, "--retries", "2", "-r", name], f"installing {name}")
        stamps.write(stamp, value)


def hint_cpu_build() -> None:
    """On Linux without an NVIDIA card the default build of torch carries gigabytes of no use."""
    if not sys.platform.startswith("linux") or shutil.which("nvidia-smi"):
        return
    # A machine whose pip was told of another place than the usual one has made its choice.
    if re.search(r"index-url|find-links", run([str(PYTHON), "-m", "pip", "config", "list"], "asking pip")):
        return
    say(
        "no NVIDIA card here: to save several GB, stop now, set PIP_EXTRA_INDEX_URL to the CPU index "
        "that PyTorch's install page names, and run again"
    )
