"""Which processor runs the networks, and which card belongs to which worker."""

from __future__ import annotations

import ctypes
import logging
import os
import shutil
import subprocess
from collections.abc import Mapping
from functools import cache
from importlib import metadata
from typing import NamedTuple

from ..errors import SetupError

log = logging.getLogger(__name__)

VARIABLE = "CUDA_VISIBLE_DEVICES"
ASK_S = 20
PACKAGE, DRIVER = "onnxruntime-gpu", "libcuda.so.1"
CPU_BUILD = "ONNX Runtime is installed in its build for processors"
NO_DRIVER = "no NVIDIA driver is installed here"
NO_CARD = "NVIDIA's driver finds no card that this process may use"
NO_CUDA_FIX = "Install the NVIDIA driver, run `make cuda`, or set SHADOW_DEVICE=auto."


class Card(NamedTuple):
    """A graphics card: its name, and its memory in bytes."""

    name: str
    free: int
    total: int


def resolve(wanted: str) -> str:
    """``auto``, ``cpu`` or ``cuda`` -> ``cpu`` or ``cuda``.

    SetupError when CUDA is asked for and cannot be used; ``auto`` goes on with the CPU and says why.
    """
    if wanted == "cpu":
        return "cpu"
    if wanted not in ("auto", "cuda"):
        raise SetupError(f"The device {wanted!r} is not known.", fix="Use auto, cpu or cuda.")
    why = why_no_cuda()
    if not why:
        return "cuda"
    if wanted == "cuda":
        raise SetupError(
            f"The graphics card was asked for (SHADOW_DEVICE=cuda), but {why}.",
            code="no_cuda",
            fix=NO_CUDA_FIX,
        )
    _say_once(why)
    return "cpu"


def why_no_cuda() -> str:
    """Why the networks cannot run on a graphics card here; empty when they can."""
    try:
        metadata.version(PACKAGE)
    except metadata.PackageNotFoundError:
        return CPU_BUILD
    driver = _driver()
    if driver is None:
        return NO_DRIVER
    # Only now is CUDA begun with: a process that has may not be forked.
    count = ctypes.c_int(0)
    begun = driver.cuInit(0) == 0 and driver.cuDeviceGetCount(ctypes.byref(count)) == 0
    return "" if begun and count.value else NO_CARD


def _driver() -> ctypes.CDLL | None:
    """The driver's library, where it is installed."""
    try:
        return ctypes.CDLL(DRIVER)
    except OSError:
        return None


@cache
def _say_once(why: str) -> None:
    # Who installed no CUDA has chosen the CPU, unless there is a card that now lies idle.
    chosen = why in (CPU_BUILD, NO_DRIVER) and not cards(os.environ)
    level = logging.INFO if chosen else logging.WARNING
    log.log(level, "the pose model runs on the CPU: %s (SHADOW_DEVICE=cpu if that is meant)", why)


def cards(environ: Mapping[str, str]) -> list[str]:
    """Names of the graphics cards that this process may use, as CUDA_VISIBLE_DEVICES has them."""
    if VARIABLE in environ:
        return [part.strip() for part in environ[VARIABLE].split(",") if part.strip()]
    return _asked("index", environ)


def card(environ: Mapping[str, str] = os.environ) -> Card | None:
    """The card that this process uses, the first of those it may; None where `nvidia-smi` cannot tell."""
    names = cards(environ)
    lines = _asked("name,memory.free,memory.total", environ, *(["-i", names[0]] if names else []))
    if not lines:
        return None
    name, free, total = lines[0].rsplit(",", 2)
    mebibyte = 1 << 20
    return Card(name.strip(), int(free) * mebibyte, int(total) * mebibyte)


def _asked(query: str, environ: Mapping[str, str], *which: str) -> list[str]:
    """What `nvidia-smi` answers, a line for each card; nothing where it is missing or fails."""
    tool = shutil.which("nvidia-smi", path=environ.get("PATH"))
    if tool is None:
        return []
    command = [tool, f"--query-gpu={query}", "--format=csv,noheader,nounits", *which]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=ASK_S, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return []
    return done.stdout.splitlines() if done.returncode == 0 else []


def card_for(instance: int, environ: Mapping[str, str] = os.environ) -> str | None:
    """The card of the worker with this number (1, 2, ...), or None where there is no card.

    More workers than cards share them in turn; that is said, because one worker keeps a card busy.
    """
    names = cards(environ)
    if not names:
        return None
    if instance > len(names):
        log.warning("worker %d shares a graphics card: there are only %d here", instance, len(names))
    return names[(instance - 1) % len(names)]
