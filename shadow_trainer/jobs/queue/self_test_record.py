"""What came of the workers' last self-test: a key value in the catalog, which /ready, /metrics and the alerts read.

The self-test itself is in :mod:`shadow_trainer.jobs.maintenance.self_test`.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from ...catalog import Catalog, utcnow
from ...errors import ShadowError

# Stored names: databases and queues of the release before have them.
KEY = "self_test"
JOB_ID = "self-test"
WORDS = "self-test"  # in lists
TASK = "workers.tasks.self_test"
TIMEOUT_S = 600


class SelfTestFailed(ShadowError):
    """The worker's result for a known video is not what it should be."""

    code = "self_test_failed"
    fix = "Run `python -m shadow_trainer doctor` on the worker's machine; its log says more."


def died(catalog: Catalog, worker: str, words: str) -> None:
    """The process that made it is dead."""
    write(catalog, worker, 0.0, SelfTestFailed(words))


def last(catalog: Catalog) -> dict[str, Any] | None:
    """``{ok, at, took_s, worker, error}`` of the last one; None when there was none yet."""
    return catalog.key_values.all(KEY).get(KEY)


def problem(catalog: Catalog) -> str:
    """What is wrong by the last self-test; empty when it passed or none was made."""
    record = last(catalog)
    if record is None or record["ok"]:
        return ""
    at, worker = datetime.fromisoformat(record["at"]), record["worker"]
    return f"The self-test of {at:%Y-%m-%d %H:%M} UTC failed on {worker}: {record['error']['message']}"


def write(catalog: Catalog, worker: str, took_s: float, error: ShadowError | None) -> dict[str, Any]:
    """Write down what came of one; what was written."""
    record = {
        "ok": error is None,
        "at": utcnow().isoformat(),
        "took_s": round(took_s, 2),
        "worker": worker,
        "error": error.as_dict() if error else None,
    }
    catalog.key_values.put(KEY, record)
    return record
