"""Who may ask for what, decided before a body is read.

Single-user mode has no login, so it must not be reachable from elsewhere: only loopback clients, only
the names of this machine in ``Host`` (a foreign page cannot rebind its own name to 127.0.0.1 and read
our answers), and nothing that a proxy forwards.

A request that changes something must come from our own pages (CSRF token) or from no browser at all.
Every browser sends ``Origin`` or ``Sec-Fetch-Site`` with such requests and a page cannot suppress them,
so a request to the HTTP API that has neither, and no cookie, comes from a script such as curl.
"""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from flask import Flask, g, request
from flask_wtf.csrf import CSRFProtect

from . import uploads
from .extension import current
from .identity import SINGLE_USER
from .problems import CSRF_WORDS, Problem

SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
LOCAL_NAMES = {"localhost", "127.0.0.1", "::1"}
API_PREFIX = "/videos"
csrf = CSRFProtect()


def init_app(app: Flask) -> None:
    """Install the guards in the order in which they run."""
    csrf.init_app(app)
    app.before_request(_only_this_machine)
    app.before_request(_only_our_pages_or_scripts)


def _only_this_machine() -> None:
    if not current().settings.single_user:
        return
    forwarded = any(name in request.headers for name in ("Forwarded", "X-Forwarded-For"))
    if forwarded or not _is_loopback(request.remote_addr) or _host_name() not in LOCAL_NAMES:
        raise Problem(
            403,
            "not_local",
            "Single-user mode has no login, so it answers requests from this machine only.",
            "Open http://127.0.0.1 with the port of this server, in a browser on this machine.",
        )
    g.viewer = SINGLE_USER


def _is_loopback(address: str | None) -> bool:
    # Without an address the server listens on a Unix socket, which is as local as it gets.
    if not address:
        return True
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


def _host_name() -> str:
    try:
        return urlsplit(f"//{request.headers.get('Host', '')}").hostname or ""
    except ValueError:
        return ""


def _only_our_pages_or_scripts() -> None:
    if request.method in SAFE_METHODS or request.blueprint == "rq_dashboard":
        return
    if _from_other_site():
        raise Problem(403, *CSRF_WORDS)
    if request.mimetype == "multipart/form-data":
        # Looking for a token reads the body, so what needs no body is asked first.
        uploads.check_room()
    if request.path.startswith(API_PREFIX) and _from_no_browser():
        # Flask-WTF must not look for a token in the body of a script.
        g.csrf_valid = True
        return
    csrf.protect()


def _from_other_site() -> bool:
    """True when the browser itself says that another site's page sent this."""
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        return True
    origin = request.headers.get("Origin")
    return origin is not None and origin != request.host_url.rstrip("/")


def _from_no_browser() -> bool:
    signs = ("Origin", "Sec-Fetch-Site", "Sec-Fetch-Mode", "Cookie")
    return not any(name in request.headers for name in signs)
