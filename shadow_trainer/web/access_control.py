"""Access control of every request before its body is read: login, rights, rate limit and origin.

Single-user mode has no login, so it must not be reachable from elsewhere: only loopback clients, only
the names of this machine in ``Host`` (a foreign page cannot rebind its own name to 127.0.0.1 and read
our answers), and nothing that a proxy forwards.

With accounts every view needs a login, or an API token at the addresses of programs, unless the rule beside it
says otherwise (:mod:`.http.access_rules`). Which rows somebody sees is decided in :mod:`.accounts.viewer`.

A request that changes something must come from our own pages (CSRF token), carry an API token, or come
from no browser at all. Every browser sends ``Origin`` or ``Sec-Fetch-Site`` with such requests and a page
cannot suppress them, so in single-user mode a request to the HTTP API that has neither, and no cookie,
comes from a script such as curl on this machine.
"""

from __future__ import annotations

from hmac import compare_digest
from urllib.parse import quote

from flask import Flask, g, redirect, request, url_for
from werkzeug.sansio.utils import host_is_trusted
from werkzeug.wrappers import Response

from ..errors import BadRequest, Forbidden, Unauthorized
from .accounts import rate_limits, sessions
from .accounts.viewer import ANONYMOUS, SINGLE_USER, Viewer, viewer
from .http.access_rules import Limit, Who, rule_of_request
from .http.csrf import csrf, refusal
from .http.hosts import LOCAL_NAMES, host_name, is_forwarded, is_from_other_site, is_loopback
from .http.problems import API_PREFIXES, wants_json
from .http.services import current
from .uploads import receive

SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
API_PREFIX = "/videos"
# Addresses that programs ask with a token.
TOKEN_PREFIXES = API_PREFIXES


def init_app(app: Flask) -> None:
    """Install the guards in the order in which they run."""
    csrf.init_app(app)
    app.before_request(_only_our_names)
    app.before_request(_find_viewer)
    app.before_request(_may_they)
    app.before_request(_only_our_pages_or_scripts)


def _only_our_names() -> None:
    settings = current().settings
    if settings.single_user:
        return _only_this_machine()
    names = [name.strip() for name in settings.allowed_hosts.split(",") if name.strip()]
    # A load balancer asks by address and not by name; whoever watches asks by a name inside the installation and
    # proves itself by its token, which no foreign page can.
    anyhow = rule_of_request().who == Who.ANONYMOUS or _has_metrics_token()
    if names and not anyhow and not host_is_trusted(request.host, names):
        raise BadRequest(
            "This site does not answer under that name.",
            code="unknown_host",
            fix="Use its own address. Operator: SHADOW_ALLOWED_HOSTS lists the names.",
        )
    return None


def _only_this_machine() -> None:
    if is_forwarded() or not is_loopback(request.remote_addr) or host_name() not in LOCAL_NAMES:
        raise Forbidden(
            "Single-user mode has no login, so it answers requests from this machine only.",
            code="not_local",
            fix="Open http://127.0.0.1 with the port of this server, in a browser on this machine.",
        )


def _find_viewer() -> None:
    if current().settings.single_user:
        g.viewer = SINGLE_USER
    elif rule_of_request().who == Who.ANONYMOUS or _has_metrics_token():
        g.viewer = ANONYMOUS
    elif (token := _token()) is not None:
        g.viewer = _viewer_of(token)
    else:
        g.viewer = sessions.viewer_of_session()


def _viewer_of(token: str) -> Viewer:
    known = sessions.viewer_of_token(token)
    if known is None:
        raise Unauthorized(
            "This API token is unknown, revoked or expired.",
            code="bad_token",
            fix="Make a new one on your account page.",
            headers={"WWW-Authenticate": 'Bearer error="invalid_token"'},
        )
    return known


def _has_metrics_token() -> bool:
    """Whether this is the program that watches over the installation, asking for the numbers."""
    wanted = current().settings.metrics_token
    return (
        bool(wanted)
        and rule_of_request().by_metrics_token
        and compare_digest((_token() or "").encode(), wanted.encode())
    )


def _token() -> str | None:
    """The API token of a request to an address of programs. Elsewhere a token says nothing."""
    return sessions.bearer_token() if request.path.startswith(TOKEN_PREFIXES) else None


def _may_they() -> Response | None:
    who = rule_of_request().who
    if request.endpoint is None or who in (Who.ANONYMOUS, Who.PUBLIC) or _has_metrics_token():
        return None
    if not viewer().is_known:
        return _to_the_login()
    if who == Who.ADMIN and not viewer().is_admin:
        raise Forbidden(
            "This is for admins only.", code="admins_only", fix="Ask whoever runs this installation."
        )
    return None


def _to_the_login() -> Response:
    if wants_json():
        raise Unauthorized(
            "Log in first.",
            fix="Programs: send `Authorization: Bearer` with an API token from your account page.",
            headers={"WWW-Authenticate": "Bearer"},
        )
    place = request.full_path.rstrip("?") if request.method in SAFE_METHODS else ""
    query = f"?next={quote(place, safe='/')}" if place not in ("", "/") else ""
    return redirect(url_for("login.form") + query, code=303)


def _only_our_pages_or_scripts() -> None:
    if request.method in SAFE_METHODS or rule_of_request().guards_itself:
        return
    if not viewer().by_token and is_from_other_site():
        raise refusal()
    receive.check_body()
    _not_too_often()
    if request.mimetype == "multipart/form-data":
        # Looking for a token reads the body, so what needs no body is asked first.
        receive.check_room()
    if viewer().by_token or (request.path.startswith(API_PREFIX) and _from_no_browser()):
        # Flask-WTF must not look for a token in the body of a script.
        g.csrf_valid = True
        return
    csrf.protect()


def _not_too_often() -> None:
    limit = rule_of_request().limit
    if limit is None and request.mimetype == "multipart/form-data":
        # Whatever it is sent to: its files go to disk.
        limit = Limit.UPLOAD
    if limit is not None:
        rate_limits.check(limit)


def _from_no_browser() -> bool:
    signs = ("Origin", "Sec-Fetch-Site", "Sec-Fetch-Mode", "Cookie")
    return not any(name in request.headers for name in signs)
