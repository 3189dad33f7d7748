"""Logging in and out."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Blueprint, Flask, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from ..accounts import devices, rate_limits
from ..accounts.sessions import accounts_only, begin_session, end_session
from ..accounts.viewer import viewer
from ..http.access_rules import Limit, limited, public
from ..http.hosts import LOCAL_NAMES, host_name
from ..http.unrestricted import unrestricted

blueprint = Blueprint("login", __name__)

NEXT_MAX_CHARS = 500


def init_app(app: Flask) -> None:
    """Add the addresses."""
    app.register_blueprint(blueprint)


@blueprint.get("/login")
@public
def form() -> str | Response:
    """Show the form; whoever is logged in already goes on."""
    accounts_only()
    if viewer().is_known:
        return redirect(safe_next(request.args.get("next", "")))
    return _form()


@blueprint.post("/login")
@public
@limited("login")
def enter() -> Response | tuple[str, int]:
    """Check name and password. The address is counted before the body is read, the name here."""
    accounts_only()
    rate_limits.check(Limit.NAME)
    users = unrestricted().catalog.users
    user = users.authenticate(request.form.get("name", ""), request.form.get("password", ""))
    if user is None:
        return _form("Wrong name or password."), 401
    begin_session(user)
    users.logged_in(user.id)
    response = redirect(safe_next(request.form.get("next", "")), code=303)
    devices.remember(response, user.name)
    return response


@blueprint.post("/logout")
def leave() -> Response:
    """End the session of this browser."""
    accounts_only()
    end_session()
    flash("You are logged out.")
    return redirect(url_for("login.form"), code=303)


def safe_next(wanted: str) -> str:
    """``wanted`` when it is a path of this site, else the first page. Nothing a browser reads as another host."""
    home = url_for("home.page")
    if not wanted.startswith("/") or len(wanted) > NEXT_MAX_CHARS or "\\" in wanted:
        return home
    if wanted.startswith("//") or any(ord(letter) < 33 for letter in wanted):
        return home
    parts = urlsplit(wanted)
    return home if parts.scheme or parts.netloc or parts.path == url_for("login.form") else wanted


def _form(problem: str = "") -> str:
    return render_template(
        "login.html",
        problem=problem,
        name=request.form.get("name", "")[:80],
        next=safe_next(request.values.get("next", "")),
        # The cookie is for https alone; browsers make an exception for this machine.
        insecure=not request.is_secure and host_name() not in LOCAL_NAMES,
        nobody=not unrestricted().catalog.users.any_exist(),
    )
