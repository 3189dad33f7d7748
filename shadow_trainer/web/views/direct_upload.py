"""Direct uploads from the browser to the bucket: the requests before and after the transfer.

`POST /videos/uploads/presign` (``name``, ``size_bytes`` and the options of an upload) answers with a form to send
the video with. `POST /videos/uploads/complete` (``claim`` and the same options) makes the analysis. Where videos
are kept in a folder the first answers 409, and the video goes to `/videos/upload`.
"""

from __future__ import annotations

from flask import Blueprint, Flask, jsonify, request
from werkzeug.wrappers import Response

from ...errors import BadRequest, BadVideo, Conflict
from ..accounts.viewer import catalog
from ..http.access_rules import limited
from ..http.services import current
from ..services import create
from ..services.accepted import accepted
from ..services.submission import submission_from
from ..uploads import receive, stream, tickets

SIZE_MAX_DIGITS = 18  # more is no size, and Python refuses to read thousands of digits

blueprint = Blueprint("direct_upload", __name__, url_prefix="/videos/uploads")


def init_app(app: Flask) -> None:
    """Add both addresses, and tell the form whether they are of use."""
    app.register_blueprint(blueprint)
    app.jinja_env.globals["films_go_to_bucket"] = lambda: bool(current().storage.origins)


@blueprint.post("/presign")
@limited("upload")
def presign() -> Response:
    """Permit one upload, after everything was checked that can be checked without it."""
    size = request.form.get("size_bytes", "")
    if not (size.isascii() and size.isdecimal() and len(size) <= SIZE_MAX_DIGITS):
        raise BadRequest("size_bytes must be the size of the video in bytes.", code="bad_size")
    submission_from(request.form)
    if int(size) == 0:
        raise BadVideo("The video is empty.", code="empty_file", fix="Wait until it is fully copied.")
    if int(size) > current().settings.max_upload_mb * stream.MB:
        raise stream.too_large()
    receive.check_queue()
    issued = tickets.issue(request.form.get("name", ""), int(size))
    if issued is None:
        raise Conflict(
            "Videos are kept in a folder of this site, so they come through it.",
            code="no_direct_upload",
            fix="Send the video to /videos/upload.",
        )
    ticket, word = issued
    return jsonify(url=ticket.url, fields=dict(ticket.fields), claim=word)


@blueprint.post("/complete")
def complete() -> Response:
    """Take over the video that has arrived and put it in the queue. Doing it twice is no error."""
    submission = submission_from(request.form)
    upload = tickets.read(request.form.get("claim", ""))
    row = catalog().analyses.find(upload.analysis_id, with_trash=True)
    if row is None:
        receive.check_queue()
        row = create.accept(tickets.arrived(upload), submission)
    return accepted(row, "The video is in the queue.")
