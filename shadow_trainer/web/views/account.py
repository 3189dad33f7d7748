"""The account page: one's name, password, sessions and API tokens."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Blueprint, Flask, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from ...catalog import utcnow
from ...catalog.hashing import PASSWORD_MIN_CHARS
from ...errors import BadRequest
from ..accounts.sessions import accounts_only, begin_session, own_session_id, session_user
from ..http.access_rules import limited
from ..http.unrestricted import unrestricted
from ..presenters.devices import device_words

blueprint = Blueprint("account", __name__, url_prefix="/account")
blueprint.before_request(accounts_only)

# How long a token may live, in days; empty: until it is revoked.
TOKEN_DAYS = {"30": "30 days", "90": "90 days", "365": "A year", "": "Until I revoke it"}


def init_app(app: Flask) -> None:
    """Add the pages; in single-user mode they say that there is no account."""
    app.register_blueprint(blueprint)


@blueprint.get("")
def page() -> str:
    """The page."""
    return _page()


def _page(**more: Any) -> str:
    user = session_user()
    return render_template(
        "account.html",
        user=user,
        tokens=unrestricted().catalog.tokens.of(user.id),
        sessions=unrestricted().catalog.sessions.of(user.id),
        own_session=own_session_id(),
        device_words=device_words,
        token_days=TOKEN_DAYS,
        password_min=PASSWORD_MIN_CHARS,
        now=utcnow(),
        **more,
    )


@blueprint.post("/name")
def name() -> Response:
    """Change how the user is called on pages."""
    unrestricted().catalog.users.set_display_name(session_user().id, request.form.get("display_name", ""))
    return _done("Your name was changed.")


@blueprint.post("/password")
@limited("password")
def password() -> Response | tuple[str, int]:
    """Another password: needs the present one, and ends every other session."""
    catalog, user, new = unrestricted().catalog, session_user(), request.form.get("new", "")
    if catalog.users.authenticate(user.name, request.form.get("present", "")) is None:
        return _page(problem="The present password is not right."), 403
    if new != request.form.get("again", ""):
        return _page(problem="The new password was not typed twice alike."), 400
    try:
        changed = catalog.users.set_password(user.id, new)
    except BadRequest as error:
        return _page(problem=f"{error.message} {error.fix}"), 400
    begin_session(changed)
    return _done("Your password was changed. Every other session has ended.")


@blueprint.post("/sessions")
def sessions() -> Response:
    """End every session but this one."""
    begin_session(unrestricted().catalog.users.end_sessions(session_user().id))
    return _done("Every other session has ended.")


@blueprint.post("/sessions/<int:session_id>/end")
def end_one_session(session_id: int) -> Response:
    """End one login, wherever it is."""
    unrestricted().catalog.sessions.revoke(session_user().id, session_id)
    return _done("That session has ended.")


@blueprint.post("/tokens")
def create_token() -> tuple[str, int]:
    """A new API token, shown on this answer and never again."""
    days = request.form.get("days", "")
    if days not in TOKEN_DAYS:
        raise BadRequest("A token cannot live that long.", code="bad_token_days")
    expires_at = utcnow() + timedelta(days=int(days)) if days else None
    row, token = unrestricted().catalog.tokens.create(
        session_user().id, request.form.get("name", ""), expires_at=expires_at
    )
    return _page(new_token=token, new_token_name=row.name), 201


@blueprint.post("/tokens/<int:token_id>/revoke")
def revoke_token(token_id: int) -> Response:
    """End a token at once."""
    unrestricted().catalog.tokens.revoke(session_user().id, token_id)
    return _done("The token was revoked.")


def _done(words: str) -> Response:
    flash(words)
    return redirect(url_for("account.page"), code=303)
