"""A database that somebody holds locked: whoever lives and could not say so is not taken for dead."""

from __future__ import annotations

import threading
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from shadow_trainer.catalog import Analysis, Catalog, migrate, utcnow
from shadow_trainer.catalog import database as database_module
from shadow_trainer.settings import load
from tests.catalog.conftest import create

SILENCE_S = 2.0


@pytest.fixture
def catalogs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Catalog]:
    """The same database as a worker and the clock see it; whoever waits a moment for it notices."""
    monkeypatch.setattr(database_module, "HELD_UP_S", 0.05)
    settings = load({}, data_dir=str(tmp_path))
    migrate(settings)
    return [Catalog(settings.database_address, silence_s=SILENCE_S) for _ in range(3)]


def beat(catalog: Catalog, analysis_id: str, seconds_ago: float) -> None:
    """As if the last sign of life was so long ago."""
    moment = utcnow() - timedelta(seconds=seconds_ago)
    query = update(Analysis).where(Analysis.id == analysis_id).values(heartbeat_at=moment)
    catalog.database.transact(lambda session: session.execute(query))


def test_an_attempt_that_could_not_renew_its_lease_is_not_lost(catalogs: list[Catalog]) -> None:
    worker, clock, other = catalogs
    film = create(worker)
    number = worker.attempts.claim(film.id, "w1").number
    beat(worker, film.id, worker.attempts.lease_s + 0.1)
    assert not clock.attempts.lease_alive(clock.analyses.get(film.id), utcnow()), "without a lock it is"
    with other.database.engine.connect() as held:
        held.exec_driver_sql("COMMIT")
        held.exec_driver_sql("BEGIN IMMEDIATE")
        waiting = threading.Thread(target=clock.database.probe)
        waiting.start()
        waiting.join(0.3)
        assert waiting.is_alive()
        held.exec_driver_sql("COMMIT")
    waiting.join(20)
    # The clock came first, before the worker could write: it knows that nobody could.
    assert clock.attempts.lease_alive(clock.analyses.get(film.id), utcnow())
    assert clock.attempts.claim(film.id, "w2").refused == "elsewhere"
    assert worker.attempts.beat(film.id, number)
    # It excuses nobody who was dead before.
    beat(worker, film.id, 60.0)
    assert not clock.attempts.lease_alive(clock.analyses.get(film.id), utcnow())


def test_a_claim_that_had_to_wait_takes_nobodys_attempt(catalogs: list[Catalog]) -> None:
    worker, clock, other = catalogs
    film = create(worker)
    worker.attempts.claim(film.id, "w1")
    beat(worker, film.id, worker.attempts.lease_s + 0.1)
    claims = []
    with other.database.engine.connect() as held:
        held.exec_driver_sql("COMMIT")
        held.exec_driver_sql("BEGIN IMMEDIATE")
        waiting = threading.Thread(target=lambda: claims.append(clock.attempts.claim(film.id, "w2")))
        waiting.start()
        waiting.join(0.3)
        held.exec_driver_sql("COMMIT")
    waiting.join(20)
    assert claims[0].refused == "elsewhere"
