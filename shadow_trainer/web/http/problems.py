"""Rendering errors: the same words as a page and as problem+json (RFC 9457)."""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import Any

from flask import Flask, Response, jsonify, render_template, request
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from ...errors import ShadowError, StorageFull, is_full_disk
from . import csrf
from .request_id import request_id
from .services import current

log = logging.getLogger(__name__)

API_PREFIXES = (
    "/videos",
    "/pro-keypoints",
    "/pro_keypoints",
    "/health",
    "/ready",
    "/metrics",
    "/openapi.json",
)

# What may pass by itself, and when it is worth asking again.
RETRY_AFTER_S = {429: 60, 503: 60, 507: 300}
# What is kept of the headers of an error that comes from Flask itself.
KEPT_HEADERS = ("Allow", "Retry-After", "Content-Range")
# Its code, sentence and what to do, by status.
HTTP_WORDS: dict[int, tuple[str, str, str]] = {
    400: (
        "bad_request",
        "The request could not be read.",
        "Reload the page and send it again. If you uploaded a video, the connection may have broken off.",
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
        "The video is larger than the limit of {limit_mb} MB.",
        "Trim the video to the pitch, or film at a lower resolution, and upload that.",
    ),
    415: ("unsupported_media_type", "The content type is not supported.", "Send JSON or a form."),
    416: ("range", "That part of the video does not exist.", "Reload the page."),
    429: ("too_many_requests", "Too many requests in a short time.", "Wait a minute and try again."),
    500: (
        "internal",
        "Something went wrong here; it is not your video's fault.",
        "Try again. If it happens again, tell the operator the request number.",
    ),
}


def init_app(app: Flask) -> None:
    """Catch everything: our own errors, Flask's, and the unexpected."""
    app.register_error_handler(ShadowError, _ours)
    app.register_error_handler(CSRFError, lambda _: rendered(csrf.refusal()))
    app.register_error_handler(HTTPException, _flasks)
    app.register_error_handler(OSError, _systems)
    app.register_error_handler(Exception, _unexpected)


def wants_json() -> bool:
    """True for the API, and for whoever asks for JSON rather than HTML."""
    if request.path.startswith(API_PREFIXES):
        return True
    best = request.accept_mimetypes.best_match(["text/html", "application/json"], default="text/html")
    return best == "application/json"


def rendered(error: ShadowError) -> Response:
    """An error as HTML or JSON, with its status."""
    if wants_json():
        response = jsonify(as_problem(error))
        response.mimetype = "application/problem+json"
    else:
        response = Response(render_template("error.html", problem=error, request_id=request_id()))
    response.status_code = error.http_status
    if error.http_status in RETRY_AFTER_S:
        response.headers["Retry-After"] = str(RETRY_AFTER_S[error.http_status])
    response.headers.update(error.headers)
    return response


def as_problem(error: ShadowError) -> dict[str, Any]:
    """The members of application/problem+json."""
    return {
        "type": f"urn:shadow-trainer:problem:{error.code}",
        "title": error.message,
        "status": error.http_status,
        "detail": f"{error.message} {error.fix}",
        "instance": request.path,
        "code": error.code,
        "message": error.message,
        "fix": error.fix,
        "errors": error.errors,
        "request_id": request_id(),
    }


def _logged_path() -> str:
    """The path without the key of a share link: a log is read by more people than a report."""
    return "/s/…" if request.path.startswith("/s/") else request.path


def _ours(error: ShadowError) -> Response:
    if error.http_status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        log.error("%s %s: %s (%s)", request.method, _logged_path(), error, request_id())
    return rendered(error)


def _flasks(error: HTTPException) -> Response:
    if error.response is not None:
        return error.response  # type: ignore[return-value]
    kept = {name: value for name, value in error.get_headers() if name in KEPT_HEADERS}
    return rendered(_in_our_words(error.code or 500, kept))


def _systems(error: OSError) -> Response:
    """Whatever was written, wherever: a full disk is no fault of the program."""
    if is_full_disk(error):
        return _ours(StorageFull("The disk is full: nothing can be stored now."))
    return _unexpected(error)


def _unexpected(_: Exception) -> Response:
    log.exception("%s %s failed (%s)", request.method, _logged_path(), request_id())
    return rendered(_in_our_words(500, {}))


def _in_our_words(status: int, headers: dict[str, str]) -> ShadowError:
    """An error that Flask raised, with our code, sentence and fix."""
    code, message, fix = HTTP_WORDS.get(status, HTTP_WORDS[400 if status < 500 else 500])
    message = message.format(limit_mb=current().settings.max_upload_mb)
    error = ShadowError(message, code=code, fix=fix, headers=headers)
    error.http_status = status
    return error
