"""Logging in and out. The session is a signed cookie with the user's number and the epoch of their sessions.

A login begins an empty session, so nothing that was planted in a browser before survives it.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Blueprint, Flask, flash, redirect, render_template, request, session, url_for
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user
from werkzeug.wrappers import Response

from ...catalog import User
from ..http.problems import Problem
from ..http.services import current
from . import rate_limits
from .viewer import ANONYMOUS, Viewer, viewer

blueprint = Blueprint("login", __name__)
manager = LoginManager()
# A session is not tied to the browser's address and name: telephones change both while it lasts.
manager.session_protection = None
LOCAL_NAMES = {"localhost", "127.0.0.1", "::1"}
NEXT_MAX_CHARS = 500


class Account(UserMixin):
    """A user as Flask-Login wants them: the id in the session is the number and the epoch."""

    def __init__(self, user: User) -> None:
        self.user = user

    def get_id(self) -> str:
        """``number.epoch``: a session of an older epoch belongs to nobody."""
        return f"{self.user.id}.{self.user.session_epoch}"

    def as_viewer(self, *, by_token: bool = False) -> Viewer:
        """As the house sees them."""
        row = self.user
        return Viewer(row.id, row.display_name or row.name, row.role, by_token)


def init_app(app: Flask) -> None:
    """Sessions, and the two addresses."""
    manager.init_app(app)
    app.register_blueprint(blueprint)
    app.jinja_env.globals["viewer"] = viewer


@manager.user_loader
def _load(session_id: str) -> Account | None:
    number, _, epoch = session_id.partition(".")
    user = current().catalog.users.find(int(number)) if number.isdecimal() else None
    if user is None or not user.active or str(user.session_epoch) != epoch:
        return None
    return Account(user)


def viewer_of_session() -> Viewer:
    """Who is logged in in this browser; nobody, perhaps."""
    return current_user.as_viewer() if current_user.is_authenticated else ANONYMOUS


def viewer_of_token(token: str) -> Viewer | None:
    """Whose API token this is; None when it opens nothing."""
    user = current().catalog.tokens.user_of(token)
    return None if user is None else Account(user).as_viewer(by_token=True)


@blueprint.get("/login")
def form() -> str | Response:
    """The form; who is in already goes on."""
    _accounts_only()
    if viewer().is_known:
        return redirect(safe_next(request.args.get("next", "")))
    return _form()


@blueprint.post("/login")
def enter() -> Response | tuple[str, int]:
    """Name and password; the guard has counted this address, here the name is counted."""
    _accounts_only()
    rate_limits.check("name")
    shadow = current()
    user = shadow.catalog.users.authenticate(request.form.get("name", ""), request.form.get("password", ""))
    if user is None:
        return _form("Name or password is not right."), 401
    begin_session(user)
    shadow.catalog.users.logged_in(user.id)
    return redirect(safe_next(request.form.get("next", "")), code=303)


@blueprint.post("/logout")
def leave() -> Response:
    """End the session of this browser."""
    _accounts_only()
    logout_user()
    session.clear()
    flash("You are logged out.")
    return redirect(url_for("login.form"), code=303)


def begin_session(user: User) -> None:
    """A new session for a user, with nothing left of the one before."""
    session.clear()
    login_user(Account(user))
    session.permanent = True


def safe_next(wanted: str) -> str:
    """``wanted`` when it is a path of this site, else the first page. Nothing a browser reads as another host."""
    home = url_for("pages.home")
    if not wanted.startswith("/") or len(wanted) > NEXT_MAX_CHARS or "\\" in wanted:
        return home
    if wanted.startswith("//") or any(ord(letter) < 33 for letter in wanted):
        return home
    parts = urlsplit(wanted)
    return home if parts.scheme or parts.netloc or parts.path == url_for("login.form") else wanted


def _form(problem: str = "") -> str:
    host = (urlsplit(f"//{request.host}").hostname or "").lower()
    return render_template(
        "login.html",
        problem=problem,
        name=request.form.get("name", "")[:80],
        next=safe_next(request.values.get("next", "")),
        # The cookie is for https alone; browsers make an exception for this machine.
        insecure=not request.is_secure and host not in LOCAL_NAMES,
        nobody=not current().catalog.users.any_exist(),
    )


def _accounts_only() -> None:
    if current().settings.single_user:
        raise Problem(
            404,
            "single_user",
            "There are no accounts: this installation has one user.",
            "Set SHADOW_SINGLE_USER=false to have accounts.",
        )
