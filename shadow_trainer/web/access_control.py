"""Who may ask for what, decided before a body is read.

Single-user mode has no login, so it must not be reachable from elsewhere: only loopback clients, only
the names of this machine in ``Host`` (a foreign page cannot rebind its own name to 127.0.0.1 and read
our answers), and nothing that a proxy forwards.

With accounts everything but :data:`PUBLIC` needs a login, or an API token for the addresses of programs,
and :data:`ADMIN` needs an admin. Whose a thing is, is decided in :mod:`.identity`.

A request that changes something must come from our own pages (CSRF token), carry an API token, or come
from no browser at all. Every browser sends ``Origin`` or ``Sec-Fetch-Site`` with such requests and a page
cannot suppress them, so in single-user mode a request to the HTTP API that has neither, and no cookie,
comes from a script such as curl on this machine.
"""

from __future__ import annotations

import ipaddress
from hmac import compare_digest
from urllib.parse import quote, urlsplit

from flask import Flask, g, redirect, request, url_for
from flask_wtf.csrf import CSRFProtect
from werkzeug.sansio.utils import host_is_trusted
from werkzeug.wrappers import Response

from .accounts import login, rate_limits
from .accounts.viewer import ANONYMOUS, SINGLE_USER, viewer
from .http.problems import API_PREFIXES, CSRF_WORDS, Problem, wants_json
from .http.services import current
from .uploads import receive

SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
LOCAL_NAMES = login.LOCAL_NAMES
API_PREFIX = "/videos"
# Addresses that programs ask with a token.
TOKEN_PREFIXES = API_PREFIXES
# Asked by load balancers and browsers alone: no user is looked up, so they answer without the database.
NOBODYS = {"assets.serve", "assets.favicon", "health.health", "health.ready"}
PUBLIC = NOBODYS | {"login.form", "login.enter", "shared.report", "shared.media"}
ADMIN_BLUEPRINTS = {"admin", "rq_dashboard"}
ADMIN = {"metrics.metrics", "rq_absent", "rq_absent_slash"}
# What puts a film into the queue.
SENDS_FILMS = {"pages.upload", "api.upload", "api.sample_lefty", "actions.sample", "direct.presign"}
csrf = CSRFProtect()


def init_app(app: Flask) -> None:
    """Install the guards in the order in which they run."""
    csrf.init_app(app)
    app.before_request(_only_our_names)
    app.before_request(_find_out_who)
    app.before_request(_may_they)
    app.before_request(_only_our_pages_or_scripts)


def _only_our_names() -> None:
    settings = current().settings
    if settings.single_user:
        return _only_this_machine()
    names = [name.strip() for name in settings.allowed_hosts.split(",") if name.strip()]
    # A load balancer asks by address and not by name.
    if names and request.endpoint not in NOBODYS and not host_is_trusted(request.host, names):
        raise Problem(
            400,
            "unknown_host",
            "This site does not answer under that name.",
            "Use its own address. Operator: SHADOW_ALLOWED_HOSTS lists the names.",
        )
    return None


def _only_this_machine() -> None:
    forwarded = any(name in request.headers for name in ("Forwarded", "X-Forwarded-For"))
    if forwarded or not _is_loopback(request.remote_addr) or _host_name() not in LOCAL_NAMES:
        raise Problem(
            403,
            "not_local",
            "Single-user mode has no login, so it answers requests from this machine only.",
            "Open http://127.0.0.1 with the port of this server, in a browser on this machine.",
        )


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


def _find_out_who() -> None:
    if current().settings.single_user:
        g.viewer = SINGLE_USER
    elif request.endpoint in NOBODYS or _may_scrape():
        g.viewer = ANONYMOUS
    elif (token := _token()) is not None:
        found = login.viewer_of_token(token)
        if found is None:
            raise Problem(
                401,
                "bad_token",
                "This API token is unknown, revoked or expired.",
                "Make a new one on your account page.",
                headers={"WWW-Authenticate": 'Bearer error="invalid_token"'},
            )
        g.viewer = found
    else:
        g.viewer = login.viewer_of_session()


def _may_scrape() -> bool:
    """Whether this is the program that watches over the installation, asking for the numbers."""
    wanted = current().settings.metrics_token
    return (
        bool(wanted)
        and request.endpoint == "metrics.metrics"
        and compare_digest((_token() or "").encode(), wanted.encode())
    )


def _token() -> str | None:
    """The API token of a request to an address of programs. Elsewhere a token says nothing."""
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "bearer" or not request.path.startswith(TOKEN_PREFIXES):
        return None
    return token.strip()


def _may_they() -> Response | None:
    if request.endpoint is None or request.endpoint in PUBLIC or _may_scrape():
        return None
    if not viewer().is_known:
        return _to_the_login()
    if not viewer().is_admin and (request.blueprint in ADMIN_BLUEPRINTS or request.endpoint in ADMIN):
        raise Problem(403, "admins_only", "This is for admins only.", "Ask whoever runs this installation.")
    return None


def _to_the_login() -> Response:
    if wants_json():
        raise Problem(
            401,
            "login_needed",
            "Log in first.",
            "Programs: send `Authorization: Bearer` with an API token from your account page.",
            headers={"WWW-Authenticate": "Bearer"},
        )
    place = request.full_path.rstrip("?") if request.method in SAFE_METHODS else ""
    query = f"?next={quote(place, safe='/')}" if place not in ("", "/") else ""
    return redirect(url_for("login.form") + query, code=303)


def _only_our_pages_or_scripts() -> None:
    if request.method in SAFE_METHODS or request.blueprint == "rq_dashboard":
        return
    if not viewer().by_token and _from_other_site():
        raise Problem(403, *CSRF_WORDS)
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
    if request.endpoint == "login.enter":
        rate_limits.check("login")
    elif request.endpoint in SENDS_FILMS or request.mimetype == "multipart/form-data":
        rate_limits.check("upload")


def _from_other_site() -> bool:
    """True when the browser itself says that another site's page sent this."""
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        return True
    origin = request.headers.get("Origin")
    return origin is not None and origin != request.host_url.rstrip("/")


def _from_no_browser() -> bool:
    signs = ("Origin", "Sec-Fetch-Site", "Sec-Fetch-Mode", "Cookie")
    return not any(name in request.headers for name in signs)
