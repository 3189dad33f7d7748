"""The request itself: an id that ties a log line, an answer and a question from a coach together;
and uploads that go to disk while they are read, never to memory."""

from __future__ import annotations

import contextlib
import re
import uuid
from typing import IO, Any

from flask import Flask, Request, Response, g, request

from .. import logs
from .uploads.receive import UploadStream, sweep

ID_PATTERN = re.compile(r"[A-Za-z0-9_-]{8,64}")


class ShadowRequest(Request):
    """Flask's request, with uploaded files streamed into the upload area on disk."""

    def _get_file_stream(
        self, total_content_length: int | None, content_type: str | None, *_: Any, **__: Any
    ) -> IO[bytes]:
        stream = UploadStream.open()
        g.setdefault("upload_streams", []).append(stream)
        return stream  # type: ignore[return-value]


def init_app(app: Flask) -> None:
    """Give every request an id, and clear its temporary files away whatever happened."""
    app.request_class = ShadowRequest
    app.before_request(_assign_id)
    app.after_request(_show_id)
    app.teardown_request(_discard_uploads)
    sweep(app)


def request_id() -> str:
    """The id of this request, also in the X-Request-ID header of the answer."""
    return g.get("request_id", "")


def _assign_id() -> None:
    offered = request.headers.get("X-Request-ID", "")
    g.request_id = offered if ID_PATTERN.fullmatch(offered) else uuid.uuid4().hex[:16]
    # Every line that is logged for this request carries the id; the thread serves another one afterwards.
    logs.IDS["request_id"].set(g.request_id)


def _show_id(response: Response) -> Response:
    response.headers["X-Request-ID"] = request_id()
    return response


def _discard_uploads(_: BaseException | None) -> None:
    logs.IDS["request_id"].set("")
    # A refused, failed or broken-off upload leaves nothing; an accepted one was moved away already.
    for stream in g.pop("upload_streams", []):
        with contextlib.suppress(OSError):
            stream.discard()
