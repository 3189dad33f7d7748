"""The account whose session or API token a request carries.

The session is a signed cookie with the user's number, the epoch of their sessions and the token of one row in the
catalog: ending that row ends the login, whoever has a copy of the cookie. A login begins an empty session, so nothing
that was planted in a browser before survives it.
"""

from __future__ import annotations

import time

from flask import Flask, request, session
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user

from ...catalog import User, hashing
from ...catalog.login_sessions import Device
from ...errors import NotFound, StorageFull
from ..http.services import current
from ..http.unrestricted import unrestricted
from .viewer import ANONYMOUS, Viewer, viewer

manager = LoginManager()
TOKEN, UNLISTED_UNTIL = "login", "unlisted_until"
# How long a login lasts that could not be written down.
UNLISTED_S = 3600
# A session is not tied to the browser's address and name: telephones change both while it lasts.
manager.session_protection = None


class Account(UserMixin):  # type: ignore[misc]
    """A user as Flask-Login wants them: the id in the session is the number and the epoch."""

    def __init__(self, user: User) -> None:
        self.user = user

    def get_id(self) -> str:
        """``number.epoch``: a session of an older epoch belongs to nobody."""
        return f"{self.user.id}.{self.user.session_epoch}"

    def as_viewer(self, *, by_token: bool = False) -> Viewer:
        """The viewer that this user is."""
        row = self.user
        return Viewer(row.id, row.display_name or row.name, row.role, by_token)


def init_app(app: Flask) -> None:
    """Read sessions, and tell templates who is asking."""
    manager.init_app(app)
    app.jinja_env.globals["viewer"] = viewer


@manager.user_loader  # type: ignore[untyped-decorator]
def _load(session_id: str) -> Account | None:
    number, _, epoch = session_id.partition(".")
    user = unrestricted().catalog.users.find(int(number)) if number.isdecimal() else None
    if user is None or not user.active or str(user.session_epoch) != epoch or not _lasts(user.id):
        return None
    return Account(user)


def _lasts(user_id: int) -> bool:
    """Whether this login has not ended."""
    token = session.get(TOKEN, "")
    if (row := unrestricted().catalog.sessions.find(token)) is not None:
        return row.user_id == user_id and row.revoked_at is None
    if not token or session.get(UNLISTED_UNTIL, 0) < time.time():
        return False
    # The disk was full when it began: it is written down as soon as that is possible.
    unrestricted().catalog.sessions.note_begun(user_id, token, _device())
    return True


def _device() -> Device:
    return Device(request.remote_addr or "", request.user_agent.string)


def own_session_id() -> int | None:
    """The number of the login that asks."""
    row = unrestricted().catalog.sessions.find(session.get(TOKEN, ""))
    return row.id if row is not None else None


def viewer_of_session() -> Viewer:
    """Who is logged in in this browser; nobody, perhaps."""
    account = current_user._get_current_object()
    return account.as_viewer() if isinstance(account, Account) else ANONYMOUS


def bearer_token() -> str | None:
    """The token that a program sends along."""
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if kind.lower() == "bearer" else None


def viewer_of_token(token: str) -> Viewer | None:
    """Whose API token this is; None when it opens nothing."""
    user = unrestricted().catalog.tokens.user_of(token)
    return None if user is None else Account(user).as_viewer(by_token=True)


def session_user() -> User:
    """The user who is logged in in this browser; NotFound where nobody is."""
    account = current_user._get_current_object()
    if not isinstance(account, Account):
        raise NotFound("Nobody is logged in.", code="login_needed", fix="Log in first.")
    return account.user


def begin_session(user: User) -> None:
    """Begin a new session for a user, with nothing left of the one before."""
    session.clear()
    token = hashing.new_token("")
    try:
        unrestricted().catalog.sessions.begin(user.id, _device(), token=token)
    except StorageFull:
        session[UNLISTED_UNTIL] = int(time.time()) + UNLISTED_S
    session[TOKEN] = token
    login_user(Account(user))
    session.permanent = True


def end_session() -> None:
    """End the session of this browser, also for whoever has a copy of its cookie."""
    if token := session.get(TOKEN):
        unrestricted().catalog.sessions.end(token)
    logout_user()
    session.clear()


def accounts_only() -> None:
    """Pass where people log in; NotFound in single-user mode."""
    if current().settings.single_user:
        raise NotFound(
            "There are no accounts: this installation has one user.",
            code="single_user",
            fix="Set SHADOW_SINGLE_USER=false to have accounts.",
        )
