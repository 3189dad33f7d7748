"""The viewer's analyses: find them, read their files, correct them, run them again, delete them."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from typing import Any, Unpack

import numpy as np

from ...body.npz import read_arrays
from ...body.series import PoseSeries
from ...catalog import Analysis
from ...catalog.search import Wanted
from ...errors import Conflict, NotFound
from ...jobs.pipeline.request import AnalysisRequest
from ...pitching.document import AnalysisDocument
from ...pitching.reference.retarget import at_hips
from ...pitching.stored import upgraded
from ...vocabulary import ACTIVE_STATES, State
from ..accounts.viewer import catalog
from ..http.services import current
from ..uploads.receive import check_queue


def find(analysis_id: str) -> Analysis:
    """The analysis' row; NotFound for whatever is not an id of one, is somebody else's or lies in the trash."""
    return catalog().analyses.get(analysis_id)


def find_any(analysis_id: str) -> Analysis:
    """The same with the trash."""
    return catalog().analyses.get(analysis_id, with_trash=True)


def is_there(analysis_id: str) -> bool:
    """Whether :func:`find` would find it."""
    return catalog().analyses.find(analysis_id) is not None


def list_analyses(*, limit: int = 50, offset: int = 0, **wanted: Unpack[Wanted]) -> list[Analysis]:
    """The viewer's analyses, the newest first; arguments as for the catalog."""
    return catalog().analyses.page(limit=limit, offset=offset, **wanted)


def count_analyses(**wanted: Unpack[Wanted]) -> int:
    """How many there are of them."""
    return catalog().analyses.count(**wanted)


def completed(analysis_id: str) -> Analysis:
    """The row of a finished analysis; Conflict while there is no result."""
    row = find(analysis_id)
    if row.state != State.COMPLETED:
        raise Conflict(
            f"There is no result: this analysis is {row.state}.",
            code="not_completed",
            fix="Ask /status until it says completed.",
        )
    return row


def read_json(analysis_id: str, name: str) -> Any:
    """A JSON file of an analysis; NotFound when it is not there."""
    key = f"analyses/{analysis_id}/{name}"
    try:
        with current().storage.open(key) as file:
            return json.loads(file.read())
    except NotFound as error:
        raise NotFound(f"This analysis has no {name}.", code="no_such_file") from error


def read_document(analysis_id: str) -> AnalysisDocument:
    """analysis.json as this release writes it, whichever release wrote it; NotFound when it is not there."""
    return upgraded(read_json(analysis_id, "analysis.json"))


def read_pose(analysis_id: str) -> PoseSeries:
    """The landmarks of an analysis; NotFound when they are not there."""
    with current().storage.open(f"analyses/{analysis_id}/pose.npz") as file:
        return PoseSeries.load(io.BytesIO(file.read()))


def read_reference_overlay(analysis_id: str, mode: str, pin: str = "feet") -> PoseSeries:
    """The reference on the athlete's rows, held at the feet or the hips, sure wherever it is; NotFound without one."""
    athlete = read_pose(analysis_id)
    with current().storage.open(f"analyses/{analysis_id}/shadow.npz") as file:
        arrays = read_arrays(io.BytesIO(file.read()))
        world, pixels = arrays[f"{mode}_world_m"], arrays[f"{mode}_landmarks_px"]
    if pin == "hips":
        world, pixels = at_hips(world, athlete.world_m), at_hips(pixels, athlete.landmarks_px)
    known = np.isfinite(world).all(axis=(1, 2))
    return athlete.with_(
        landmarks_px=pixels, world_m=world, confidence=np.ones(world.shape[:2]), measured=known
    )


def retry(analysis_id: str, *, queue: str | None = None) -> None:
    """Run it again from where it stopped (in another queue); Conflict while it is still running."""
    row = find(analysis_id)
    if row.state in ACTIVE_STATES:
        raise Conflict("This analysis is still running.", code="still_running")
    check_queue()
    current().jobs.retry(analysis_id, queue=queue)


def choose_person(analysis_id: str, person: int) -> None:
    """Measure another person of the video: new options, then run again."""
    row = find(analysis_id)
    # What was moved and set by hand was somebody else's.
    options = replace(AnalysisRequest.from_stored(row.options), person=person, moved=(), joints=())
    if row.state in ACTIVE_STATES:
        raise Conflict("This analysis is still running.", code="still_running")
    check_queue()  # before anything is changed
    catalog().analyses.set_options(analysis_id, options.as_stored())
    retry(analysis_id)


def rename(analysis_id: str, title: str) -> None:
    """Give it another title; an empty one is ignored."""
    find(analysis_id)
    if title.strip():
        catalog().analyses.rename(analysis_id, " ".join(title.split())[:200])


def delete(analysis_id: str, *, purge: bool = False) -> Analysis:
    """Stop it and put it into the trash, from where it can be had back; returns the row as it was.

    ``purge``: delete its files and its row for good instead, also from the trash.
    """
    row = find_any(analysis_id) if purge else find(analysis_id)
    current().jobs.delete(analysis_id, purge=purge)
    return row


def restore(analysis_id: str) -> None:
    """Take it out of the trash."""
    find_any(analysis_id)
    current().jobs.restore(analysis_id)
