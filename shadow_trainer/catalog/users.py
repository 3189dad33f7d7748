"""Users: who may log in, with which role, and what belongs to whom.

user = catalog.users.create("ana", "four words of hers", role="admin")
catalog.users.authenticate("ana", "four words of hers")      # the User, or None
"""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from ..errors import BadRequest, Conflict, NotFound
from . import hashing
from .models import Analysis, ApiToken, Athlete, LoginSession, Reference, User
from .repository import Repository, rows_changed
from .types import utcnow

COACH, ADMIN = "coach", "admin"
ROLES = (COACH, ADMIN)
NAME = re.compile(r"[a-z0-9][a-z0-9._@+-]{0,79}")
OWNED = (Analysis, Athlete, Reference)


class Users(Repository):
    """Accounts. Changing a password, a role or the active flag ends every session of that user."""

    def create(self, name: str, password: str, *, role: str = COACH, display_name: str = "") -> User:
        """A new user; BadRequest for a bad name or weak password, Conflict when the name is taken."""
        wanted = user_name(name)
        row = User(
            name=wanted,
            display_name=display_name.strip()[:120],
            password_hash=hashing.hash_password(password, name=wanted),
            role=_role(role),
        )

        def work(session: Session) -> User:
            if session.scalar(select(User.id).where(User.name == wanted)) is not None:
                raise Conflict(f"There is a user {wanted!r} already.", code="user_exists")
            session.add(row)
            return row

        try:
            return self.transact(work)
        except IntegrityError as error:
            raise Conflict(f"There is a user {wanted!r} already.", code="user_exists") from error

    def find(self, user_id: int) -> User | None:
        """The user of this number, or None."""
        with self.read() as session:
            return session.get(User, user_id)

    def by_name(self, name: str) -> User:
        """The user of this name; NotFound without one."""
        with self.read() as session:
            row = session.scalar(select(User).where(User.name == name.strip().lower()))
        if row is None:
            raise NotFound(
                f"There is no user {name!r}.",
                code="no_such_user",
                fix="`python -m shadow_trainer user list` shows them.",
            )
        return row

    def all(self) -> list[User]:
        """Everybody, by name."""
        with self.read() as session:
            return list(session.scalars(select(User).order_by(User.name)))

    def any_exist(self) -> bool:
        """Whether there is any account."""
        with self.read() as session:
            return session.scalar(select(User.id).limit(1)) is not None

    def authenticate(self, name: str, password: str) -> User | None:
        """The active user with this name and password, or None; which of the three was wrong cannot be timed."""
        with self.read() as session:
            row = session.scalar(select(User).where(User.name == name.strip().lower()[:80]))
        fits = hashing.password_fits(row.password_hash if row else None, password)
        return row if row is not None and fits and row.active else None

    def logged_in(self, user_id: int) -> None:
        """Note when a user came in last."""
        query = update(User).where(User.id == user_id).values(last_login_at=utcnow())
        self.note(lambda session: session.execute(query))

    def set_display_name(self, user_id: int, display_name: str) -> None:
        """How the user is called on pages."""
        self._set_user(user_id, display_name=" ".join(display_name.split())[:120])

    def set_password(self, user_id: int, password: str, *, revoke_tokens: bool = False) -> User:
        """Another password. ``revoke_tokens``: the account is won back, so programs lose their keys, too."""
        row = self._user(user_id)
        hashed = hashing.hash_password(password, name=row.name)
        return self._set_user(user_id, end=True, revoke_tokens=revoke_tokens, password_hash=hashed)

    def set_role(self, user_id: int, role: str) -> User:
        """Another role; Conflict for the last active admin."""
        return self._set_user(user_id, end=True, keep_admin=role != ADMIN, role=_role(role))

    def set_active(self, user_id: int, active: bool) -> User:
        """Let a user in, or not; Conflict for the last active admin."""
        return self._set_user(user_id, end=True, keep_admin=not active, active=active)

    def end_sessions(self, user_id: int) -> User:
        """End every session of a user."""
        return self._set_user(user_id, end=True)

    def adopt(self, user_id: int) -> dict[str, int]:
        """Give a user everything that has no owner: how many analyses, athletes and references.

        Conflict when a reference without owner has the name of one that the user has already.
        """
        self._user(user_id)

        def work(session: Session) -> dict[str, int]:
            counts = {}
            for model in OWNED:
                query = update(model).where(model.owner_id.is_(None)).values(owner_id=user_id)
                counts[model.__tablename__] = rows_changed(session, query)
            return counts

        try:
            return self.transact(work)
        except IntegrityError as error:
            raise Conflict(
                "A reference without owner has the name of one of this user's.",
                code="reference_exists",
                fix="Rename one of them, then adopt again.",
            ) from error

    def _user(self, user_id: int) -> User:
        row = self.find(user_id)
        if row is None:
            raise NotFound(f"There is no user number {user_id}.", code="no_such_user")
        return row

    def _set_user(
        self,
        user_id: int,
        *,
        end: bool = False,
        keep_admin: bool = False,
        revoke_tokens: bool = False,
        **values: Any,
    ) -> User:
        def work(session: Session) -> User:
            row = session.get(User, user_id, with_for_update=True)
            if row is None:
                raise NotFound(f"There is no user number {user_id}.", code="no_such_user")
            if keep_admin and row.role == ADMIN and row.active and _admins(session) == 1:
                raise Conflict(
                    f"{row.name} is the only admin.",
                    code="last_admin",
                    fix="Make another user an admin first.",
                )
            for name, value in values.items():
                setattr(row, name, value)
            row.session_epoch += end
            if end:
                _revoke_all(session, LoginSession, user_id)
            if revoke_tokens:
                _revoke_all(session, ApiToken, user_id)
            return row

        return self.transact(work)


def user_name(text: str) -> str:
    """A user's name as it is kept: lower case; BadRequest when it cannot be one."""
    name = text.strip().lower()
    if not NAME.fullmatch(name):
        raise BadRequest(
            f"{text[:80]!r} cannot be the name of a user.",
            code="bad_user_name",
            fix="Use letters a to z, digits, dots, @, +, - and _; an address of e-mail is fine.",
        )
    return name


def _revoke_all(session: Session, kind: type[ApiToken | LoginSession], user_id: int) -> None:
    query = update(kind).where(kind.user_id == user_id, kind.revoked_at.is_(None))
    session.execute(query.values(revoked_at=utcnow()))


def _role(role: str) -> str:
    if role not in ROLES:
        raise BadRequest(f"A role is one of {', '.join(ROLES)}.", code="bad_role")
    return role


def _admins(session: Session) -> int:
    # Locked, so that two admins cannot take each other's role at the same moment.
    query = select(User.id).where(User.role == ADMIN, User.active).with_for_update()
    return len(session.scalars(query).all())
