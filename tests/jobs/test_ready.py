"""/ready says when Redis answers and takes nothing, and what to do is in Redis' own words."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import redis

from tests.jobs.rig import Rig

Until = Callable[[Callable[[], bool], str], object]


def full(server: redis.Redis, _: Until) -> Callable[[], object]:
    server.config_set("maxmemory", "1")
    return lambda: server.config_set("maxmemory", "0")


def replica(server: redis.Redis, _: Until) -> Callable[[], object]:
    server.replicaof("127.0.0.1", 1)
    return lambda: server.replicaof("NO", "ONE")


def disk(server: redis.Redis, until: Until) -> Callable[[], object]:
    """Its last copy could not be written."""
    place = Path(server.config_get("dir")["dir"], server.config_get("dbfilename")["dbfilename"])
    place.unlink(missing_ok=True)
    (place / "in the way").mkdir(parents=True)
    server.config_set("stop-writes-on-bgsave-error", "yes")
    server.config_set("save", "3600 1")
    server.bgsave()
    until(lambda: server.info("persistence")["rdb_last_bgsave_status"] == "err", "a copy that fails")

    def mend() -> None:
        (place / "in the way").rmdir()
        place.rmdir()
        server.bgsave()
        until(lambda: server.info("persistence")["rdb_last_bgsave_status"] == "ok", "a copy that succeeds")

    return mend


def alone(server: redis.Redis, _: Until) -> Callable[[], object]:
    server.config_set("min-replicas-to-write", "1")
    return lambda: server.config_set("min-replicas-to-write", "0")


def test_a_redis_that_refuses_writes_is_not_ready(rq_rig: Rig) -> None:
    server = rq_rig.jobs.connection
    assert rq_rig.jobs.ready()["redis_writes"] == ""
    assert 0 < server.ttl("shadow:ready") <= 60
    for fault, words in (
        (full, "memory"),
        (replica, "read only"),
        (alone, "replicas"),
        (disk, "MISCONF|RDB"),
    ):
        mend = fault(server, rq_rig.until)
        try:
            checks = rq_rig.jobs.ready()
        finally:
            mend()
        assert checks["redis"] == "" and "refuses what is written" in checks["redis_writes"], fault.__name__
        assert any(word.lower() in checks["redis_writes"].lower() for word in words.split("|")), checks
    assert rq_rig.jobs.ready()["redis_writes"] == ""
