"""The form token: a request that changes something must come from our own page."""

from __future__ import annotations

from flask_wtf.csrf import CSRFProtect

from ...errors import Forbidden

csrf = CSRFProtect()


def refusal() -> Forbidden:
    """The error for a request whose page is not ours, or too old."""
    return Forbidden(
        "The form was not sent from this site's own page, or the page is too old.",
        code="csrf",
        fix="Reload the page and send it again. Scripts: send no Origin header, as curl does.",
    )
