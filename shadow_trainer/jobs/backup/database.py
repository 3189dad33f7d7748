"""The database as one file, while others write: SQLite's online copy, or pg_dump; and back again."""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
import subprocess
from pathlib import Path

from sqlalchemy import inspect, text
from sqlalchemy.engine import make_url

from ...catalog.database import make_engine, sqlite_file
from ...errors import SetupError, Unavailable
from ...settings import Settings

SQLITE, POSTGRES = "database.sqlite", "database.pgdump"
# Tables that a person's work fills: a database is empty when these are.
FILLED = ("analyses", "users", "athletes")


def member(settings: Settings) -> str:
    """Name of the copy inside a backup, which says its kind."""
    return SQLITE if settings.database_address.startswith("sqlite") else POSTGRES


def copy(settings: Settings, target: Path) -> None:
    """Write a consistent copy to ``target``. SetupError without pg_dump, Unavailable when it fails."""
    if member(settings) == SQLITE:
        with _sqlite(settings) as live, contextlib.closing(sqlite3.connect(target)) as to:
            live.backup(to)
    else:
        _postgres(settings, "pg_dump", "--format=custom", "--no-owner", f"--file={target}")


def restore(settings: Settings, source: Path) -> None:
    """Fill the settings' database, which must be empty, from a copy. One transaction: all of it or nothing."""
    if member(settings) == SQLITE:
        settings.data_path.mkdir(parents=True, exist_ok=True)
        with contextlib.closing(sqlite3.connect(source)) as copied, _sqlite(settings) as live:
            copied.backup(live)
    else:
        options = ("--no-owner", "--clean", "--if-exists", "--single-transaction", "--exit-on-error")
        _postgres(settings, "pg_restore", *options, str(source))


def is_empty(settings: Settings) -> bool:
    """Whether the database holds nobody's work: no tables, or none with a row that matters."""
    path = sqlite_file(settings.database_address) if member(settings) == SQLITE else None
    if path is not None and not path.exists():
        return True
    engine = make_engine(settings.database_address)
    try:
        with engine.connect() as connection:
            tables = set(inspect(connection).get_table_names())
            return not any(
                connection.execute(text(f"SELECT 1 FROM {name} LIMIT 1")).first()  # noqa: S608 - our names
                for name in FILLED
                if name in tables
            )
    finally:
        engine.dispose()


def check(path: Path, kind: str) -> str:
    """What is wrong with a copy, or nothing: SQLite reads every page, Postgres its table of contents."""
    if kind == SQLITE:
        try:
            with contextlib.closing(sqlite3.connect(path)) as copied:
                [answer] = copied.execute("PRAGMA integrity_check").fetchone()
        except sqlite3.DatabaseError as error:
            return str(error)
        return "" if answer == "ok" else answer
    tool = shutil.which("pg_restore")
    if tool is None:
        return ""
    done = subprocess.run([tool, "--list", str(path)], capture_output=True, check=False)
    return done.stderr.decode(errors="replace").strip()[-300:] if done.returncode else ""


def _sqlite(settings: Settings) -> contextlib.closing[sqlite3.Connection]:
    path = sqlite_file(settings.database_address)
    return contextlib.closing(sqlite3.connect(path if path is not None else ":memory:", timeout=30))


def _postgres(settings: Settings, tool: str, *arguments: str) -> None:
    """Run a tool of Postgres. The password goes by the environment: arguments are seen by every user."""
    program = shutil.which(tool)
    if program is None:
        raise SetupError(
            f"{tool} is not installed here, so the database cannot be copied.",
            code="no_pg_tools",
            fix="Install PostgreSQL's client programs (Debian: apt-get install postgresql-client).",
        )
    url = make_url(settings.database_address).set(drivername="postgresql")
    environment = {**os.environ, "LC_ALL": "C"}
    if url.password:
        environment["PGPASSWORD"] = str(url.password)
    address = url.set(password=None).render_as_string(hide_password=False)
    command = [program, *arguments, f"--dbname={address}"]
    done = subprocess.run(command, capture_output=True, env=environment, check=False)
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip()[-500:]
        raise Unavailable(f"{tool} failed: {said}", code="pg_tool_failed")
