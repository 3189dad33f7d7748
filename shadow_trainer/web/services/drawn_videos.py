"""The drawn videos as answers: the file where it is there, else 202 with when to ask again."""

from __future__ import annotations

import contextlib

from flask import Response as Answer
from flask import jsonify, render_template
from werkzeug.wrappers import Response

from ...catalog import Analysis
from ...jobs.correction import videos
from ...jobs.pipeline.artifacts import VIDEOS
from ..http.problems import wants_json
from ..http.services import current
from .file_response import send_result

RETRY_S = 3
WORDS = {"overlay.mp4": "Overlay video", "side_by_side.mp4": "Side-by-side video"}


def send(row: Analysis, name: str, *, download: bool = False, page: bool = True) -> Response:
    """A drawn video of a finished analysis; while it is not there it is asked for, and the answer is 202.

    ``page``: a browser that follows a link is shown one that asks again by itself.
    Raises NotFound when it cannot be drawn any more, NotDrawn when the drawing fails each time.
    """
    if videos.is_there(current().storage, row, name):
        return send_result(row, name, download=download)
    drawing = current().jobs.draw(row, name)
    words = {"status": drawing.state, "progress": drawing.progress, "message": f"{WORDS[name]}: being drawn."}
    if wants_json() or not page:
        response: Answer = jsonify(job_id=row.id, video=name, **words)
    else:
        response = Answer(
            render_template("drawing.html", row=row, words=WORDS[name], retry_s=RETRY_S, **words)
        )
        # Without a script the page asks again by itself, and the download begins.
        response.headers["Refresh"] = str(RETRY_S)
    response.status_code = 202
    response.headers["Retry-After"] = str(RETRY_S)
    response.headers["Cache-Control"] = "private, no-store"
    return response


def want_all(row: Analysis) -> None:
    """Have every drawn video made that can be and is not there: a link to the report is about to be opened."""
    storage = current().storage
    for name in VIDEOS:
        if videos.can_be(storage, row, name) and not videos.is_there(storage, row, name):
            with contextlib.suppress(videos.NotDrawn):  # the link opens the report without it
                current().jobs.draw(row, name)


def offered(row: Analysis) -> list[str]:
    """Names of the videos that are there or can be drawn."""
    return [name for name in VIDEOS if videos.can_be(current().storage, row, name)]


def there(row: Analysis) -> list[str]:
    """Names of those that are there, with the numbers of now."""
    return [name for name in VIDEOS if videos.is_there(current().storage, row, name)]
