"""Parts of files, as RFC 9110 has it: what cannot be understood is ignored, never refused.

A range is honored when it is one part in bytes of a GET whose conditions hold. Another unit, several parts, a
misspelled one, another method or an ``If-Range`` of another version are answered with the whole.
416 is only for a part that is understood and lies behind the end.
"""

from __future__ import annotations

import re
from typing import Any

from flask import Flask, Response
from werkzeug.http import is_resource_modified, parse_date, quote_etag
from werkzeug.wrappers import Request

_SPECIFIER = re.compile(r"[ \t]*([!#$%&'*+.^_`|~0-9A-Za-z-]+)=(.*)", re.ASCII | re.DOTALL)
_PART = re.compile(r"([0-9]*)[ \t]*-[ \t]*([0-9]*)", re.ASCII)
_MOST_DIGITS = 18  # a number with more lies behind the end of every file
IGNORED = None


class RangedResponse(Response):
    """Flask's answer, with ranges that are understood alone."""

    def make_conditional(
        self, request_or_environ: Any, accept_ranges: bool | str = False, complete_length: int | None = None
    ) -> Response:
        """Answer with a part, the whole, or nothing new."""
        environ = (
            request_or_environ.environ if isinstance(request_or_environ, Request) else request_or_environ
        )
        environ = dict(environ)
        asked = environ.pop("HTTP_RANGE", None)
        condition = environ.pop("HTTP_IF_RANGE", None)
        if asked is not None and accept_ranges and complete_length and self._may(environ, condition):
            part = part_of(asked, complete_length)
            if part is not IGNORED:
                environ["HTTP_RANGE"] = f"bytes={part}"
        return super().make_conditional(environ, accept_ranges, complete_length)  # type: ignore[return-value]

    def _may(self, environ: dict[str, Any], condition: str | None) -> bool:
        """Whether method, conditions and ``If-Range`` allow a part."""
        etag, changed = self.headers.get("ETag"), self.headers.get("Last-Modified")
        if environ["REQUEST_METHOD"] != "GET" or not is_resource_modified(
            environ, etag, last_modified=changed
        ):
            return False
        if condition is None:
            return True
        condition = condition.strip()
        if condition.startswith(('"', "W/")):
            name, weak = self.get_etag()
            return not weak and name is not None and condition == quote_etag(name)
        return changed is not None and parse_date(condition) == parse_date(changed) is not None


def part_of(value: str, length: int) -> str | None:
    """``first-last`` of the one part that is asked for, ``length-`` for one behind the end, None to ignore it."""
    specifier = _SPECIFIER.fullmatch(value)
    if specifier is None or specifier[1].lower() != "bytes":
        return IGNORED
    parts = [part.strip(" \t") for part in specifier[2].split(",")]
    bounds = [_bounds(part, length) for part in parts if part]
    if not bounds or None in bounds:
        return IGNORED
    there = [one for one in bounds if one and one[0] < length]
    if not there:
        return f"{length}-"
    return f"{there[0][0]}-{there[0][1]}" if len(bounds) == 1 else IGNORED


def _bounds(part: str, length: int) -> tuple[int, int] | None:
    """First and last byte of a part; None for one that is misspelled."""
    match = _PART.fullmatch(part)
    if match is None or not (match[1] or match[2]):
        return None
    first, last = (_number(digits) for digits in match.groups())
    if first is None:
        # The last so many bytes; none at all are behind the end.
        return max(length - (last or 0), 0), length - 1
    if last is not None and last < first:
        return None
    return first, length - 1 if last is None else min(last, length - 1)


def _number(digits: str) -> int | None:
    if not digits:
        return None
    return int(digits) if len(digits) <= _MOST_DIGITS else 10**_MOST_DIGITS


def init_app(app: Flask) -> None:
    """Make every answer of the application one of these."""
    app.response_class = RangedResponse
