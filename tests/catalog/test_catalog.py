"""The catalog's promises: a schema that is what the models say, rows that survive, a patient connection."""

from __future__ import annotations

import contextlib
import os
import socket
import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text

from shadow_trainer.catalog import Catalog, database, migrate, open_catalog
from shadow_trainer.catalog.database import SQLITE_BUSY_MS
from shadow_trainer.catalog.migrate import current_revision, head_revision
from shadow_trainer.catalog.models import Base
from shadow_trainer.errors import NotFound, Unavailable
from shadow_trainer.settings import Settings
from tests.catalog.conftest import create
from tests.catalog.postgres import Postgres


def test_migrations_and_models_say_the_same(catalog: Catalog) -> None:
    with catalog.database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_a_question_mark_in_the_folder_s_name_begins_no_options(tmp_path: Path) -> None:
    settings = Settings(data_dir=str(tmp_path / "whose? 50% & #1"))
    migrate(settings)
    with contextlib.closing(open_catalog(settings)) as catalog:
        assert catalog.statistics.counts() == {}
    assert (settings.data_path / "shadow.db").is_file()
    assert [path.name for path in tmp_path.iterdir()] == ["whose? 50% & #1"], "nothing lies beside it"


def test_a_database_host_that_says_nothing_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(database.POSTGRES_PATIENCE, "connect_timeout", 2)  # the least that libpq takes
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"postgresql+psycopg://coach@127.0.0.1:{silent.getsockname()[1]}/shadow"
        with pytest.raises(Unavailable), contextlib.closing(Catalog(address)) as catalog:
            catalog.statistics.counts()


def test_migrating_twice_or_at_once_is_harmless(settings: Settings) -> None:
    assert current_revision(settings) == ""
    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(lambda _: migrate(settings), range(4))) == {head_revision()}
    assert migrate(settings) == current_revision(settings) == head_revision()


def test_a_migration_can_be_undone(settings: Settings) -> None:
    from alembic import command

    from shadow_trainer.catalog.migrate import _config

    migrate(settings)
    catalog = open_catalog(settings)
    with catalog.database.engine.connect() as connection:
        command.downgrade(_config(connection), "base")
        connection.commit()
    assert current_revision(settings) == ""
    assert migrate(settings) == head_revision()
    assert catalog.analyses.page() == []


def test_rows_survive_and_come_back_typed(settings: Settings, catalog: Catalog) -> None:
    row = create(catalog, title="x" * 300, owner_id=None, original_bytes=5_000_000_000)
    catalog.close()
    again = open_catalog(settings).analyses.get(row.id)
    assert len(again.title) == 200
    assert again.created_at == row.created_at and again.created_at.utcoffset().total_seconds() == 0
    assert again.options == {"model_size": "m"}
    assert again.original_bytes == 5_000_000_000


def test_creating_the_same_id_again_returns_what_is_there(catalog: Catalog) -> None:
    row = create(catalog, analysis_id="a" * 32)
    assert create(catalog, analysis_id="a" * 32, title="Other").title == row.title
    assert catalog.analyses.count() == 1


def test_lists_are_filtered_searched_and_paged(catalog: Catalog) -> None:
    ids = [create(catalog, title=title).id for title in ("Álvarez 50%", "bullpen", "Game")]
    catalog.attempts.cancel(ids[0])
    assert [row.id for row in catalog.analyses.page()] == ids[::-1]
    assert [row.id for row in catalog.analyses.page(limit=1, offset=1)] == [ids[1]]
    assert [row.id for row in catalog.analyses.page(search="BULL")] == [ids[1]]
    assert [row.id for row in catalog.analyses.page(search="50%")] == [ids[0]]
    assert catalog.analyses.count(search="%") == 1
    assert [row.id for row in catalog.analyses.page(states=["canceled"])] == [ids[0]]
    assert catalog.analyses.count(states=["queued"]) == 2
    assert catalog.analyses.ids_in_state(["queued"]) == ids[1:]
    assert catalog.analyses.known_ids([*ids, "nothing"]) == set(ids)


def test_small_changes(catalog: Catalog) -> None:
    row = create(catalog)
    catalog.analyses.rename(row.id, "Other")
    catalog.analyses.set_options(row.id, {"model_size": "xs"})
    catalog.attempts.set_estimate(row.id, 12.5, 15.0)
    again = catalog.analyses.get(row.id)
    assert (again.title, again.options, again.estimate_s) == ("Other", {"model_size": "xs"}, 12.5)
    with pytest.raises(NotFound):
        catalog.analyses.rename("nothing", "x")
    with pytest.raises(NotFound):
        catalog.analyses.get("nothing")


def test_writers_wait_for_each_other(catalog: Catalog) -> None:
    row = create(catalog)
    catalog.attempts.claim(row.id, "w")
    with ThreadPoolExecutor(8) as pool:
        done = list(pool.map(lambda n: catalog.attempts.add_files(row.id, 1, [f"{n}.mp4"]), range(40)))
    assert all(done)
    assert len(catalog.analyses.get(row.id).files) == 40


def test_sqlite_is_in_wal_mode_with_foreign_keys(tmp_path: Path) -> None:
    settings = Settings(data_dir=str(tmp_path))
    migrate(settings)
    with open_catalog(settings).database.read() as session:
        asked = ("journal_mode", "foreign_keys", "busy_timeout", "synchronous")
        pragmas = {name: session.scalar(text(f"PRAGMA {name}")) for name in asked}
    assert pragmas == {
        "journal_mode": "wal", "foreign_keys": 1, "busy_timeout": SQLITE_BUSY_MS, "synchronous": 1,
    }  # fmt: skip


def test_a_fork_gets_connections_of_its_own(tmp_path: Path) -> None:
    settings = Settings(data_dir=str(tmp_path))
    migrate(settings)
    catalog = open_catalog(settings)
    create(catalog)
    pid = os.fork()
    if pid == 0:
        os._exit(
            0 if catalog.database.engine.pool.checkedin() == 0 and create(catalog).state == "queued" else 1
        )
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    assert catalog.analyses.count() == 2


def test_a_locked_database_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # The driver's own patience is made short, so that ours is what is tested.
    monkeypatch.setattr("shadow_trainer.catalog.database.PRAGMAS", ("busy_timeout=20", "journal_mode=WAL"))
    settings = Settings(data_dir=str(tmp_path))
    migrate(settings)
    catalog = open_catalog(settings)
    locker = sqlite3.connect(tmp_path / "shadow.db", isolation_level=None, check_same_thread=False)
    locker.execute("BEGIN IMMEDIATE")
    freed = threading.Event()

    def free() -> None:
        freed.set()
        locker.execute("COMMIT")

    threading.Timer(0.5, free).start()
    assert create(catalog).state == "queued"
    assert freed.is_set()


def test_a_database_that_does_not_answer_is_named(tmp_path: Path) -> None:
    settings = Settings(data_dir=str(tmp_path), database_url="postgres://nobody@127.0.0.1:1/none")
    catalog = open_catalog(settings)
    with pytest.raises(Unavailable):
        catalog.analyses.find("x")
    with pytest.raises(Unavailable):
        catalog.database.transact(lambda session: session.execute(text("SELECT 1")), patience_s=0.1)
    with pytest.raises(Unavailable):
        migrate(settings)


@pytest.mark.postgres
def test_a_restarted_server_is_found_again(tmp_path: Path, postgres: Postgres) -> None:
    settings = Settings(data_dir=str(tmp_path), database_url=postgres.new_database())
    migrate(settings)
    catalog = open_catalog(settings)
    row = create(catalog)
    postgres.restart()
    assert catalog.attempts.claim(row.id, "w").number == 1
    assert catalog.analyses.get(row.id).state == "processing"
