"""The queue's keys in Redis as lines of JSON, without those of running processes (workers, locks).

The catalog is the truth, and the clock would fill an empty Redis from it. The copy keeps what the catalog does
not know: the exact order of the queue, waiting times of retries, the dead letters' stack traces.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Sequence

import redis

from ..redis import rq_adapter

PREFIXES = (rq_adapter.KEYS, "shadow:")
# Registrations and locks of processes: on another machine they would name the dead.
TRANSIENT = (*rq_adapter.KEYS_OF_PROCESSES, "shadow:clock:")
CHUNK = 500


def snapshot(connection: redis.Redis) -> Iterator[str]:
    """One line per key, all from one moment: ``{key, ttl_ms, dump}`` with Redis' own serialised value."""
    keys = sorted(
        key for prefix in PREFIXES for key in connection.scan_iter(f"{prefix}*", count=CHUNK) if _stays(key)
    )
    with connection.pipeline(transaction=True) as pipeline:
        for key in keys:
            pipeline.dump(key)
            pipeline.pttl(key)
        answers = pipeline.execute()
    for number, key in enumerate(keys):
        value, ttl_ms = answers[2 * number : 2 * number + 2]
        if value is not None:  # it ran out between the two looks
            dump = base64.b64encode(value).decode()
            yield json.dumps({"key": key.decode(), "ttl_ms": max(ttl_ms, 0), "dump": dump})


def is_empty(connection: redis.Redis) -> bool:
    """Whether Redis holds no job and no queue of ours."""
    return not any(_stays(key) for prefix in PREFIXES for key in connection.scan_iter(f"{prefix}*"))


def restore(connection: redis.Redis, lines: Sequence[str]) -> int:
    """Put every key back, or none; how many. redis.ResponseError when the copy is of a newer Redis."""
    count = 0
    with connection.pipeline(transaction=True) as pipeline:
        for line in lines:
            entry = json.loads(line)
            pipeline.restore(entry["key"], entry["ttl_ms"], base64.b64decode(entry["dump"]))
            count += 1
        answers = pipeline.execute(raise_on_error=False)
    if errors := [answer for answer in answers if isinstance(answer, Exception)]:
        # RESTORE answers one by one inside the transaction: take back what was accepted.
        _take_back(connection, lines)
        raise errors[0]
    return count


def _take_back(connection: redis.Redis, lines: Sequence[str]) -> None:
    for line in lines:
        connection.delete(json.loads(line)["key"])


def _stays(key: bytes) -> bool:
    return not key.decode(errors="replace").startswith(TRANSIENT)
