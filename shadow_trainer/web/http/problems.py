"""Errors as people and programs meet them: the same words as a page and as problem+json (RFC 9457)."""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import Any

from flask import Flask, Response, jsonify, render_template, request
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from ...errors import ShadowError
from ..requests import request_id

log = logging.getLogger(__name__)

API_PREFIXES = ("/videos", "/pro-keypoints", "/health", "/ready", "/metrics", "/openapi.json")

# What may pass by itself, and when it is worth asking again.
RETRY_AFTER_S = {429: 60, 503: 60, 507: 300}
# HTTP errors that come from Flask itself: code, sentence, what to do.
HTTP_WORDS: dict[int, tuple[str, str, str]] = {
    400: (
        "bad_request",
        "The request could not be read.",
        "Reload the page and send it again. If you uploaded a film, the connection may have broken off.",
    ),
    403: ("forbidden", "This is not allowed.", "Open the page itself and use its buttons."),
    404: ("not_found", "There is nothing at this address.", "Check the address, or go back to the list."),
    405: (
        "method_not_allowed",
        "This address does not accept that method.",
        "Use the method named in Allow.",
    ),
    411: ("length_required", "The upload did not say how large it is.", "Send it with a Content-Length."),
    413: (
        "too_large",
        "The film is larger than the limit of {limit_mb} MB.",
        "Trim the film to the pitch, or film at a lower resolution, and upload that.",
    ),
    415: ("unsupported_media_type", "The content type is not supported.", "Send JSON or a form."),
    416: ("range", "That part of the film does not exist.", "Reload the page."),
    429: ("too_many_requests", "Too many requests in a short time.", "Wait a minute and try again."),
    500: (
        "internal",
        "Something went wrong here; it is not your film's fault.",
        "Try again. If it happens again, tell the operator the request number.",
    ),
}
CSRF_WORDS = (
    "csrf",
    "The form was not sent from this site's own page, or the page is too old.",
    "Reload the page and send it again. Scripts: send no Origin header, as curl does.",
)


class Problem(Exception):
    """One error ready to be shown: what RFC 9457 wants, plus our code and fix."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        fix: str,
        errors: list[dict[str, str]] | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status, self.code, self.message, self.fix = status, code, message, fix
        self.errors, self.headers = errors or [], headers or {}

    def as_dict(self) -> dict[str, Any]:
        """The members of application/problem+json."""
        return {
            "type": f"urn:shadow-trainer:problem:{self.code}",
            "title": self.message,
            "status": self.status,
            "detail": f"{self.message} {self.fix}",
            "instance": request.path,
            "code": self.code,
            "message": self.message,
            "fix": self.fix,
            "errors": self.errors,
            "request_id": request_id(),
        }


def init_app(app: Flask) -> None:
    """Catch everything: our own errors, Flask's, and the unexpected."""
    app.register_error_handler(ShadowError, _ours)
    app.register_error_handler(Problem, answer)
    app.register_error_handler(CSRFError, lambda e: answer(Problem(403, *CSRF_WORDS)))
    app.register_error_handler(HTTPException, _flasks)
    app.register_error_handler(Exception, _unexpected)


def wants_json() -> bool:
    """True for the API, and for whoever asks for JSON rather than HTML."""
    if request.path.startswith(API_PREFIXES):
        return True
    best = request.accept_mimetypes.best_match(["text/html", "application/json"], default="text/html")
    return best == "application/json"


def answer(problem: Problem) -> Response:
    """A Problem as HTML or JSON, with its status."""
    if wants_json():
        response = jsonify(problem.as_dict())
        response.mimetype = "application/problem+json"
    else:
        response = Response(render_template("error.html", problem=problem, request_id=request_id()))
    response.status_code = problem.status
    if problem.status in RETRY_AFTER_S:
        response.headers["Retry-After"] = str(RETRY_AFTER_S[problem.status])
    response.headers.update(problem.headers)
    return response


def from_error(error: ShadowError) -> Problem:
    """One of our own errors as a Problem; a wrong field is named in ``errors``."""
    errors = getattr(error, "errors", None)
    return Problem(error.http_status, error.code, error.message, error.fix, errors)


def _logged_path() -> str:
    """The path without the key of a share link: a log is read by more people than a report."""
    return "/s/…" if request.path.startswith("/s/") else request.path


def _ours(error: ShadowError) -> Response:
    if error.http_status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        log.error("%s %s: %s (%s)", request.method, _logged_path(), error, request_id())
    return answer(from_error(error))


def _flasks(error: HTTPException) -> Response:
    if error.response is not None:
        return error.response  # type: ignore[return-value]
    status = error.code or 500
    code, message, fix = HTTP_WORDS.get(status, HTTP_WORDS[400 if status < 500 else 500])
    from .services import current

    message = message.format(limit_mb=current().settings.max_upload_mb)
    response = answer(Problem(status, code, message, fix))
    for name, value in error.get_headers():
        if name in ("Allow", "Retry-After", "Content-Range"):
            response.headers[name] = value
    return response


def _unexpected(error: Exception) -> Response:
    log.exception("%s %s failed (%s)", request.method, _logged_path(), request_id())
    return answer(Problem(500, *HTTP_WORDS[500]))
