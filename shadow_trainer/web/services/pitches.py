"""What a coach says is a pitch and what is none: measured again at once where the motion reaches, else by a job."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ...catalog import Analysis
from ...errors import BadRequest, Conflict, NotFound, ShadowError
from ...jobs.correction import remeasure
from ...jobs.correction.motion_coverage import NOT_MEASURED
from ...jobs.pipeline import assumptions, verdicts
from ...jobs.pipeline.request import AnalysisRequest
from ...pitching.document import AnalysisDocument
from ...pitching.verdicts import APART_S, NEAR_S, given
from ...vocabulary import Event, Verdict
from ..accounts.viewer import catalog
from ..http.services import current
from ..presenters.keypoints import time_scale
from ..uploads.receive import check_queue
from . import analyses, corrections

# Whoever is not seen for longer is not there; places are known ten times a second (pose/tracking/person_boxes.py).
GONE_S = 0.6


def say(
    analysis_id: str, at_s: float, verdict: Verdict | None, person: int | None = None
) -> AnalysisDocument | None:
    """Say of a moment, in seconds of real time, what it is; ``verdict`` None: nothing any more.

    Returns the new analysis.json, or None when a job measures that stretch of the video first.
    """
    row = analyses.completed(analysis_id)
    document = analyses.read_document(analysis_id)
    scale = time_scale(document["video"])
    if verdict == Verdict.RELEASE:
        _check_there(row, document, at_s, person)

    def change() -> remeasure.Change:
        now = analyses.read_document(analysis_id)
        options = analyses.find(analysis_id).options
        return remeasure.Change(
            moved=_without_release(now, at_s) if verdict == Verdict.RELEASE else None,
            verdicts=_said(options, scale, at_s, verdict, person),
        )

    try:
        return corrections.measure(analysis_id, change)
    except ShadowError as error:
        if error.code != NOT_MEASURED:
            raise
    _measure_more(analyses.find(analysis_id), document, change(), scale)
    return None


def release_of(analysis_id: str, place: int) -> float:
    """When the ball of one pitch is released, in seconds of real time; NotFound for a pitch that is not there."""
    for delivery in analyses.read_document(analysis_id)["deliveries"]:
        if delivery["index"] == place:
            return float(delivery["events"][Event.RELEASE]["time_s"])
    raise NotFound(f"There is no pitch {place + 1} in this video.", code="no_such_delivery")


def _said(
    options: Any, scale: float, at_s: float, verdict: Verdict | None, person: int | None
) -> list[dict[str, Any]]:
    """All verdicts with this one; BadRequest for two pitches too near to each other."""
    said = verdicts.changed(options.get("verdicts") or (), at_s / scale, verdict, person, NEAR_S / scale)
    given(said, scale)
    return said


def _without_release(document: AnalysisDocument, at_s: float) -> remeasure.Moved:
    """The events moved by hand without the release that is set anew here."""
    moved = {index: dict(events) for index, events in (document.get("moved_events") or {}).items()}
    for delivery in document["deliveries"]:
        if abs(delivery["events"][Event.RELEASE]["time_s"] - at_s) < APART_S:
            moved.get(str(delivery["index"]), {}).pop(Event.RELEASE, None)
    return {
        index: {str(name): when for name, when in events.items()} for index, events in moved.items() if events
    }


def _measure_more(row: Analysis, document: AnalysisDocument, change: remeasure.Change, scale: float) -> None:
    """Have the networks look at what the motion does not reach; nothing is lost when they cannot."""
    if not current().storage.exists(row.original_key):
        raise Conflict(
            "The body was not measured there, and the video itself is no longer kept.",
            code="original_missing",
            fix="Upload the video again.",
        )
    moved = assumptions.as_option(
        document.get("moved_events") or {}, document["deliveries"], scale, document.get("found_events")
    )
    options = replace(
        AnalysisRequest.from_stored(row.options), verdicts=tuple(change.verdicts or ()), moved=tuple(moved)
    )
    check_queue()
    catalog().analyses.set_options(row.id, options.as_stored())
    analyses.retry(row.id)


def _check_there(row: Analysis, document: AnalysisDocument, at_s: float, person: int | None) -> None:
    """BadRequest unless the time lies in the video and the person, where one is named, is seen then."""
    video = document["video"]
    if not 0.0 <= at_s <= video["duration_s"] * time_scale(video) + GONE_S:
        raise BadRequest(
            f"{at_s:.2f} s is not in the video.", code="bad_release", fix="Choose a moment of the video."
        )
    if person is None:
        return
    if person not in [one["id"] for one in document.get("people") or ()]:
        raise BadRequest(
            f"There is no person {person} in this video.",
            code="no_such_person",
            fix="Choose one of those who are listed.",
        )
    if "people.json" not in (row.files or []):
        return
    places = analyses.read_json(row.id, "people.json")
    times: list[float] = next((one["times"] for one in places["people"] if one["id"] == person), [])
    # The places have a clock of their own: that of the rate which the file declares.
    there_s = at_s / time_scale(video) * float(places.get("time_scale") or 1.0)
    if times and min(abs(time - there_s) for time in times) > GONE_S:
        raise BadRequest(
            f"Person {person} is not in the video at {at_s:.2f} s.",
            code="person_not_there",
            fix="Choose somebody who is seen at the release, or another moment.",
        )
