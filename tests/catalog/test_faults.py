"""What is wrong with the database, told by its error codes: what passes is waited for, what does not is said at once."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, OperationalError

from shadow_trainer.catalog import Catalog, database, faults, migrate, open_catalog
from shadow_trainer.catalog.migrate import downgrade, head_revision
from shadow_trainer.errors import SetupError, StorageFull, Unavailable
from shadow_trainer.settings import Settings
from tests.catalog.conftest import create


@pytest.fixture
def no_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever waits for something that does not pass fails the test."""

    def sleep(seconds: float) -> None:
        raise AssertionError("it was waited for")

    monkeypatch.setattr(database.time, "sleep", sleep)


@pytest.mark.parametrize("at", ["", "0001", "0004"])
def test_a_database_that_was_not_migrated_is_named_at_once(
    settings: Settings, no_patience: None, at: str
) -> None:
    if at:
        migrate(settings, at)
    catalog = open_catalog(settings)
    for ask in (lambda: create(catalog), lambda: catalog.analyses.find("x"), catalog.statistics.counts):
        if at == "0004" and ask == catalog.statistics.counts:
            continue  # it asks for columns that were there already
        with pytest.raises(SetupError) as error:
            ask()
        assert error.value.code == "database_not_migrated" and "db upgrade" in error.value.fix
    migrate(settings)
    assert create(catalog).state == "queued"
    catalog.close()


def test_the_newest_schema_is_known_without_what_migrates_to_it() -> None:
    assert database.newest_revision() == head_revision()


def test_a_schema_that_was_taken_back_is_named_too(catalog: Catalog, settings: Settings) -> None:
    create(catalog)
    downgrade(settings, "0003")
    with pytest.raises(SetupError, match="schema"):
        create(catalog)


def test_a_statement_of_our_own_that_is_wrong_stays_what_it_is(catalog: Catalog, no_patience: None) -> None:
    with pytest.raises(DBAPIError):
        catalog.database.transact(lambda session: session.execute(text("SELECT nonsense FROM analyses")))
    with pytest.raises(DBAPIError), catalog.database.read() as session:
        session.execute(text("SELECT 1 FROM nowhere"))


def test_a_full_disk_is_not_waited_for(tmp_path: Path, no_patience: None) -> None:
    settings = Settings(data_dir=str(tmp_path))
    migrate(settings)
    catalog = open_catalog(settings)

    def fill(session: object) -> None:
        session.execute(text("PRAGMA max_page_count = 1"))  # type: ignore[attr-defined]
        session.execute(text("CREATE TABLE big AS SELECT randomblob(1000000)"))  # type: ignore[attr-defined]

    with pytest.raises(StorageFull):
        catalog.database.transact(fill)
    catalog.close()


def test_words_in_a_message_decide_nothing() -> None:
    """A lock on a table whose name contains `full` is a lock."""
    busy = sqlite3.OperationalError("database table fulltext is locked")
    busy.sqlite_errorcode = sqlite3.SQLITE_LOCKED
    error = OperationalError("", {}, busy)
    assert faults.is_passing(error) and isinstance(faults.translate(error), Unavailable)
    readonly = sqlite3.OperationalError("attempt to write a readonly database")
    readonly.sqlite_errorcode = sqlite3.SQLITE_READONLY_DBMOVED
    assert not faults.is_passing(OperationalError("", {}, readonly))


@pytest.mark.parametrize(
    ("state", "passing"),
    [
        (None, True),  # no connection at all
        ("57P03", True),  # the server starts
        ("40001", True),
        ("25006", True),  # a standby, until it takes over
        ("53300", True),
        ("53100", False),  # its disk is full
        ("42P01", False),
        ("42501", False),
    ],
)
def test_postgres_states_are_told_apart(state: str | None, passing: bool) -> None:
    class Said(Exception):
        sqlstate = state

    error = OperationalError("", {}, Said("full of words"))
    assert faults.is_passing(error) is passing
    assert isinstance(faults.translate(error), StorageFull) is (state == "53100")
