"""API tokens: a program's key to what one user may do."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from ..errors import BadRequest, NotFound
from . import hashing
from .models import ApiToken, User
from .secret_links import SecretLinks
from .types import utcnow

PREFIX = "st_"
MOST_PER_USER = 50


class Tokens(SecretLinks):
    """Make, check, list and revoke."""

    def create(self, user_id: int, name: str, *, expires_at: datetime | None = None) -> tuple[ApiToken, str]:
        """A new token: its row, and the token itself, which is known only now."""
        title = " ".join(name.split())[:80]
        if not title:
            raise BadRequest(
                "A token needs a name.", code="no_token_name", fix="Name the program that uses it."
            )
        if len(self.of(user_id)) >= MOST_PER_USER:
            raise BadRequest(
                f"There are {MOST_PER_USER} tokens already.", code="too_many_tokens", fix="Revoke one."
            )
        token = hashing.new_token(PREFIX)
        row = ApiToken(
            user_id=user_id,
            name=title,
            token_hash=hashing.token_hash(token),
            hint=hashing.hint_of(token, PREFIX),
            expires_at=expires_at,
        )

        def work(session: Session) -> ApiToken:
            session.add(row)
            return row

        return self.transact(work), token

    def user_of(self, token: str, *, now: datetime | None = None) -> User | None:
        """Whose token this is; None for an unknown, revoked or expired one and for a disabled user."""
        moment = now or utcnow()
        query = (
            select(ApiToken, User)
            .join(User, User.id == ApiToken.user_id)
            .where(ApiToken.token_hash == hashing.token_hash(token), ApiToken.revoked_at.is_(None))
            .where(ApiToken.expires_at.is_(None) | (ApiToken.expires_at > moment), User.active)
        )
        with self.read() as session:
            pair = session.execute(query).one_or_none()
        if pair is None:
            return None
        row, user = pair
        self._used(row, moment)
        return user

    def of(self, user_id: int) -> list[ApiToken]:
        """A user's tokens that were not revoked, the newest first."""
        query = select(ApiToken).where(ApiToken.user_id == user_id, ApiToken.revoked_at.is_(None))
        with self.read() as session:
            return list(session.scalars(query.order_by(ApiToken.created_at.desc(), ApiToken.id.desc())))

    def revoke(self, user_id: int, token_id: int) -> None:
        """End one of a user's tokens; NotFound when there is no such one."""
        if not self._revoke(ApiToken, ApiToken.id == token_id, ApiToken.user_id == user_id):
            raise NotFound("There is no such token.", code="no_such_token")
