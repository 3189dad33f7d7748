"""New analyses: store the video, write the row, put it into the queue."""

from __future__ import annotations

import hashlib
import logging
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from flask import current_app

from ...catalog import Analysis
from ...catalog.statistics import EXAMPLE
from ...errors import NotFound, Unavailable
from ...jobs.attempt import example, publish
from ...jobs.pipeline.request import AnalysisRequest
from ...settings import ROOT
from ..accounts.viewer import catalog, viewer
from ..http.services import current
from ..uploads.receive import Received, check_queue, title_of
from ..uploads.stream import MB, area
from ..uploads.tickets import TicketedUpload
from . import idempotency, references
from .submission import Submission

log = logging.getLogger(__name__)

SAMPLES = {
    "lefty": ("sample_lefty.mp4", "Sample: left-hander, open side"),
    "righty-rear": ("sample_righty_rear.mp4", "Sample: right-hander from behind"),
}


def accept(received: Received | TicketedUpload, submission: Submission, place: int = 0) -> Analysis:
    """Store an uploaded video, write its row, put it in the queue; returns the row.

    ``place`` is the video's among those of one request. What is sent twice finds the row of the first.
    """
    if isinstance(received, Received):
        received = _known_again(received, place)
    return _create(received, title_of(received.name), submission.options, "upload", submission.columns)


def accept_sample(name: str, options: AnalysisRequest, *, priority: int = 0) -> Analysis:
    """The same for a clip that ships with the project; ``priority`` above 0 goes before what waits."""
    if name not in SAMPLES:
        raise NotFound(f"There is no sample called {name!r}.")
    check_queue()
    file, title = SAMPLES[name]
    path = copy_of(ROOT / "static" / "samples" / file)
    received = Received(path, path.stat().st_size, file, ".mp4", idempotency.sample_id(name))
    return _create(received, title, options, "sample", lambda: {"priority": priority})


def open_example() -> Analysis:
    """The viewer's own copy of the example report, made at the first time; NotFound where none was made at set-up."""
    storage, facts = current().storage, example.manifest(current().storage)
    analysis_id = hashlib.sha256(f"example:{viewer().user_id}".encode()).hexdigest()[:32]
    if (known := catalog().analyses.find(analysis_id, with_trash=True)) is not None:
        if known.deleted_at is not None:
            current().jobs.restore(analysis_id)
        return known
    if facts is None:
        raise NotFound(
            "No example report was made here.",
            code="no_example",
            fix="Run the sample, or tell the operator to run `python -m shadow_trainer example`.",
        )
    example.put_files(storage, analysis_id, facts)
    row = catalog().analyses.create(
        analysis_id=analysis_id,
        title="Example: left-hander, open side",
        original_name=example.SAMPLE.name,
        original_key=publish.key(analysis_id, example.ORIGINAL),
        original_bytes=storage.size(publish.key(analysis_id, example.ORIGINAL)),
        options=facts["options"],
        source=EXAMPLE,
    )
    current().jobs.complete_example(row.id, facts)
    return row


def copy_of(path: Path) -> Path:
    """A copy in the upload area: storing a video moves it."""
    with tempfile.NamedTemporaryFile(
        dir=area(current_app), prefix="upload-", suffix=".part", delete=False
    ) as to:
        with path.open("rb") as source:
            shutil.copyfileobj(source, to, MB)
        return Path(to.name)


def _create(
    received: Received | TicketedUpload,
    title: str,
    options: AnalysisRequest,
    source: str,
    columns: Callable[[], dict[str, Any]] = dict,
) -> Analysis:
    if (known := catalog().analyses.find(received.analysis_id)) is not None:
        received.discard()
        return known
    storage = current().storage
    key = f"analyses/{received.analysis_id}/original{received.extension}"
    try:
        # Before the row: whoever finds the row finds it, too.
        if isinstance(received, Received):
            idempotency.remember(received.analysis_id, received.sha256)
        received.store(storage, key)
        row = catalog().analyses.create(
            analysis_id=received.analysis_id,
            title=title,
            original_name=received.name,
            original_key=key,
            original_bytes=received.size_bytes,
            options={**options.as_stored(), "reference": references.option_of(options.reference)},
            source=source,
            **columns(),
        )
    except BaseException:
        # No row without its video, no video without its row; the row may be that of the same form, sent twice at once.
        if not _has_row(received.analysis_id):
            received.take_back(storage, key)
            idempotency.forget(received.analysis_id)
        raise
    finally:
        received.discard()
    _submit(row.id)
    return row


def _known_again(received: Received, place: int) -> Received:
    """The upload with the id that it gets, or has had."""
    try:
        known = idempotency.analysis_id(place, received.name, received.size_bytes, received.sha256)
    except BaseException:
        received.discard()
        raise
    return replace(received, analysis_id=known)


def _has_row(analysis_id: str) -> bool:
    """Whether another request has made the analysis; True where nobody can say (the clock sweeps what has none)."""
    if not idempotency.asked():
        return False
    try:
        return catalog().analyses.find(analysis_id, with_trash=True) is not None
    except Exception:  # the catalog is what has failed
        log.exception("whether %s has a row is not known", analysis_id)
        return True


def _submit(analysis_id: str) -> None:
    try:
        current().jobs.submit(analysis_id)
    except Unavailable:
        # The row says queued, and the clock puts into the queue what is missing there.
        log.exception("the queue does not answer; %s waits in the catalog", analysis_id)
