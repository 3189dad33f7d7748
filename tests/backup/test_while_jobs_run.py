"""A backup made while films are analysed becomes, on an empty machine, an installation that finishes them."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from shadow_trainer.catalog import Analysis, Catalog, migrate, open_catalog, utcnow
from shadow_trainer.errors import BadRequest, Conflict, SetupError
from shadow_trainer.jobs import backup
from shadow_trainer.jobs.backup import queue
from shadow_trainer.jobs.redis import embedded
from shadow_trainer.jobs.redis.client import connect
from shadow_trainer.settings import Settings
from shadow_trainer.storage import open_storage
from tests.catalog.conftest import create
from tests.catalog.postgres import Postgres
from tests.jobs.conftest import needs_redis
from tests.jobs.rig import Rig, small_settings

ERROR = {"code": "unavailable", "message": "Redis was away.", "fix": "Wait."}


@pytest.fixture(params=["sqlite", "postgres"])
def databases(request: pytest.FixtureRequest) -> tuple[str, str]:
    """Addresses of the database that lives and of an empty one; ``make chaos`` does it with Postgres, too."""
    if request.param == "sqlite":
        return "", ""
    if os.environ.get("SHADOW_BACKUP_POSTGRES") != "true":
        pytest.skip("the quick form copies Postgres alone (below); `make chaos` does it while jobs run")
    server = request.getfixturevalue("postgres")
    return server.new_database(), server.new_database()


@pytest.fixture
def rig(databases: tuple[str, str], tmp_path: Path) -> Iterator[Rig]:
    """An installation on RQ, with no process running yet."""
    needs_redis()
    with Rig(small_settings(tmp_path / "data", database_url=databases[0])) as installation:
        yield installation


def test_what_was_queued_and_running_is_finished_on_an_empty_machine(
    rig: Rig, databases: tuple[str, str], tmp_path: Path
) -> None:
    file = tmp_path / "copy.tar"
    rig.worker()
    rig.wait_workers()
    done = rig.send(do="work")
    rig.until_state(done, "completed")
    running = rig.send(do="work", seconds=30)
    waiting = [rig.send(do="work") for _ in range(3)]
    rig.until_runs(running)
    contents = backup.create(rig.settings, rig.storage, file, with_files=True)
    assert contents.facts["queue"]["keys"] >= 5
    rig.__exit__()

    empty = small_settings(tmp_path / "other", database_url=databases[1])
    server = embedded.start(empty)
    restored = backup.restore(file, empty, open_storage(empty.storage_address))
    server.stop()
    assert not restored.notes and restored.files == contents.facts["storage"]["files"]
    with Rig(empty) as there:
        assert there.jobs.queue("pose").get_job_ids() == waiting, "the queue's order is kept"
        assert there.files(done) == [
            "analysis.json",
            "original.mp4",
            "people/0.jpg",
            "preview.mp4",
            "stages.zip",
        ]
        # The video that ran is short this time: its script is the video itself.
        there.storage.put(there.catalog.analyses.get(running).original_key, io.BytesIO(b'{"do": "work"}'))
        long_ago(there, running)
        there.clock()
        there.worker()
        for film in (done, running, *waiting):
            there.until_state(film, "completed")
        assert there.outcomes(running) == ["lost", "completed"]
        assert all(there.outcomes(film) == ["completed"] for film in (done, *waiting))


def long_ago(rig: Rig, analysis_id: str) -> None:
    """As when the other machine is set up hours later: what ran has not been heard of since."""
    then = utcnow() - timedelta(hours=2)
    query = update(Analysis).where(Analysis.id == analysis_id).values(updated_at=then, heartbeat_at=then)
    rig.catalog.database.transact(lambda session: session.execute(query))
    registry = rig.jobs.queue("pose").started_job_registry
    rig.jobs.connection.zadd(registry.key, dict.fromkeys(rig.jobs.connection.zrange(registry.key, 0, -1), 1))


@pytest.fixture
def installed(tmp_path: Path) -> Iterator[tuple[Settings, Catalog]]:
    """A small installation in legacy mode with one video, in a folder whose name is no plain part of an address."""
    settings = small_settings(tmp_path / "what? #1 is 50%", use_rq=False)
    migrate(settings)
    catalog = open_catalog(settings)
    film(settings, catalog)
    yield settings, catalog
    catalog.close()


def film(settings: Settings, catalog: Catalog) -> str:
    key = "analyses/" + "a" * 32 + "/original.mp4"
    storage = open_storage(settings.storage_address)
    storage.put(key, io.BytesIO(b"a video"))
    return create(catalog, original_key=key).id


def test_postgres_is_copied_and_restored(postgres: Postgres, tmp_path: Path) -> None:
    live = Settings(data_dir=str(tmp_path / "a"), database_url=postgres.new_database(), use_rq=False)
    migrate(live)
    catalog = open_catalog(live)
    wanted = film(live, catalog)
    catalog.close()
    backup.create(live, open_storage(live.storage_address), tmp_path / "pg.tar", with_files=True)
    empty = replace(live, data_dir=str(tmp_path / "b"), database_url=postgres.new_database())
    backup.restore(tmp_path / "pg.tar", empty, open_storage(empty.storage_address))
    catalog = open_catalog(empty)
    assert catalog.analyses.get(wanted).state == "queued"
    catalog.close()
    sqlite = small_settings(tmp_path / "c", use_rq=False)
    with pytest.raises(SetupError, match="another kind of database"):
        backup.restore(tmp_path / "pg.tar", sqlite, open_storage(sqlite.storage_address))


def test_a_filled_installation_is_never_overwritten(installed, tmp_path: Path) -> None:
    settings, _ = installed
    storage = open_storage(settings.storage_address)
    backup.create(settings, storage, tmp_path / "copy.tar")
    with pytest.raises(Conflict, match="not empty"):
        backup.restore(tmp_path / "copy.tar", settings, storage)
    with pytest.raises(Conflict, match="exists"):
        backup.create(settings, storage, tmp_path / "copy.tar")


def test_a_migrated_but_empty_database_may_be_filled(installed, tmp_path: Path) -> None:
    settings, _ = installed
    backup.create(settings, open_storage(settings.storage_address), tmp_path / "copy.tar")
    fresh = small_settings(tmp_path / "fresh", use_rq=False)
    migrate(fresh)
    done = backup.restore(tmp_path / "copy.tar", fresh, open_storage(fresh.storage_address))
    assert any("1 files of the storage are missing" in note for note in done.notes)


@pytest.mark.parametrize("place", [600, 2_000, -30_000])
def test_a_damaged_backup_is_refused(installed, tmp_path: Path, place: int) -> None:
    settings, _ = installed
    path = tmp_path / "copy.tar"
    backup.create(settings, open_storage(settings.storage_address), path)
    raw = bytearray(path.read_bytes())
    raw[place] ^= 0xFF
    path.write_bytes(raw)
    with pytest.raises(BadRequest) as refused:
        backup.verify(path)
    assert refused.value.code in ("damaged_backup", "not_a_backup")


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"\0" * 20_000])
def test_what_is_no_backup_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.tar").write_bytes(content)
    with pytest.raises(BadRequest, match="not a whole backup"):
        backup.verify(tmp_path / "x.tar")


def test_a_cut_off_backup_is_refused(installed, tmp_path: Path) -> None:
    settings, _ = installed
    path = tmp_path / "copy.tar"
    backup.create(settings, open_storage(settings.storage_address), path)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(BadRequest, match="not a whole backup"):
        backup.verify(path)


def test_the_index_names_what_is_missing_and_what_changed(installed, tmp_path: Path) -> None:
    settings, catalog = installed
    storage = open_storage(settings.storage_address)
    storage.put("references/mine.npz", io.BytesIO(b"mine"))
    backup.create(settings, storage, tmp_path / "copy.tar")
    assert backup.compare_storage(tmp_path / "copy.tar", storage) == {"missing": [], "changed": []}
    [original] = [key for key in storage.list() if key.endswith("mp4")]
    storage.put(original, io.BytesIO(b"a filk"))
    storage.delete("references/mine.npz")
    differences = backup.compare_storage(tmp_path / "copy.tar", storage)
    assert differences == {"missing": ["references/mine.npz"], "changed": [original]}


def test_checksums_of_unchanged_files_are_not_made_again(installed, tmp_path: Path, monkeypatch) -> None:
    settings, _ = installed
    storage = open_storage(settings.storage_address)
    backup.create(settings, storage, tmp_path / "one.tar")
    storage.put("references/new.npz", io.BytesIO(b"new"))
    read = []
    real = type(storage).open
    monkeypatch.setattr(type(storage), "open", lambda self, key: read.append(key) or real(self, key))
    backup.create(settings, storage, tmp_path / "two.tar")
    assert read == ["references/new.npz"]
    assert backup.compare_storage(tmp_path / "two.tar", storage) == {"missing": [], "changed": []}


def test_a_queue_s_copy_is_put_back_whole_or_not_at_all(rq_rig: Rig) -> None:
    rq_rig.send(do="work")
    lines = list(queue.snapshot(rq_rig.jobs.connection))
    broken = [*lines[:-1], lines[-1].replace('"dump": "', '"dump": "////')]
    with connect(rq_rig.settings) as connection:
        connection.flushall()
        with pytest.raises(Exception, match="(?i)payload"):
            queue.restore(connection, broken)
        assert queue.is_empty(connection)
        assert queue.restore(connection, lines) == len(lines)


def test_a_backup_without_redis_says_so(tmp_path: Path) -> None:
    settings = small_settings(tmp_path / "data")
    migrate(settings)
    contents = backup.create(settings, open_storage(settings.storage_address), tmp_path / "copy.tar")
    assert "Redis did not answer" in contents.facts["queue"]["left_out"]
