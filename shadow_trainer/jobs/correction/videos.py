"""The drawn videos of a finished analysis, made when somebody wants one: the overlay, the side by side.

A video belongs to the numbers that it shows. One that is asked for is drawn on the batch queue and then published
beside the other files; a correction or another run ends it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING

from ...errors import NotFound, ShadowError
from ..attempt import publish
from ..pipeline.artifacts import VIDEOS
from . import drawing_tries, redraw
from .revisions import drawn

if TYPE_CHECKING:
    from ...catalog import Analysis
    from ...services import Services
    from ...storage import Storage

log = logging.getLogger(__name__)


class NotDrawn(ShadowError):
    """The drawing of a video failed each time."""

    code = "not_drawn"
    fix = "The report and the plain video are complete. Try again in an hour, or tell the operator the code."


def is_there(storage: Storage, row: Analysis, name: str) -> bool:
    """Whether a drawn video shows the numbers of now, or is the last one that could be drawn."""
    if name not in (row.files or []):
        return False
    if _is_old(storage, row):
        return not storage.exists(row.original_key)
    # The row may have been read before the report was made again, which took the video away.
    return storage.exists(publish.key(row.id, name))


def can_be(storage: Storage, row: Analysis, name: str) -> bool:
    """Whether it is there or can be drawn."""
    return name in VIDEOS and (
        name in (row.files or []) or (_has_pitch(row) and storage.exists(row.original_key))
    )


def check_possible(services: Services, row: Analysis, name: str) -> None:
    """Raise what keeps a video from being drawn: NotFound without the original, NotDrawn after too many tries."""
    if name not in VIDEOS or not _has_pitch(row):
        raise NotFound(f"This analysis has no file {name!r}.", code="no_such_file")
    if not services.storage.exists(row.original_key):
        raise NotFound(redraw.NO_ORIGINAL, code="original_missing")
    if drawing_tries.of(services.catalog, row, name) >= drawing_tries.MOST:
        raise NotDrawn("This video could not be drawn.")


def draw(
    services: Services,
    analysis_id: str,
    name: str,
    *,
    progress: Callable[[int, int], None] = lambda done, total: None,
    check: Callable[[], None] = lambda: None,
) -> bool:
    """Draw and publish one video; False when the analysis is gone, was changed meanwhile, or has failed too often."""
    row = services.catalog.analyses.find(analysis_id)
    if row is None or name not in VIDEOS:
        return False
    if is_there(services.storage, row, name):
        return True
    if not drawing_tries.begin(services.catalog, row, name):
        return False
    with redraw.desk(services, row, check) as at:
        if _is_old(services.storage, row) and not redraw.report(at):
            return False
        if not redraw.video(at, name, progress, check):
            return False
    drawing_tries.forget(services.catalog, analysis_id, name)
    log.info("drawn: %s of %s", name, analysis_id)
    return True


def _has_pitch(row: Analysis) -> bool:
    return "pose.npz" in (row.files or []) and bool((row.result or {}).get("deliveries"))


def _is_old(storage: Storage, row: Analysis) -> bool:
    # An earlier release told the revision of a correction to analysis.json alone.
    revision = row.revision or redraw.current_revision(storage, row.id)
    return revision is not None and drawn(storage, row.id) != revision
