"""The virtual environment in `.venv` and the pinned Python packages in it."""

from __future__ import annotations

import platform
import re
import shutil
import subprocess
import sys
from pathlib import Path

from . import stamps
from .shell import ROOT, Failure, require_space, run, say

VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
PIP = [str(PYTHON), "-m", "pip", "--disable-pip-version-check"]
SUPPORTED = ((3, 11), (3, 13))
# What a first installation takes at its largest: pip unpacks beside what it has fetched.
NEEDED_MB = {
    "requirements.txt": 1500,
    "requirements-cuda.txt": 6000,
    "requirements-dev.txt": 1500,
    "requirements-training.txt": 3000,
}
CUDA_SET = "requirements-cuda.txt"


def ensure() -> None:
    """Make `.venv` unless a working one of a supported Python is there."""
    if version(PYTHON) is not None:
        return
    require_space(NEEDED_MB["requirements.txt"], "the Python environment")
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
    """Install requirements files, unless they are installed as they stand.

    Where the set for a graphics card was installed, it is that instead of requirements.txt.
    """
    running = version(PYTHON) or ""
    for name in names:
        if name == "requirements.txt" and _stamp(CUDA_SET).exists():
            name = CUDA_SET
        value = stamps.fingerprint({ROOT / "requirements.txt", ROOT / name}, running)
        if stamps.is_fresh(_stamp(name), value):
            continue
        require_space(300 if _stamp(name).exists() else NEEDED_MB[name], name)
        say(f"installing {name} (the first time takes a few minutes)")
        if name == "requirements-training.txt":
            hint_cpu_build()
        command = [*PIP, "install", "--no-input", "--retries", "2", "-r", name]
        run(command, f"installing {name}")
        stamps.write(_stamp(name), value)


def install_cuda() -> None:
    """The set for a graphics card, in place of the one for processors."""
    if sys.platform != "linux" or platform.machine() != "x86_64":
        raise Failure(
            "ONNX Runtime's build for graphics cards is made for Linux on x86-64; this is another machine."
        )
    if not _stamp(CUDA_SET).exists():
        # Both builds are one module, and pip knows nothing of that: the files of one would lie over the other's.
        run([*PIP, "uninstall", "--yes", "onnxruntime"], "removing ONNX Runtime for processors")
        _stamp("requirements.txt").unlink(missing_ok=True)
        _stamp(CUDA_SET).touch()
    install(CUDA_SET)


def _stamp(name: str) -> Path:
    return VENV / f".installed-{name}"


def hint_cpu_build() -> None:
    """On Linux without an NVIDIA card the default build of torch carries gigabytes of no use."""
    if not sys.platform.startswith("linux") or shutil.which("nvidia-smi"):
        return
    # A machine whose pip was told of another place than the usual one has made its choice.
    if re.search(r"index-url|find-links", run([str(PYTHON), "-m", "pip", "config", "list"], "asking pip")):
        return
    say(
        "no NVIDIA card here: to save several GB (a test needs PyTorch), stop now, set PIP_EXTRA_INDEX_URL to the "
        "CPU index that PyTorch's install page names, and run again"
    )
