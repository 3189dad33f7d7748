"""Addresses of the first release that are answered still: each says so, and what has taken its place (RFC 9745)."""

from __future__ import annotations

from flask import Flask, Response, request, url_for

from .operations import OPERATIONS

# When that was said for the first time: 2026-12-01.
SINCE = 1_796_083_200


def init_app(app: Flask) -> None:
    """Mark their answers."""
    app.after_request(_mark)


def _mark(response: Response) -> Response:
    operation = OPERATIONS.get(request.endpoint or "")
    if operation is not None and operation.successor:
        response.headers["Deprecation"] = f"@{SINCE}"
        address = url_for(operation.successor, **(request.view_args or {}))
        response.headers.add("Link", f'<{address}>; rel="successor-version"')
    return response
