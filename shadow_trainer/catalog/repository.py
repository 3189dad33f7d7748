"""What every repository of the catalog has: the database, sessions for reading, transactions for writing."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TypeVar, cast

from sqlalchemy import CursorResult, Delete, Update
from sqlalchemy.orm import Session

from ..errors import ShadowError
from .database import Database

log = logging.getLogger(__name__)

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

    def note(self, work: Callable[[Session], object]) -> None:
        """Write down what is worth no waiting: skipped when the database is busy, away or its disk is full."""
        try:
            self.database.transact(work, patience_s=0.0)
        except ShadowError as error:
            log.warning("a note was not written: %s", error)


def rows_changed(session: Session, query: Update | Delete) -> int:
    """Execute a change; how many rows it met."""
    # Session.execute is typed for every statement; a change always gives a result with a count.
    return cast("CursorResult[object]", session.execute(query)).rowcount
