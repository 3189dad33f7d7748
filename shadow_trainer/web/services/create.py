"""New analyses: store the video, write the row, put it into the queue."""

from __future__ import annotations

import logging
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from flask import current_app

from ...catalog import Analysis
from ...errors import NotFound, Unavailable
from ...jobs.pipeline.request import AnalysisRequest
from ...settings import ROOT
from ..accounts.viewer import catalog
from ..http.services import current
from ..uploads.receive import Received, check_queue, title_of
from ..uploads.stream import MB, area
from ..uploads.tickets import TicketedUpload
from . import references
from .submission import Submission

log = logging.getLogger(__name__)

SAMPLES = {
    "lefty": ("sample_lefty.mp4", "Sample: left-hander, open side"),
    "righty-rear": ("sample_righty_rear.mp4", "Sample: right-hander from behind"),
}


def accept(received: Received | TicketedUpload, submission: Submission) -> Analysis:
    """Store an uploaded video, write its row, put it in the queue; returns the row."""
    return _create(received, title_of(received.name), submission.options, "upload", submission.columns)


def accept_sample(name: str, options: AnalysisRequest) -> Analysis:
    """The same for a clip that ships with the project."""
    if name not in SAMPLES:
        raise NotFound(f"There is no sample called {name!r}.")
    check_queue()
    file, title = SAMPLES[name]
    path = copy_of(ROOT / "static" / "samples" / file)
    return _create(Received(path, path.stat().st_size, file, ".mp4"), title, options, "sample")


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
    storage = current().storage
    key = f"analyses/{received.analysis_id}/original{received.extension}"
    try:
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
        # No row without its video, no video without its row.
        received.take_back(storage, key)
        raise
    finally:
        received.discard()
    _submit(row.id)
    return row


def _submit(analysis_id: str) -> None:
    try:
        current().jobs.submit(analysis_id)
    except Unavailable:
        # The row says queued, and the clock puts into the queue what is missing there.
        log.exception("the queue does not answer; %s waits in the catalog", analysis_id)
