"""Which processor runs the networks: told without importing torch, so that a worker's parent may ask."""

from __future__ import annotations

import ctypes
import logging
import os
import shutil
import subprocess
from collections.abc import Mapping
from functools import cache
from importlib import metadata

from ..errors import SetupError

log = logging.getLogger(__name__)

VARIABLE = "CUDA_VISIBLE_DEVICES"
ASK_S = 20
NO_TORCH, CPU_BUILD = "PyTorch is not installed", "this PyTorch is a build without CUDA"
NO_DRIVER, DRIVER = "no NVIDIA driver is installed here", "libcuda.so.1"
NO_CUDA_FIX = "Install the NVIDIA driver and the CUDA build of PyTorch, or set SHADOW_DEVICE=auto."


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
        build = metadata.version("torch")
    except metadata.PackageNotFoundError:
        return NO_TORCH
    # The build's name says it without an import that would cost seconds and 200 MB in every worker.
    if build.endswith("+cpu"):
        return CPU_BUILD
    if not has_driver():
        return NO_DRIVER
    import torch

    return "" if torch.cuda.is_available() else "PyTorch sees no CUDA device"


def has_driver() -> bool:
    """Whether the driver's library is there. It is not begun with: a process that has may not be forked."""
    try:
        ctypes.CDLL(DRIVER)
    except OSError:
        return False
    return True


@cache
def _say_once(why: str) -> None:
    # Who installed no CUDA has chosen the CPU, unless there is a card that now lies idle.
    chosen = why in (NO_TORCH, CPU_BUILD, NO_DRIVER) and not cards(os.environ)
    level = logging.INFO if chosen else logging.WARNING
    log.log(level, "the pose model runs on the CPU: %s (SHADOW_DEVICE=cpu if that is meant)", why)


def cards(environ: Mapping[str, str]) -> list[str]:
    """Names of the graphics cards that this process may use, as CUDA_VISIBLE_DEVICES has them."""
    if VARIABLE in environ:
        return [part.strip() for part in environ[VARIABLE].split(",") if part.strip()]
    tool = shutil.which("nvidia-smi", path=environ.get("PATH"))
    if tool is None:
        return []
    command = [tool, "--query-gpu=index", "--format=csv,noheader"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=ASK_S, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return []
    return done.stdout.split() if done.returncode == 0 else []


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
