"""The pipeline of one analysis: stages that can be resumed, with measured progress.

A stage reads files of the work folder and writes files of the work folder. It runs in a scratch folder
beside its outputs, which are renamed into place when it has finished; then its receipt (a small JSON file
with the fingerprint of everything that went into it) is written. A stage whose receipt has the right
fingerprint is skipped, so a retry costs only what was lost, and a re-run with another option repeats
only what depends on that option.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from ...settings import Settings
from .request import AnalysisRequest

Progress = Callable[[str, int, int], None]
Check = Callable[[], None]
# Raise this when the form of the receipts or of the stages' files changes; their code is in the fingerprint.
PIPELINE_VERSION = 2
PACKAGE = Path(__file__).resolve().parent.parent.parent


@dataclass(frozen=True)
class Stage:
    """One step: its name, the words a coach reads, its share of the whole, and what decides its output.

    ``weight`` is the typical share of the wall time, used to make one number of many progresses;
    ``options`` are the fields of AnalysisRequest that change the output of this stage; ``code`` the folders of
    the package (with their ``data``) that do: another release of them does not trust this one's receipts.
    """

    name: str
    words: str
    weight: float
    options: tuple[str, ...]
    run: Callable[[Run], None]
    code: tuple[str, ...] = ()


@dataclass
class Run:
    """What a stage gets: where to read, where to write, whom to tell, and how to stop."""

    request: AnalysisRequest
    video: Path
    work: Path
    settings: Settings
    engine_factory: Callable[[str], Any]
    progress: Progress
    check: Check
    stage: str = ""
    scratch: Path = field(default_factory=Path)

    def advance(self, done: int, total: int) -> None:
        """Report frames (or steps) done in the present stage."""
        self.progress(self.stage, done, max(total, 1))

    def write(self, name: str) -> Path:
        """A path in the scratch folder; after the stage it is ``work/name``."""
        path = self.scratch / name
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    def write_json(self, name: str, value: object) -> None:
        """Write JSON; NaN is an error here, because browsers cannot read it."""
        self.write(name).write_text(json.dumps(value, allow_nan=False, indent=1), encoding="utf-8")

    def read_json(self, name: str) -> Any:
        """JSON written by an earlier stage."""
        return json.loads((self.work / name).read_text(encoding="utf-8"))


def run(
    request: AnalysisRequest,
    video: Path,
    work: Path,
    *,
    settings: Settings,
    engine_factory: Callable[[str], Any],
    progress: Progress = lambda stage, done, total: None,
    check: Check = lambda: None,
    stage_done: Callable[[str, Path], None] = lambda stage, work: None,
) -> dict[str, Any]:
    """Run what is missing of one analysis in ``work`` and return the content of analysis.json.

    ``stage_done(name, work)`` is called after each stage, also a skipped one: the caller publishes the
    browser copy of the film as soon as it exists. Finished files for the coach are in ``work/out``.
    Raises BadVideo and the other errors of the tree; Canceled comes from ``check``.
    """
    from threadpoolctl import threadpool_limits

    from .stages import STAGES

    work.mkdir(parents=True, exist_ok=True)
    context = Run(request, video, work, settings, engine_factory, progress, check)
    fingerprint = _film_fingerprint(video)
    for stage in STAGES:
        check()
        fingerprint = _chain(fingerprint, stage, request)
        if not _is_done(work, stage, fingerprint):
            # Small matrices and a busy machine: two BLAS threads made the motion stage 20 times slower.
            with threadpool_limits(1):
                _run_stage(context, stage, fingerprint)
        stage_done(stage.name, work)
    return json.loads((work / "out" / "analysis.json").read_text(encoding="utf-8"))


def timings(work: Path) -> dict[str, float]:
    """Seconds each finished stage took, as its receipt says."""
    found = {}
    for path in sorted((work / "receipts").glob("*.json")):
        receipt = json.loads(path.read_text(encoding="utf-8"))
        found[receipt["stage"]] = receipt["seconds"]
    return found


def overall_progress(stage: str, done: int, total: int) -> float:
    """Progress of the whole analysis in percent (0..100) from the progress inside one stage."""
    from .stages import STAGES

    before = 0.0
    for row in STAGES:
        if row.name == stage:
            return (
                100 * (before + row.weight * min(done / max(total, 1), 1.0)) / sum(s.weight for s in STAGES)
            )
        before += row.weight
    return 0.0


def _run_stage(context: Run, stage: Stage, fingerprint: str) -> None:
    """Run one stage in a fresh scratch folder, move its files into place, write its receipt."""
    scratch = context.work / f".scratch-{stage.name}"
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(parents=True)
    _receipt(context.work, stage).unlink(missing_ok=True)
    context.stage, context.scratch = stage.name, scratch
    context.advance(0, 1)
    started = time.monotonic()
    try:
        stage.run(context)
        files = [path.relative_to(scratch) for path in sorted(scratch.rglob("*")) if path.is_file()]
        for relative in files:
            target = context.work / relative
            target.parent.mkdir(parents=True, exist_ok=True)
            (scratch / relative).replace(target)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    receipt = {
        "stage": stage.name,
        "fingerprint": fingerprint,
        "seconds": round(time.monotonic() - started, 3),
        "files": [relative.as_posix() for relative in files],
    }
    _write_receipt(_receipt(context.work, stage), receipt)
    context.advance(1, 1)


def _write_receipt(path: Path, receipt: dict[str, Any]) -> None:
    """A receipt appears whole or not at all: a half-written one would vouch for files."""
    path.parent.mkdir(exist_ok=True)
    temporary = path.with_suffix(".tmp")
    temporary.write_text(json.dumps(receipt), encoding="utf-8")
    temporary.replace(path)


def _receipt(work: Path, stage: Stage) -> Path:
    return work / "receipts" / f"{stage.name}.json"


def _is_done(work: Path, stage: Stage, fingerprint: str) -> bool:
    try:
        receipt = json.loads(_receipt(work, stage).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return receipt.get("fingerprint") == fingerprint and all((work / f).exists() for f in receipt["files"])


def _film_fingerprint(video: Path) -> str:
    """Name-independent identity of the film: its size and its first and last megabyte."""
    digest = hashlib.sha256(str(video.stat().st_size).encode())
    with video.open("rb") as file:
        digest.update(file.read(1 << 20))
        file.seek(max(0, video.stat().st_size - (1 << 20)))
        digest.update(file.read(1 << 20))
    return digest.hexdigest()


def _chain(previous: str, stage: Stage, request: AnalysisRequest) -> str:
    """Fingerprint of a stage: its predecessor's, its name, its code, the options that matter to it."""
    options = request.as_dict()
    parts = [str(PIPELINE_VERSION), previous, stage.name, *(f"{o}={options[o]}" for o in stage.options)]
    parts += [code_fingerprint(PACKAGE / folder) for folder in stage.code]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


@cache
def code_fingerprint(folder: Path) -> str:
    """Identity of the modules and data files of one folder of the package, read once per process."""
    digest = hashlib.sha256()
    for path in sorted([*folder.glob("*.py"), *folder.glob("data/*")]):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()
