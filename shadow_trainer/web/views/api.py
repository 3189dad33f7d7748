"""The HTTP API for programs. JSON in and out; errors are problem+json; unknown ids are 404, always."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, Response, jsonify, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from ...errors import BadRequest, Forbidden
from ...vocabulary import ACTIVE_STATES, State
from ..accounts.viewer import viewer
from ..forms import old_names
from ..forms.analysis import options_from
from ..http.access_rules import limited
from ..http.services import current
from ..services import analyses, create, drawn_videos
from ..services.accepted import POLL_S, accepted
from ..services.file_response import send_original, send_result
from ..services.submission import submission_from
from ..services.urls import status_of
from ..uploads import receive

blueprint = Blueprint("api", __name__, url_prefix="/videos")

OVERLAY = "overlay.mp4"


def init_app(app: Flask) -> None:
    """Add the API."""
    app.register_blueprint(blueprint)


@blueprint.post("/upload")
@limited("upload")
def upload() -> Response:
    """Upload a video as multipart: the file as ``video`` (or ``file``) and the options as fields."""
    submission = submission_from(old_names.given(request.args, request.form))
    return accepted(create.accept(receive.receive(), submission), "The video is in the queue.")


@blueprint.post("/sample-lefty")
@limited("upload")
def sample_lefty() -> Response:
    """Run the sample clip; JSON options such as ``{"model_size": "xs"}`` are optional. ``{"at_front": true}`` puts it
    before the videos that wait, for admins.
    """
    body = _body()
    at_front = body.pop("at_front", False)
    if not isinstance(at_front, bool):
        raise BadRequest("at_front must be true or false.", code="bad_at_front")
    if at_front and not viewer().is_admin:
        raise Forbidden("Only admins put a video before those of others.", fix="Leave at_front out.")
    options = options_from(old_names.given(request.args, body), default_model=current().settings.model_size)
    row = create.accept_sample("lefty", options, priority=int(at_front))
    return accepted(row, "The sample is in the queue.")


@blueprint.get("/<analysis_id>/status")
def status(analysis_id: str) -> Response:
    """Answer where the analysis stands."""
    progress = status_of(analyses.find(analysis_id))
    response = jsonify(progress)
    if progress["status"] in ACTIVE_STATES:
        response.headers["Retry-After"] = str(POLL_S)
    return response


@blueprint.get("/<analysis_id>/info")
def info(analysis_id: str) -> Response:
    """Answer what is known: the request, and the whole of analysis.json once it is done."""
    row = analyses.find(analysis_id)
    known: dict[str, Any] = {
        "job_id": row.id,
        "title": row.title,
        "original_name": row.original_name,
        "status": row.state,
        "options": row.options,
        "files": {name: _address(row.id, name) for name in row.files or []},
        "videos": {},
        "created_at": row.created_at.isoformat(),
        "analysis": None,
    }
    if row.state == State.COMPLETED:
        # Those that are not among the files are drawn when their address is asked for.
        known["videos"] = {name: _address(row.id, name) for name in drawn_videos.offered(row)}
        known["analysis"] = analyses.read_document(row.id)
    return jsonify(known)


@blueprint.get("/<analysis_id>/download")
def download(analysis_id: str) -> AnyResponse:
    """Send the video with the skeleton on it, as a download; 202 with Retry-After while it is being drawn."""
    return drawn_videos.send(analyses.completed(analysis_id), OVERLAY, download=True)


@blueprint.get("/<analysis_id>/preview/original")
def preview_original(analysis_id: str) -> AnyResponse:
    """Send the video for a browser: the upright copy, or the upload itself while there is no copy."""
    row = analyses.find(analysis_id)
    if "preview.mp4" in (row.files or []):
        return send_result(row, "preview.mp4")
    return send_original(row, download=False)


@blueprint.get("/<analysis_id>/preview/processed")
def preview_processed(analysis_id: str) -> AnyResponse:
    """Send the video with the skeleton on it, for a browser; 202 with Retry-After while it is being drawn."""
    return drawn_videos.send(analyses.completed(analysis_id), OVERLAY)


@blueprint.get("/<analysis_id>/preview")
def preview(analysis_id: str) -> AnyResponse:
    """Deprecated: the same as ``/preview/processed``."""
    return preview_processed(analysis_id)


@blueprint.post("/<analysis_id>/terminate")
def terminate(analysis_id: str) -> Response:
    """Stop the analysis. Doing it twice, or after the end, changes nothing and is no error."""
    analyses.find(analysis_id)
    current().jobs.cancel(analysis_id)
    return jsonify(status_of(analyses.find(analysis_id)))


@blueprint.post("/<analysis_id>/retry")
def retry(analysis_id: str) -> Response:
    """Run the analysis again from where it stopped."""
    analyses.retry(analysis_id)
    return accepted(analyses.find(analysis_id), "The analysis is in the queue again.")


@blueprint.delete("/<analysis_id>")
def delete(analysis_id: str) -> tuple[str, int]:
    """Put the analysis into the trash, from where a page takes it out again; ``?purge=1``: delete it for good, also from there."""
    purge = request.args.get("purge", "0")
    if purge not in ("0", "1"):
        raise BadRequest("purge must be 0 or 1.", code="bad_purge", fix="Send ?purge=1 to delete for good.")
    analyses.delete(analysis_id, purge=purge == "1")
    return "", 204


def _address(analysis_id: str, name: str) -> str:
    return url_for("files.file", analysis_id=analysis_id, name=name)


def _body() -> dict[str, Any]:
    body = request.get_json(silent=True) if request.is_json else request.form.to_dict()
    if not isinstance(body, dict):
        raise BadRequest("The body is not a JSON object.", code="bad_json", fix='Send {"model_size": "xs"}.')
    return dict(body)
