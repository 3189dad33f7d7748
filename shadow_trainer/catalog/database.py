"""The connection to the catalog: engine, transactions, patience with a busy or restarting database."""

from __future__ import annotations

import logging
import os
import time
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, sessionmaker

from .faults import is_passing, may_be_the_schema, not_migrated, translate
from .types import utcnow

log = logging.getLogger(__name__)

T = TypeVar("T")
SQLITE_BUSY_MS = 10_000
# A transaction that waits longer to begin was held up: a backup, a vacuum, a person with a console.
HELD_UP_S = 1.0
# What hours of computing depend on: an attempt outlasts a lock and a restart.
ATTEMPT_PATIENCE_S = 300.0
PATIENCE_S = 20.0  # a database that restarts is back within this time, or the caller hears of it
# A host that vanished says nothing: without these a page would wait for it for minutes. Seconds, the last in ms.
POSTGRES_PATIENCE = {"connect_timeout": 5, "keepalives_idle": 20, "tcp_user_timeout": 15_000}
MIGRATIONS = Path(__file__).parent / "migrations" / "versions"
PRAGMAS = (
    "journal_mode=WAL",
    f"busy_timeout={SQLITE_BUSY_MS}",
    "foreign_keys=ON",
    "synchronous=NORMAL",
)


def make_engine(address: str) -> Engine:
    """An engine for SQLite or Postgres. SQLite: WAL, waiting for locks, foreign keys enforced."""
    if not address.startswith("sqlite"):
        url = make_url(address)
        arguments = {name: value for name, value in POSTGRES_PATIENCE.items() if name not in url.query}
        return create_engine(
            url, pool_pre_ping=True, pool_size=5, max_overflow=20, pool_recycle=1800, connect_args=arguments
        )
    if (path := sqlite_file(address)) is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
    url = make_url(address)
    if path is not None:
        url = url.set(database=str(path))
    engine = create_engine(url, pool_size=5, max_overflow=20)
    # A connection must not cross a fork: SQLite's locks belong to a process.
    os.register_at_fork(after_in_child=partial(_forget_pool, weakref.ref(engine)))
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def sqlite_file(address: str) -> Path | None:
    """The file of an SQLite address; None for one in memory. A question mark in the path is written ``%3F``."""
    database = make_url(address).database
    return Path(database.replace("%3F", "?")) if database and database != ":memory:" else None


def _forget_pool(engine: weakref.ref[Engine]) -> None:
    if (alive := engine()) is not None:
        alive.dispose(close=False)


def _prepare_sqlite(connection: Any, _record: object) -> None:
    # The driver would begin transactions late and by its own rules; we say BEGIN ourselves.
    connection.isolation_level = None
    for pragma in PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    # A transaction that will write takes the write lock at once: upgrading a read lock later fails without
    # waiting when another writer was faster.
    write = connection.get_execution_options().get("write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


class Database:
    """Sessions of one database. Rows that leave a transaction are detached and stay readable."""

    def __init__(self, address: str) -> None:
        self.engine = make_engine(address)
        self.patience_s = PATIENCE_S
        # The last time that it was held up: since when, and when that was over.
        self._held_up: tuple[datetime, float] | None = None
        self._read = sessionmaker(self.engine, expire_on_commit=False)
        self._write = sessionmaker(self.engine.execution_options(write=True), expire_on_commit=False)

    def close(self) -> None:
        """Give back every connection."""
        self.engine.dispose()

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session for reading; rolled back at the end."""
        with self._translated(), self._read() as session:
            yield session

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except DBAPIError as error:
            self._explain(error)
            raise

    def transact(self, work: Callable[[Session], T], *, patience_s: float | None = None) -> T:
        """Run ``work`` in one transaction and commit; begin again while the database is busy or away.

        ``work`` may therefore run several times and must only touch the session.
        Raises Unavailable after ``patience_s`` seconds, StorageFull when the database's disk is full, SetupError
        when it was not migrated.
        """
        began, pause = time.monotonic(), 0.05
        deadline = began + (self.patience_s if patience_s is None else patience_s)
        while True:
            try:
                with self._write() as session, session.begin():
                    session.connection()
                    self._waited(began)
                    return work(session)
            except DBAPIError as error:
                if is_passing(error):
                    self._was_held_up(began)
                if not is_passing(error) or time.monotonic() + pause > deadline:
                    self._explain(error)
                    raise
                log.warning("the database is busy or away, trying again: %s", error.orig)
                time.sleep(pause)
                pause = min(pause * 2, 2.0)

    def _waited(self, began: float) -> None:
        if time.monotonic() - began > HELD_UP_S:
            self._was_held_up(began)

    def _was_held_up(self, began: float) -> None:
        now = time.monotonic()
        self._held_up = (utcnow() - timedelta(seconds=now - began), now)

    def held_up_since(self, within_s: float) -> datetime | None:
        """Since when a transaction of this process had to wait, if that ended lately: so had everybody's."""
        if self._held_up is None or time.monotonic() - self._held_up[1] >= within_s:
            return None
        return self._held_up[0]

    def probe(self) -> None:
        """Wait until something could be written, and notice how long that took."""
        self.transact(lambda session: None)

    def _explain(self, error: DBAPIError) -> None:
        """Raise what the error means; nothing when it is a wrong statement of our own."""
        if may_be_the_schema(error) and self._revision() != newest_revision():
            raise not_migrated() from error
        if (explained := translate(error)) is not error:
            raise explained from error

    def _revision(self) -> str | None:
        try:
            with self.engine.connect() as connection:
                revision = connection.scalar(text("SELECT version_num FROM alembic_version"))
                return None if revision is None else str(revision)
        except DBAPIError:
            return None


def newest_revision() -> str:
    """The newest schema of this release, without loading what migrates to it."""
    return max(path.stem.partition("_")[0] for path in MIGRATIONS.glob("[0-9]*.py"))
