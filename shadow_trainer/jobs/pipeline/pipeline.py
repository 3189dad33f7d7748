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
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from ...settings import Settings
from . import stages
from .request import AnalysisRequest
from .stage import Check, Progress, Run, Stage

# Raise this when the form of the receipts or of the stages' files changes; their code is in the fingerprint.
PIPELINE_VERSION = 2
PACKAGE = Path(__file__).resolve().parent.parent.parent


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
    videos: bool = False,
) -> dict[str, Any]:
    """Run what is missing of one analysis in ``work`` and return the content of analysis.json.

    ``videos``: with the overlay and the side-by-side video, which otherwise are drawn when somebody asks for them.

    ``stage_done(name, work)`` is called after each stage, also a skipped one: the caller publishes the
    browser copy of the video as soon as it exists. Finished files for the coach are in ``work/out``.
    Raises BadVideo and the other errors of the tree; Canceled comes from ``check``.
    """
    from threadpoolctl import threadpool_limits

    work.mkdir(parents=True, exist_ok=True)
    context = Run(request, video, work, settings, engine_factory, progress, check)
    fingerprint = _video_fingerprint(video)
    for stage in stages.table(videos=videos):
        check()
        fingerprint = _chain(fingerprint, stage, request)
        if stage.name == "scan":
            # The scan reaches the same code as the stage that measures people.
            context.scanned = fingerprint
        if not _is_done(work, stage, fingerprint):
            # Small matrices and a busy machine: two BLAS threads made the motion stage 20 times slower.
            with threadpool_limits(1):
                _run_stage(context, stage, fingerprint)
        stage_done(stage.name, work)
    document: dict[str, Any] = json.loads((work / "out" / "analysis.json").read_text(encoding="utf-8"))
    return document


def overall_progress(
    stage: str, done: int, total: int, *, videos: bool = False, shares: Mapping[str, float] | None = None
) -> float:
    """Progress of the whole analysis in percent (0..100) from the progress inside one stage.

    ``shares`` are the stages' as they were measured on this installation; without, the usual ones.
    """
    weights = shares or {row.name: row.weight for row in stages.table(videos=videos)}
    before = 0.0
    for name, weight in weights.items():
        if name == stage:
            return 100 * (before + weight * min(done / max(total, 1), 1.0)) / sum(weights.values())
        before += weight
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
        steps = context.steps
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
        "steps": steps,
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


def _video_fingerprint(video: Path) -> str:
    """Name-independent identity of the video: its size and its first and last megabyte."""
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
    parts += [code_fingerprint(PACKAGE / code) for code in stage.code]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


@cache
def code_fingerprint(code: Path) -> str:
    """Identity of one module, or of all modules and data files below a folder; read once per process."""
    files = [code] if code.is_file() else sorted(path for path in code.rglob("*") if _is_code(path))
    if not files:
        raise ValueError(f"there is no code at {code}")
    digest = hashlib.sha256()
    for path in files:
        digest.update(path.relative_to(code.parent).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def _is_code(path: Path) -> bool:
    return path.is_file() and "__pycache__" not in path.parts
