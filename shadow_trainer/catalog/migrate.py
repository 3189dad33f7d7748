"""Bring a database to the newest schema. Safe to call at every start and from several processes at once."""

from __future__ import annotations

import fcntl
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, text
from sqlalchemy.exc import OperationalError

from ..settings import Settings
from .database import make_engine
from .faults import translate

if TYPE_CHECKING:
    from alembic.config import Config

# Alembic is imported inside the functions: it doubles the start time of a worker's child, which never migrates.
FOLDER = Path(__file__).parent / "migrations"
POSTGRES_LOCK = 5_112_024  # any number that nobody else uses in this database
log = logging.getLogger(__name__)


def migrate(settings: Settings, revision: str = "head") -> str:
    """Upgrade the settings' database; returns the revision it is at now.

    Raises Unavailable when the database does not answer.
    """
    return _move(settings, revision, forward=True)


def downgrade(settings: Settings, revision: str) -> str:
    """Take migrations back to ``revision`` (``base``: all of them); returns the revision it is at now.

    What only the newer schema could hold is lost. Raises Unavailable as :func:`migrate`.
    """
    return _move(settings, revision, forward=False)


def _move(settings: Settings, revision: str, *, forward: bool) -> str:
    from alembic import command

    engine = make_engine(settings.database_address)
    step = command.upgrade if forward else command.downgrade
    try:
        with _one_at_a_time(settings), engine.connect() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": POSTGRES_LOCK})
                connection.commit()
            step(_config(connection), revision)
            connection.commit()
            return _revision(connection)
    except OperationalError as error:
        raise translate(error) from error
    finally:
        engine.dispose()


def current_revision(settings: Settings) -> str:
    """The schema's revision; empty for a database without one."""
    engine = make_engine(settings.database_address)
    try:
        with engine.connect() as connection:
            return _revision(connection)
    except OperationalError as error:
        raise translate(error) from error
    finally:
        engine.dispose()


def head_revision() -> str:
    """The newest revision that this release knows."""
    from alembic.script import ScriptDirectory

    return ScriptDirectory.from_config(_config(None)).get_current_head() or ""


def known_revisions() -> set[str]:
    """Every revision that this release can migrate from."""
    from alembic.script import ScriptDirectory

    return {step.revision for step in ScriptDirectory.from_config(_config(None)).walk_revisions()}


def _revision(connection: Connection) -> str:
    from alembic.runtime.migration import MigrationContext

    return MigrationContext.configure(connection).get_current_revision() or ""


def _config(connection: Connection | None) -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


@contextmanager
def _one_at_a_time(settings: Settings) -> Iterator[None]:
    """SQLite has no advisory locks: a lock file serialises the processes of this machine."""
    settings.data_path.mkdir(parents=True, exist_ok=True)
    with (settings.data_path / "migrate.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
