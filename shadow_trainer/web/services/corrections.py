"""Corrections of a finished analysis: the numbers change at once, the videos when a worker has drawn them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...errors import NotFound
from ...jobs.correction import redraw, remeasure
from ...jobs.pipeline import assumptions
from ...pitching.document import AnalysisDocument
from ..http.services import current
from ..http.unrestricted import unrestricted
from . import references
from .analyses import completed, read_document


def move_events(analysis_id: str, delivery: int, events: dict[str, float]) -> AnalysisDocument:
    """Events moved by a coach, on top of those moved before; none at all: as they were found.

    Returns the new analysis.json.
    """
    completed(analysis_id)

    def change() -> remeasure.Change:
        before: dict[str, Any] = dict(read_document(analysis_id).get("moved_events") or {})
        moved = {**before, str(delivery): {**before.get(str(delivery), {}), **events}} if events else {}
        return remeasure.Change(moved=moved)

    return measure(analysis_id, change)


def events_of(analysis_id: str, delivery: int) -> dict[str, float]:
    """Where the events of one pitch are now, in seconds of real time; NotFound for a pitch that is not there."""
    for row in read_document(analysis_id)["deliveries"]:
        if row["index"] == delivery:
            return {name: event["time_s"] for name, event in row["events"].items() if event}
    raise NotFound(f"There is no pitch {delivery + 1} in this video.", code="no_such_delivery")


def assume(analysis_id: str, changes: dict[str, Any]) -> AnalysisDocument:
    """Another hand, height, capture rate, level, reference or view; returns the new analysis.json."""
    row = completed(analysis_id)
    if changes.get("reference", "") not in ("", row.options.get("reference")):
        changes = {**changes, "reference": references.option_of(changes["reference"])}
    assumptions.changed(row.options, changes)
    return measure(analysis_id, lambda: remeasure.Change(assumed=changes))


def measure(analysis_id: str, change: Callable[[], remeasure.Change]) -> AnalysisDocument:
    """The numbers again, now; the videos when a worker has time. ``change`` is asked when it is its turn."""
    revision = remeasure.apply(unrestricted(), analysis_id, change)
    current().jobs.redraw(analysis_id, revision)
    return read_document(analysis_id)


def videos_are_old(analysis_id: str, document: AnalysisDocument) -> bool:
    """Whether videos and report file still show the numbers from before a change."""
    return redraw.is_due(current().storage, document, analysis_id)
