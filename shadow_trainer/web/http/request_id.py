"""An id for every request, which ties a log line, an answer and a question from a coach together."""

from __future__ import annotations

import re
import uuid

from flask import Flask, Response, g, request

from ... import logs

ID_PATTERN = re.compile(r"[A-Za-z0-9_-]{8,64}")


def init_app(app: Flask) -> None:
    """Give every request an id, before anything else happens to it."""
    app.before_request(_assign_id)
    app.after_request(_show_id)
    app.teardown_request(_forget_id)


def request_id() -> str:
    """The id of this request, also in the X-Request-ID header of the answer."""
    return str(g.get("request_id", ""))


def _assign_id() -> None:
    offered = request.headers.get("X-Request-ID", "")
    g.request_id = offered if ID_PATTERN.fullmatch(offered) else uuid.uuid4().hex[:16]
    # Every line that is logged for this request carries the id; the thread serves another one afterwards.
    logs.IDS["request_id"].set(g.request_id)


def _show_id(response: Response) -> Response:
    response.headers["X-Request-ID"] = request_id()
    return response


def _forget_id(_: BaseException | None) -> None:
    logs.IDS["request_id"].set("")
