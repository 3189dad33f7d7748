"""A motion file of somebody else as a reference, read in a process of its own with bounded memory and time.

The web process would keep the memory of the largest file that it ever read, and stand still meanwhile; and it does
not load what finding a pitch needs.
"""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...errors import BadRequest, Busy
from ...pitching.reference import Reference
from ...settings import ROOT

log = logging.getLogger(__name__)

MAX_BYTES = 1_500_000_000  # of addresses; a pitch takes a third of it
MAX_CPU_S = 40
PATIENCE_S = 80.0
# Of each web process; more would be more memory than a small machine has.
AT_ONCE = 2
WAIT_S = 20.0
_slots = threading.BoundedSemaphore(AT_ONCE)


@dataclass(frozen=True)
class Imported:
    """The reference, and what was understood of its file: ``labels, notes, format, fps, frames``."""

    reference: Reference
    understood: dict[str, Any]


def imported(
    path: Path,
    *,
    labels: Mapping[str, tuple[str, ...]],
    max_bytes: int = MAX_BYTES,
    max_cpu_s: int = MAX_CPU_S,
    **options: Any,
) -> Imported:
    """The best delivery of the file at ``path``, in whose folder the child leaves its result.

    ``options`` are ``name, hand, level, height_m`` and ``fps``. Raises BadRequest for what is no motion or costs too
    much, and Busy when other files are being read.
    """
    limits = {"max_bytes": max_bytes, "max_cpu_s": max_cpu_s}
    asked = {
        "file": path.name,
        "labels": {mark: list(used) for mark, used in labels.items()},
        **options,
        **limits,
    }
    (path.parent / "request.json").write_text(json.dumps(asked), encoding="utf-8")
    if not _slots.acquire(timeout=WAIT_S):
        raise Busy("Other motion files are being read.", fix="Try again in a minute.")
    try:
        _run(path.parent)
    finally:
        _slots.release()
    return _result(path.parent)


def _run(folder: Path) -> None:
    """Run the child to its end, or end it."""
    # One thread: each of a library's would take addresses of its own.
    alone = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "shadow_trainer.pitching.importers", str(folder)]
    try:
        done = subprocess.run(
            command,
            env={**os.environ, **alone},
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            timeout=PATIENCE_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        log.warning("a motion file was read for more than %g s", PATIENCE_S)
        return
    if done.returncode:
        log.warning(
            "reading a motion file ended with %s: %s",
            done.returncode,
            done.stderr[-2000:].decode(errors="replace"),
        )


def _result(folder: Path) -> Imported:
    if (refused := folder / "refused.json").exists():
        words = json.loads(refused.read_text(encoding="utf-8"))
        raise BadRequest(words["message"], code=words["code"], fix=words["fix"])
    understood = folder / "understood.json"
    if not understood.exists():
        raise BadRequest(
            "Reading this motion file takes too much memory or time.",
            code="motion_too_large",
            fix="Cut the motion to the pitch and export it again with the body's markers alone.",
        )
    reference = Reference.load(folder / "reference.npz")
    return Imported(reference, json.loads(understood.read_text(encoding="utf-8")))
