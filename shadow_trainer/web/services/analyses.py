"""The viewer's analyses: find them, read their files, correct them, run them again, delete them."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from ...body.series import PoseSeries
from ...catalog import Analysis
from ...errors import Conflict, NotFound
from ...jobs.correction import redraw, remeasure
from ...jobs.pipeline import assumptions
from ...jobs.pipeline.request import AnalysisRequest
from ...pitching.reference.retarget import at_hips
from ...pitching.stored import upgraded
from ...vocabulary import ACTIVE_STATES, State
from ..accounts.viewer import own, owner_filter
from ..http.services import current
from ..uploads.receive import check_queue
from . import references

NO_ANALYSIS = "There is no such analysis. It may have been deleted."
ID_PATTERN = re.compile(r"[0-9a-f]{32}")


def find(analysis_id: str) -> Analysis:
    """The analysis' row; NotFound for whatever is not an id of one, is somebody else's or lies in the trash."""
    row = find_any(analysis_id)
    if row.deleted_at is not None:
        raise NotFound(NO_ANALYSIS)
    return row


def find_any(analysis_id: str) -> Analysis:
    """The same with the trash."""
    row = current().catalog.analyses.find(analysis_id) if ID_PATTERN.fullmatch(analysis_id) else None
    return own(row, NO_ANALYSIS)


def is_there(analysis_id: str) -> bool:
    """Whether :func:`find` would find it."""
    try:
        find(analysis_id)
    except NotFound:
        return False
    return True


def list_analyses(**wanted: Any) -> list[Analysis]:
    """The viewer's analyses, the newest first; arguments as for the catalog."""
    return current().catalog.analyses.page(owner_id=owner_filter(), **wanted)


def count_analyses(**wanted: Any) -> int:
    """How many there are of them."""
    return current().catalog.analyses.count(owner_id=owner_filter(), **wanted)


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


def read_document(analysis_id: str) -> dict[str, Any]:
    """analysis.json as this release writes it, whichever release wrote it; NotFound when it is not there."""
    return upgraded(read_json(analysis_id, "analysis.json"))


def read_pose(analysis_id: str) -> PoseSeries:
    """The landmarks of an analysis; NotFound when they are not there."""
    with current().storage.open(f"analyses/{analysis_id}/pose.npz") as file:
        return PoseSeries.load(io.BytesIO(file.read()))


def read_shadow(analysis_id: str, mode: str, pin: str = "feet") -> PoseSeries:
    """The shadow on the athlete's rows, held at the feet or the hips, sure wherever it is; NotFound without one."""
    athlete = read_pose(analysis_id)
    with current().storage.open(f"analyses/{analysis_id}/shadow.npz") as file:
        arrays = np.load(io.BytesIO(file.read()), allow_pickle=False)
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
    """Measure another person of the film: new options, then run again."""
    row = find(analysis_id)
    options = replace(AnalysisRequest.from_stored(row.options), person=person)
    if row.state in ACTIVE_STATES:
        raise Conflict("This analysis is still running.", code="still_running")
    check_queue()  # before anything is changed
    current().catalog.analyses.set_options(analysis_id, options.as_stored())
    retry(analysis_id)


def move_events(analysis_id: str, delivery: int, events: dict[str, float]) -> dict[str, Any]:
    """Events moved by a coach, on top of those moved before; none at all: as they were found.

    Returns the new analysis.json.
    """
    completed(analysis_id)

    def change() -> remeasure.Change:
        before = read_document(analysis_id).get(remeasure.MOVED) or {}
        moved = {**before, str(delivery): {**before.get(str(delivery), {}), **events}} if events else {}
        return remeasure.Change(moved=moved)

    return _measure(analysis_id, change)


def events_of(analysis_id: str, delivery: int) -> dict[str, float]:
    """Where the events of one pitch are now, in seconds of real time; NotFound for a pitch that is not there."""
    for row in read_document(analysis_id)["deliveries"]:
        if row["index"] == delivery:
            return {name: event["time_s"] for name, event in row["events"].items() if event}
    raise NotFound(f"There is no pitch {delivery + 1} in this film.", code="no_such_delivery")


def assume(analysis_id: str, changes: dict[str, Any]) -> dict[str, Any]:
    """Another hand, height, capture rate, level, reference or view; returns the new analysis.json."""
    row = completed(analysis_id)
    if changes.get("reference", "") not in ("", row.options.get("reference")):
        changes = {**changes, "reference": references.option_of(changes["reference"])}
    assumptions.changed(row.options, changes)
    return _measure(analysis_id, lambda: remeasure.Change(assumed=changes))


def _measure(analysis_id: str, change: Callable[[], remeasure.Change]) -> dict[str, Any]:
    """The numbers again, now; the films when a worker has time. ``change`` is asked when it is its turn."""
    revision = remeasure.apply(current(), analysis_id, change)
    current().jobs.redraw(analysis_id, revision)
    return read_document(analysis_id)


def films_are_old(analysis_id: str, document: dict[str, Any]) -> bool:
    """Whether films and report file still show the numbers from before a change."""
    return redraw.is_due(current().storage, document, analysis_id)


def rename(analysis_id: str, title: str) -> None:
    """Another title; an empty one is ignored."""
    find(analysis_id)
    if title.strip():
        current().catalog.analyses.rename(analysis_id, " ".join(title.split())[:200])


def trash(analysis_id: str) -> Analysis:
    """Stop it and put it into the trash, from where it can be had back; returns the row."""
    row = find(analysis_id)
    current().jobs.delete(analysis_id)
    return row


def restore(analysis_id: str) -> None:
    """Take it out of the trash."""
    find_any(analysis_id)
    current().jobs.restore(analysis_id)


def delete(analysis_id: str) -> None:
    """Stop it, delete its files and its row, also from the trash."""
    find_any(analysis_id)
    current().jobs.delete(analysis_id, purge=True)
