"""Stages that a finished analysis keeps, so that running it again repeats only what another option changes.

A coach who says where a pitch is waits for the stretch of the video that was not measured yet, and not for the copy of
the video and the search for people as well. Kept are the receipts and small files of the first stages, as one file
among the results; what they published stands there anyway. Receipts of other code fit nothing and are not trusted.
"""

from __future__ import annotations

import json
import logging
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...errors import ShadowError
from . import publish

if TYPE_CHECKING:
    from ...storage import Storage

log = logging.getLogger(__name__)

NAME = "stages.zip"
STAGES = ("probe", "preview", "scan")
# What was measured of people: the pipeline takes from it what still fits (jobs/pipeline/tracks.py).
TRACKS = ("out/track.npz", "out/track.json")
OUT = "out/"


def keep(work: Path) -> None:
    """Put what may be kept among the files that are published."""
    receipts = list(_receipts(work))
    if not receipts:
        return
    with zipfile.ZipFile(work / OUT / NAME, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, receipt in receipts:
            archive.write(path, path.relative_to(work).as_posix())
            for name in receipt["files"]:
                if not name.startswith(OUT):
                    archive.write(work / name, name)


def restore(storage: Storage, analysis_id: str, files: Iterable[str], work: Path) -> None:
    """Put back into an empty work folder what an earlier run kept; nothing where it kept nothing.

    Whatever goes wrong costs time and no result: the stages run again.
    """
    published = set(files)
    if NAME not in published or (work / "receipts").exists():
        return
    try:
        archive = storage.get(publish.key(analysis_id, NAME), work / NAME)
        with zipfile.ZipFile(archive) as kept:
            kept.extractall(work)
        archive.unlink()
        wanted = {name for _, receipt in _receipts(work) for name in receipt["files"] if name.startswith(OUT)}
        for name in sorted({*wanted, *TRACKS}):
            if name.removeprefix(OUT) in published:
                target = work / name
                target.parent.mkdir(parents=True, exist_ok=True)
                storage.get(publish.key(analysis_id, name.removeprefix(OUT)), target)
    except (ShadowError, OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
        log.warning("the kept stages of %s could not be taken over: %s", analysis_id, error)


def _receipts(work: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    for stage in STAGES:
        path = work / "receipts" / f"{stage}.json"
        if path.is_file():
            yield path, json.loads(path.read_text(encoding="utf-8"))
