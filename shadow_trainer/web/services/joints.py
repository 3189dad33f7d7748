"""Joints set by hand: steps on top of those before, undone and done again one after the other.

Whoever sends the revision that they saw is refused once somebody else has changed the analysis meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from ...catalog import Analysis
from ...catalog.types import utcnow
from ...errors import BadRequest, Conflict
from ...jobs.correction import remeasure
from ...jobs.pipeline import joints
from ...jobs.pipeline.document import set_joints
from ...jobs.pipeline.joints import JointEdit
from ...pitching.document import AnalysisDocument
from ..accounts.viewer import viewer
from ..presenters import joint_guide
from ..presenters.keypoints import time_scale
from . import analyses, corrections

CHANGED = "changed_meanwhile"
GIVEN = ("kind", "joint", "at_s", "to_s", "x", "y", "sigma_px")
TRACK = "track.npz"
ANY = object()  # a revision that is not looked at


def state(row: Analysis, document: AnalysisDocument) -> dict[str, Any]:
    """What is set by hand now, the revision that it belongs to, how many steps can be undone and done again, and what to set next."""
    steps = joints.read(row.options.get("joints") or ())
    held = joints.in_force(steps)
    return {
        "revision": row.revision,
        "joints": set_joints([one.as_dict() for one in held], time_scale(document["video"])),
        "undo": len(held),
        "redo": len(steps) - len(held),
        "possible": TRACK in (row.files or []),
        "guide": joint_guide.proposals(document),
    }


def add(analysis_id: str, given: Sequence[Any], revision: object = ANY) -> AnalysisDocument:
    """Steps as they were sent, in seconds of real time; returns the new analysis.json."""
    row = analyses.completed(analysis_id)
    document = analyses.read_document(analysis_id)
    scale, person = time_scale(document["video"]), _measured(document)
    fresh = [_step(one, scale, person, document) for one in given]
    if not fresh:
        raise BadRequest("There is no step.", code="bad_joints", fix=joints.FIX)
    return _change(row, revision, lambda steps: joints.with_steps(steps, fresh))


def undo(analysis_id: str, revision: object = ANY) -> AnalysisDocument:
    """Without the last step; Conflict where there is none."""
    return _change(analyses.completed(analysis_id), revision, joints.undone)


def redo(analysis_id: str, revision: object = ANY) -> AnalysisDocument:
    """With the step that was undone last; Conflict where there is none."""
    return _change(analyses.completed(analysis_id), revision, joints.redone)


def drop(analysis_id: str, revision: object = ANY) -> AnalysisDocument:
    """Everything as it was found; each step can be done again."""
    return _change(
        analyses.completed(analysis_id), revision, lambda steps: [replace(one, undone=True) for one in steps]
    )


def _change(
    row: Analysis, revision: object, edit: Callable[[list[JointEdit]], list[JointEdit]]
) -> AnalysisDocument:
    def change() -> remeasure.Change:
        now = analyses.find(row.id)
        if revision is not ANY and now.revision != revision:
            raise Conflict(
                "Somebody changed this analysis meanwhile; yours was not made.",
                code=CHANGED,
                fix="Look at what they did, then make your change again.",
            )
        steps = edit(joints.read(now.options.get("joints") or ()))
        return remeasure.Change(joints=[one.as_dict() for one in steps])

    return corrections.measure(row.id, change)


def _step(given: Any, scale: float, person: int | None, document: AnalysisDocument) -> JointEdit:
    """A step as it was sent, on the clock of the video, with who made it and when."""
    if not isinstance(given, dict) or set(given) - set(GIVEN):
        raise BadRequest("A step has a kind, a joint and a time.", code="bad_joints", fix=joints.FIX)
    step = JointEdit.from_dict(
        {**given, "person": person, "by": viewer().name, "done_at": utcnow().isoformat(timespec="seconds")}
    )
    video = document["video"]
    if step.x is not None and step.y is not None:
        inside = -0.1 <= step.x / video["width"] <= 1.1 and -0.1 <= step.y / video["height"] <= 1.1
        if not inside:
            raise BadRequest("The joint lies outside of the picture.", code="bad_joints", fix=joints.FIX)
    return replace(
        step,
        at_s=round(step.at_s / scale, 5),
        to_s=None if step.to_s is None else round(step.to_s / scale, 5),
    )


def _measured(document: AnalysisDocument) -> int | None:
    """Who of the scan is measured; None where nobody says."""
    solved = document.get("solved")
    if solved is None or not solved.get("spans"):
        return None
    return next((one["id"] for one in document.get("people") or () if one["chosen"]), None)
