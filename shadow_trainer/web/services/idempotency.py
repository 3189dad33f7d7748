"""One analysis for what is sent twice: a form posted again, a program that tries again.

The id of the analysis is made from what was sent, so that the second finds the row of the first, also on another
machine and at the same moment. Of a video that came with a key its SHA-256 is kept (a key value of the catalog).

A form carries a token of its page (``once``); sent again with another video or other options it is another analysis.
A program's ``Idempotency-Key`` stands for one video alone: with another one it is refused.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping

from flask import Flask, current_app, request

from ...catalog import Analysis
from ...catalog.analyses import new_id
from ...catalog.key_values import SENT
from ...errors import BadRequest, Conflict
from ..accounts.viewer import catalog, viewer
from ..http.unrestricted import unrestricted

FIELD, HEADER = "once", "Idempotency-Key"
LONGEST = 255
ID_CHARS = 32
NOT_ASKED = (FIELD, "csrf_token")


def init_app(app: Flask) -> None:
    """Give forms their token."""
    app.jinja_env.globals["once"] = lambda: secrets.token_urlsafe(16)


def analysis_id(place: int, name: str, size_bytes: int, sha256: str) -> str:
    """The id for the ``place``-th video of this request: another one each time, unless it can be told apart."""
    if key := _key():
        chosen = _free_id("key", key, place)
        _refuse_another(catalog().analyses.find(chosen), name, size_bytes, sha256)
        return chosen
    if token := request.form.get(FIELD, ""):
        return _free_id("form", token, place, name, size_bytes, sha256, _options(request.form))
    return new_id()


def remember(analysis_id: str, sha256: str) -> None:
    """Keep what the video of a key was, for when the key is sent again."""
    if HEADER in request.headers and sha256:
        unrestricted().catalog.key_values.put(SENT + analysis_id, {"sha256": sha256})


def forget(analysis_id: str) -> None:
    """It made no analysis."""
    if HEADER in request.headers:
        unrestricted().catalog.key_values.delete(SENT + analysis_id)


def asked() -> bool:
    """Whether this request may be one that was sent before."""
    return HEADER in request.headers or bool(request.form.get(FIELD))


def sample_id(name: str) -> str:
    """The id for a sample: as for a video."""
    if key := _key():
        return _free_id("key", key, "sample", name)
    if token := request.form.get(FIELD, ""):
        return _free_id("form", token, "sample", name)
    return new_id()


def _key() -> str:
    """The program's key, without the quotes of a structured field; BadRequest for what cannot be one."""
    if HEADER not in request.headers:
        return ""
    key = request.headers[HEADER].strip().strip('"')
    if not key or len(key) > LONGEST or not (key.isascii() and key.isprintable()):
        raise BadRequest(
            f"{HEADER} must be 1 to {LONGEST} printable ASCII characters.",
            code="bad_idempotency_key",
            fix="Send a fresh UUID with each video, and the same one when you send that video again.",
        )
    return key


def _free_id(*parts: object) -> str:
    """The id that these parts make for this viewer; the next one when that analysis lies in the trash."""
    for turn in range(100):
        made = _digest(viewer().user_id, turn, *parts)
        row = catalog().analyses.find(made, with_trash=True)
        if row is None or row.deleted_at is None:
            return made
    return new_id()


def _digest(*parts: object) -> str:
    secret = (current_app.secret_key or "").encode() if isinstance(current_app.secret_key, str) else b""
    text = json.dumps(parts, sort_keys=True, default=str).encode()
    return hmac.new(secret or b"shadow", text, hashlib.sha256).hexdigest()[:ID_CHARS]


def _refuse_another(row: Analysis | None, name: str, size_bytes: int, sha256: str) -> None:
    if row is None:
        return
    key = SENT + row.id
    # Of the release before nothing is kept: then name and size have to do.
    known = unrestricted().catalog.key_values.all(key).get(key, {"sha256": sha256})
    if (row.original_name, row.original_bytes, known["sha256"]) != (name[:255], size_bytes, sha256):
        raise Conflict(
            f"This {HEADER} was sent with another video.",
            code="idempotency_key_reused",
            fix="Send each video with a key of its own.",
        )


def _options(form: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in form.items() if name not in NOT_ASKED}
