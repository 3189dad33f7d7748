"""What every repository of the catalog has: the database, sessions for reading, transactions for writing."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TypeVar, cast

from sqlalchemy import CursorResult, Delete, Update
from sqlalchemy.orm import Session

from .database import Database

T = TypeVar("T")


class Repository:
    """Rows of one kind and what is asked of them. Rows that leave it are detached and stay readable."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def read(self) -> AbstractContextManager[Session]:
        """A session for reading; rolled back at the end."""
        return self.database.read()

    def transact(self, work: Callable[[Session], T]) -> T:
        """Run ``work`` in one transaction, as :meth:`.database.Database.transact` does."""
        return self.database.transact(work)


def rows_changed(session: Session, query: Update | Delete) -> int:
    """Execute a change; how many rows it met."""
    # Session.execute is typed for every statement; a change always gives a result with a count.
    return cast("CursorResult[object]", session.execute(query)).rowcount
