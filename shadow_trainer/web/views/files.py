"""Videos, stills and result files of an analysis."""

from __future__ import annotations

import re

from flask import Blueprint, Flask, request
from werkzeug.wrappers import Response

from ...errors import NotFound
from ...jobs.pipeline.artifacts import VIDEOS
from ..services import analyses, drawn_videos
from ..services.file_response import send_original, send_result

blueprint = Blueprint("files", __name__)

NAMES = re.compile(r"[a-z0-9_]+\.[a-z0-9]{2,4}|people/\d{1,4}\.jpg")


def init_app(app: Flask) -> None:
    """Add the address of files."""
    app.register_blueprint(blueprint)


@blueprint.get("/analyses/<analysis_id>/files/<path:name>")
def file(analysis_id: str, name: str) -> Response:
    """One file of an analysis; ``?download`` asks for a download with a speaking name. A video that is not drawn yet is
    asked for, and answered with 202.
    """
    row = analyses.find(analysis_id)
    if name == "original":
        return send_original(row)
    if name in VIDEOS:
        return drawn_videos.send(analyses.completed(analysis_id), name, download="download" in request.args)
    if not NAMES.fullmatch(name) or name not in (row.files or []):
        raise NotFound(f"This analysis has no file {name!r}.", code="no_such_file")
    return send_result(row, name, download="download" in request.args)
