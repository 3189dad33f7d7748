"""The addresses where programs ask for landmarks in space or an evaluation in words."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, Response, jsonify, request

from ...errors import BadRequest, Conflict
from ...pitching.document import AnalysisDocument
from ...vocabulary import State
from ..forms import old_names
from ..forms.analysis import changes_from
from ..presenters import report as report_view
from ..presenters.keypoints import keypoints
from ..services import analyses, corrections, create
from ..services.accepted import accepted
from ..services.submission import submission_from
from ..uploads import receive

blueprint = Blueprint("evaluation", __name__, url_prefix="/videos")


def init_app(app: Flask) -> None:
    """Add the addresses."""
    app.register_blueprint(blueprint)


@blueprint.post("/get_3d_keypoints")
def get_3d_keypoints() -> Response:
    """A video as ``video`` is accepted like an upload; JSON ``{"job_id": ...}`` answers with its landmarks.

    The landmarks are those of ``/keypoints/user?part=3d``; while the analysis runs the answer is 202 again.
    """
    if not request.is_json:
        submission = submission_from(old_names.given(request.args, request.form))
        row = create.accept(receive.receive(), submission)
        return accepted(row, "The video is in the queue. Ask again with its job_id.")
    body = request.get_json(silent=True)
    if not isinstance(body, dict) or not isinstance(body.get("job_id"), str):
        raise BadRequest("The body names no job_id.", code="bad_json", fix='Send {"job_id": "..."}.')
    row = analyses.find(body["job_id"])
    if row.state == State.COMPLETED:
        document = analyses.read_document(row.id)
        throws, video = document["athlete"]["throws"], document["video"]
        return jsonify(keypoints(analyses.read_pose(row.id), video=video, throws=throws, part="3d"))
    if row.state in (State.FAILED, State.CANCELED):
        raise Conflict(f"There are no landmarks: this analysis is {row.state}.", code="not_completed")
    return accepted(row, "The analysis is under way. Ask again.")


@blueprint.post("/<analysis_id>/generate-evaluation")
def generate_evaluation(analysis_id: str) -> Response:
    """What was seen, in words: faults, strengths and similarity of each pitch.

    JSON with other assumptions (``{"reference": "elite", "level": "college"}``) measures again first.
    """
    row = analyses.completed(analysis_id)
    body = request.get_json(silent=True) if request.is_json else {}
    if not isinstance(body, dict):
        raise BadRequest("The body is not a JSON object.", code="bad_json", fix='Send {"level": "youth"}.')
    document = corrections.assume(row.id, changes_from(body)) if body else analyses.read_document(row.id)
    return jsonify(_evaluation(row.id, document))


def _evaluation(analysis_id: str, document: AnalysisDocument) -> dict[str, Any]:
    report = report_view.build(document)
    return {
        "job_id": analysis_id,
        "level": document.get("level", "adult"),
        "note": report.model_note,
        "deliveries": [_pitch(pitch) for pitch in report.deliveries],
        "consistency": [spread.__dict__ for spread in report.consistency],
        "repeated": list(report.repeated),
        "changing": list(report.drifts),
        "warnings": list(report.warnings),
    }


def _pitch(pitch: report_view.Delivery) -> dict[str, Any]:
    similarity = pitch.similarity
    return {
        "index": pitch.index,
        "faults": [_finding(item) for item in (*pitch.findings, *pitch.more_findings)],
        "strengths": [_finding(item) for item in pitch.strengths],
        "reference": similarity.reference if similarity else None,
        "similarity": similarity.overall if similarity else None,
    }


def _finding(item: report_view.Finding) -> dict[str, Any]:
    names = ("title", "text", "level", "drill", "certainty", "event", "source", "marked")
    return {name: getattr(item, name) for name in names}
