"""The place in the line: honest across queues, and so cheap that hundreds of pages may ask for it."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from redis.connection import AbstractConnection
from sqlalchemy import event

from shadow_trainer.jobs.queue.position import Service
from shadow_trainer.jobs.queue.ttl_cache import TtlCache
from tests.jobs.rig import Rig

USUAL = ("pose", "batch")


def test_a_bulk_film_stands_behind_every_film_that_a_coach_waits_for(rq_rig: Rig) -> None:
    bulk = [rq_rig.send(do="work", queue="batch") for _ in range(2)]
    films = [rq_rig.send(do="work") for _ in range(3)]
    jobs = rq_rig.manager()  # what another web process says, without a memory of the line before
    assert [jobs.status(film).queue_position for film in (*films, *bulk)] == [1, 2, 3, 4, 5]
    assert jobs.status(bulk[0]).message == "4th in line"
    assert rq_rig.catalog.statistics.waiting_ids() == [*films, *bulk]


def test_in_legacy_mode_the_order_is_the_same(rig: Rig) -> None:
    running = rig.send(do="hold")
    rig.until_runs(running)
    bulk, film = rig.send(do="work", queue="batch"), rig.send(do="work")
    rig.until(lambda: rig.jobs.status(film).queue_position == 1, "the video to be next")
    rig.until(lambda: rig.jobs.status(bulk).queue_position == 2, "the bulk film to be behind it")
    rig.let_go(running)
    for each in (film, bulk):
        rig.until_state(each, "completed")
    ended = {each: rig.catalog.analyses.get(each).finished_at for each in (film, bulk)}
    assert ended[film] < ended[bulk]


def test_only_queues_that_are_emptied_first_by_all_count() -> None:
    both, bulk_only = ("pose", "batch", "maintenance"), ("batch",)
    assert Service((both, both)).before("batch", USUAL) == {"pose"}
    assert Service((both, bulk_only)).before("batch", USUAL) == set()
    assert Service((both, bulk_only)).before("pose", USUAL) == set()
    assert Service(()).before("batch", USUAL) == {"pose"}  # no worker yet: as they will be started
    assert [Service((both, bulk_only)).workers(queue) for queue in USUAL] == [1, 2]


def test_asking_for_a_waiting_film_is_one_query_and_nothing_of_redis(
    rq_rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    films = [rq_rig.send(do="work") for _ in range(30)]
    asked: list[str] = []
    send = AbstractConnection.send_packed_command

    def counted(self: AbstractConnection, *arguments: Any, **more: Any) -> None:
        asked.append("redis")
        send(self, *arguments, **more)

    monkeypatch.setattr(AbstractConnection, "send_packed_command", counted)
    event.listen(
        rq_rig.catalog.database.engine,
        "before_cursor_execute",
        lambda _c, _u, query, *_: asked.append("sql") if query.startswith("SELECT") else None,
    )
    jobs = rq_rig.manager()
    # The answers that all of them share are kept for a moment; on a machine that stands still they are asked anew.
    monkeypatch.setattr("shadow_trainer.jobs.queue.rq_backend.WAITING_S", 60.0)
    monkeypatch.setattr("shadow_trainer.jobs.queue.manager.RECENT_S", 60.0)
    jobs.status(films[0])
    asked.clear()
    assert [jobs.status(film).queue_position for film in films[1:]] == list(range(2, 31))
    assert asked.count("redis") == 0 and asked.count("sql") == 29


def test_one_asks_while_the_others_take_the_former_answer() -> None:
    recent, asking, go_on = TtlCache(), threading.Event(), threading.Event()
    assert recent.get("x", lambda: "old", 0.0) == "old"

    def slow() -> str:
        asking.set()
        assert go_on.wait(10)
        return "new"

    answers: list[str] = []
    thread = threading.Thread(target=lambda: answers.append(recent.get("x", slow, -1.0)))
    thread.start()
    assert asking.wait(10)
    assert recent.get("x", lambda: "twice", -1.0) == "old"
    go_on.set()
    thread.join(10)
    assert answers == ["new"] and recent.get("x", lambda: "again", 60.0) == "new"
    with pytest.raises(ValueError, match="away"):
        recent.get("y", lambda: int("away"), 1.0)
    assert recent.get("y", lambda: 1, 1.0) == 1
