"""What an error of the database means, told by its code: wait, give up, free the disk, or migrate first.

SQLite: the primary result code (https://sqlite.org/rescode.html). Postgres: SQLSTATE (appendix A of its manual);
without one there was no connection at all.
"""

from __future__ import annotations

import sqlite3

from sqlalchemy.exc import DBAPIError, OperationalError

from ..errors import SetupError, StorageFull, Unavailable

PRIMARY = 0xFF  # of an extended code of SQLite
SQLITE_PASSING = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_PROTOCOL,
    sqlite3.SQLITE_SCHEMA,
    sqlite3.SQLITE_INTERRUPT,
    sqlite3.SQLITE_NOMEM,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_CANTOPEN,
}
# A file that cannot be used whatever is asked: not our statement, and nothing that waiting mends.
SQLITE_UNUSABLE = {
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_PERM,
    sqlite3.SQLITE_AUTH,
    sqlite3.SQLITE_CORRUPT,
    sqlite3.SQLITE_NOTADB,
}
# Connection, rollback (deadlock, serialization), resources, locks, operator's intervention, system error.
POSTGRES_PASSING = ("08", "40", "53", "55", "57", "58")
POSTGRES_STANDBY = "25006"  # read only until it takes over
POSTGRES_FULL = "53100"
# A table or a column that is not there. SQLite has no code of its own for it.
POSTGRES_UNDEFINED = {"42P01", "42703"}


def is_passing(error: DBAPIError) -> bool:
    """Whether the same transaction may succeed later: a lock, a restart, a lost connection."""
    if error.connection_invalidated:
        return True
    if (code := _sqlite_code(error)) is not None:
        return code in SQLITE_PASSING
    state = _sqlstate(error)
    if state is None:
        return _was_no_connection(error)
    return state != POSTGRES_FULL and (state[:2] in POSTGRES_PASSING or state == POSTGRES_STANDBY)


def is_full(error: DBAPIError) -> bool:
    """Whether the database's disk is full."""
    return _sqlite_code(error) == sqlite3.SQLITE_FULL or _sqlstate(error) == POSTGRES_FULL


def may_be_the_schema(error: DBAPIError) -> bool:
    """Whether a table or column may be missing; the database must be asked which schema it has."""
    return _sqlite_code(error) == sqlite3.SQLITE_ERROR or _sqlstate(error) in POSTGRES_UNDEFINED


def translate(error: DBAPIError) -> Exception:
    """A database's error as one of ours; errors of our own making (wrong SQL) stay as they are."""
    if is_full(error):
        return StorageFull("The disk of the database is full.")
    if is_passing(error):
        return Unavailable("The database does not answer.", code="database_unavailable")
    if _sqlite_code(error) in SQLITE_UNUSABLE:
        return Unavailable(
            "The database's file cannot be used.",
            code="database_unusable",
            fix="`python -m shadow_trainer doctor` says more: who owns the file, and whether it is whole.",
        )
    return error


def not_migrated() -> SetupError:
    """The schema is not the one of this release."""
    return SetupError(
        "The database does not have the schema of this release.",
        code="database_not_migrated",
        fix="Run `python -m shadow_trainer db upgrade`.",
    )


def _sqlite_code(error: DBAPIError) -> int | None:
    code = getattr(error.orig, "sqlite_errorcode", None)
    return None if code is None else code & PRIMARY


def _sqlstate(error: DBAPIError) -> str | None:
    return getattr(error.orig, "sqlstate", None)


def _was_no_connection(error: DBAPIError) -> bool:
    # Constraint errors and wrong types carry a state; what has none and is operational never reached the server.
    return isinstance(error, OperationalError)
