"""Joints set by hand: for programs and for the player of the report."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, Response, jsonify, request

from ...errors import BadRequest
from ...jobs.pipeline.joints import FIX
from ...pitching.document import AnalysisDocument
from ..services import analyses, joints
from .results import measured

blueprint = Blueprint("joints", __name__, url_prefix="/videos/<analysis_id>/joints")


def init_app(app: Flask) -> None:
    """Add the addresses."""
    app.register_blueprint(blueprint)


@blueprint.get("")
def show(analysis_id: str) -> Response:
    """What is set by hand, by whom and when; ``revision`` of the numbers, ``undo`` and ``redo`` how many steps each way,
    ``guide`` the frames and joints whose setting would shrink the printed errors most.
    """
    row = analyses.completed(analysis_id)
    return jsonify(joints.state(row, analyses.read_document(analysis_id)))


@blueprint.post("")
def add(analysis_id: str) -> Response:
    """``{"revision": "…", "steps": [{"kind": "set", "joint": "right_wrist", "at_s": 2.1, "x": 640, "y": 212,
    "sigma_px": 3}]}``: the joint's center in pixels of the upright picture at a second of real time; ``hidden`` there,
    ``free`` again, or ``exchange`` the sides of ``arms``, ``legs`` or ``trunk`` until ``to_s``. With the revision that
    was seen, 409 once it is another.
    """
    body = _body()
    if not isinstance(body.get("steps"), list):
        raise BadRequest("The body has no steps.", code="bad_json", fix=FIX)
    return _answer(analysis_id, joints.add(analysis_id, body["steps"], _revision(body)))


@blueprint.delete("")
def drop(analysis_id: str) -> Response:
    """Every joint as it was found; what was set can be done again."""
    return _answer(analysis_id, joints.drop(analysis_id, _revision(_body())))


@blueprint.post("/undo")
def undo(analysis_id: str) -> Response:
    """Without the last step."""
    return _answer(analysis_id, joints.undo(analysis_id, _revision(_body())))


@blueprint.post("/redo")
def redo(analysis_id: str) -> Response:
    """With the step that was undone last."""
    return _answer(analysis_id, joints.redo(analysis_id, _revision(_body())))


def _body() -> dict[str, Any]:
    body = request.get_json(silent=True) if request.get_data() else {}
    if not isinstance(body, dict):
        raise BadRequest("The body is not a JSON object.", code="bad_json", fix=FIX)
    return body


def _revision(body: dict[str, Any]) -> object:
    """The revision that was seen; a body without one is not fenced."""
    return body.get("revision", joints.ANY)


def _answer(analysis_id: str, document: AnalysisDocument) -> Response:
    return measured(analysis_id, document, **joints.state(analyses.find(analysis_id), document))
