"""Compression of answers: static text and data, and of the pages only those that repeat nothing of a request.

A page holds a form token. Were it compressed together with text that a foreign site can choose (a search, a
field of a refused form), a watcher on the wire could guess the token from the length (BREACH). A page whose
address chooses among known things only says so with :func:`repeats_nothing`; its length is blurred besides.
"""

from __future__ import annotations

import gzip
import io
import secrets

from flask import Flask, Response, g, request

from ..presenters.packed import MEDIA_TYPE

TYPES = {"text/css", "text/javascript", "application/json", "image/svg+xml", "text/csv", MEDIA_TYPE}
LEAST_BYTES = 1000
LEVEL = 5
BLUR_BYTES = 96


def init_app(app: Flask) -> None:
    """Compress after every request that allows it."""
    app.after_request(_compress)


def accepts_gzip() -> bool:
    """Whether whoever asks can read a compressed answer."""
    return request.accept_encodings["gzip"] > 0


def repeats_nothing() -> None:
    """This page has no text in it that the request brought: it may be compressed."""
    g.repeats_nothing = True


def _blurred(data: bytes) -> bytes:
    """Compressed, with a file name of random length that every reader skips."""
    out = io.BytesIO()
    name = "x" * secrets.randbelow(BLUR_BYTES)
    with gzip.GzipFile(filename=name, mode="wb", compresslevel=LEVEL, fileobj=out, mtime=0) as file:
        file.write(data)
    return out.getvalue()


def _compress(response: Response) -> Response:
    page = response.mimetype == "text/html" and g.get("repeats_nothing", False)
    if not (page or response.mimetype in TYPES) or response.status_code != 200:
        return response
    response.vary.add("Accept-Encoding")
    if not accepts_gzip() or response.content_encoding or request.range:
        return response
    # A file is sent from disk in pieces; what is compressed here is small enough to hold.
    response.direct_passthrough = False
    data = response.get_data()
    if len(data) < LEAST_BYTES:
        return response
    response.set_data(_blurred(data) if page else gzip.compress(data, LEVEL, mtime=0))
    response.content_encoding = "gzip"
    response.headers.pop("Accept-Ranges", None)
    if (tag := response.get_etag()[0]) is not None:
        response.set_etag(f"{tag}-gz")
        response.make_conditional(request)
    return response
