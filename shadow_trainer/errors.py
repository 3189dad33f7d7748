"""The error tree: a code, a sentence a coach understands, what to do about it, and an HTTP status.

Every error that a person may meet is one of these. ``code`` is stable and machine readable,
``str(error)`` is the sentence, ``fix`` says what to do. ``exit_code`` is what the command line
returns: 2 for a bad video, 3 for a bad argument, 1 for anything else.

``permanent`` decides retries: the same video will be unreadable tomorrow, but a full disk may be emptied.
"""

from __future__ import annotations

import errno
from collections.abc import Iterable, Mapping
from typing import Any, Self

MESSAGE_MAX_CHARS = 600


def cut(message: str) -> str:
    """A sentence of readable length: what somebody sent, and is told back, may be a megabyte long."""
    if len(message) <= MESSAGE_MAX_CHARS:
        return message
    return f"{message[: MESSAGE_MAX_CHARS * 2 // 3]} … {message[-MESSAGE_MAX_CHARS // 3 :]}"


class ShadowError(Exception):
    """Root of every error that is shown to a person.

    ``errors`` names each wrong field of a form as ``{field, code, message, fix}``; ``headers`` are sent with the
    answer of the web.
    """

    code = "internal"
    fix = "Try again. If it happens again, tell the operator the code and the time."
    http_status = 500
    exit_code = 1
    permanent = False

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        fix: str | None = None,
        errors: Iterable[Mapping[str, str]] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self.message = cut(message)
        super().__init__(self.message)
        self.errors = [dict(error) for error in errors]
        self.headers = dict(headers or {})
        if code is not None:
            self.code = code
        if fix is not None:
            self.fix = fix

    def as_dict(self) -> dict[str, str]:
        """``{code, message, fix}``, as the API, the catalog and analysis.json store it."""
        return {"code": self.code, "message": self.message, "fix": self.fix}

    def __reduce__(self) -> tuple[Any, ...]:
        # Exceptions with keyword-only arguments do not survive pickling (and so RQ) by default.
        return _rebuild, (type(self), self.message, self.code, self.fix), self.__dict__


def _rebuild(kind: type[ShadowError], message: str, code: str, fix: str) -> ShadowError:
    return kind(message, code=code, fix=fix)


class BadVideo(ShadowError):
    """The video itself cannot be analysed; no retry will change that."""

    code = "bad_video"
    fix = "Film again with the phone's own camera app and upload that file unchanged."
    http_status = 422
    exit_code = 2
    permanent = True


class BadRequest(ShadowError):
    """An argument, form field or header is wrong."""

    code = "bad_request"
    fix = "Correct the named value and try again."
    http_status = 400
    exit_code = 3
    permanent = True


class FieldErrors(BadRequest):
    """Several fields of a form are wrong at once; ``errors`` names each."""

    @classmethod
    def of(cls, errors: Iterable[Mapping[str, str]]) -> Self:
        """The error for these fields, in the words of the first."""
        rows = list(errors)
        many = f" ({len(rows)} fields need a correction.)" if len(rows) > 1 else ""
        first = rows[0]
        return cls(first["message"] + many, code=first["code"], fix=first["fix"], errors=rows)


class Unauthorized(ShadowError):
    """Whoever asks must log in or send a token first."""

    code = "login_needed"
    fix = "Log in first."
    http_status = 401
    permanent = True


class Forbidden(ShadowError):
    """Whoever asks may not do this."""

    code = "forbidden"
    fix = "Open the page itself and use its buttons."
    http_status = 403
    permanent = True


class MethodNotAllowed(ShadowError):
    """This address does not accept the method of the request."""

    code = "method_not_allowed"
    fix = "Use the method named in Allow."
    http_status = 405
    permanent = True


class TooManyRequests(ShadowError):
    """Asked too often, or too many at once; the header Retry-After says when to ask again."""

    code = "too_many_requests"
    fix = "Wait a minute and try again."
    http_status = 429


class TooSlow(ShadowError):
    """What was sent came too slowly."""

    code = "too_slow"
    fix = "Send it again over a faster connection."
    http_status = 408


class NotFound(ShadowError):
    """Nothing has this id or name (or it is not yours to see)."""

    code = "not_found"
    fix = "Check the address, or go back to the list."
    http_status = 404
    exit_code = 3
    permanent = True


class Conflict(ShadowError):
    """The thing is not in a state that allows this."""

    code = "conflict"
    fix = "Reload the page to see its present state."
    http_status = 409
    permanent = True


class TooLarge(ShadowError):
    """The upload is above a declared limit."""

    code = "too_large"
    fix = "Trim the video to the pitch, or film at a lower resolution, and upload that."
    http_status = 413
    exit_code = 2
    permanent = True


class LengthRequired(ShadowError):
    """A body of unknown length."""

    code = "length_required"
    fix = "Send it with a Content-Length."
    http_status = 411
    permanent = True


class Busy(ShadowError):
    """No room for more work now; the same request may succeed later."""

    code = "busy"
    fix = "Wait a minute and send it again."
    http_status = 503


class StorageFull(ShadowError):
    """The disk (or bucket) has no room left."""

    code = "storage_full"
    fix = "Free disk space or delete old analyses, then try again."
    http_status = 507


def is_full_disk(error: OSError) -> bool:
    """Whether the operating system says that a disk, or somebody's share of it, is full."""
    return error.errno in (errno.ENOSPC, errno.EDQUOT)


class Unavailable(ShadowError):
    """A part we depend on (Redis, the database, the storage) does not answer."""

    code = "unavailable"
    fix = "Start the missing service, or check its address in the settings; `python -m shadow_trainer doctor` says which."
    http_status = 503


class SetupError(ShadowError):
    """The installation is not complete: a package, a weight file or a setting is missing or broken."""

    code = "setup"
    fix = "Run `make setup`, then `python -m shadow_trainer doctor`."


class OutOfMemory(ShadowError):
    """The model did not fit; it is tried again with smaller batches."""

    code = "out_of_memory"
    fix = "It is tried again with smaller batches. If it fails again, use a machine with more memory."


class Canceled(ShadowError):
    """A person stopped the analysis. Not a failure."""

    code = "canceled"
    fix = "Press “Try again” to run it again."
    http_status = 409
    permanent = True
