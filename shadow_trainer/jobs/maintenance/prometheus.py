"""The queue in Prometheus' text format, from catalog and Redis alone.

Nothing is counted in a process's memory, so every web process and every scrape says the same, whatever was
started or killed since. Base units, counters end in ``_total``, no label carries an id.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from ...catalog import utcnow
from ...catalog.counters import RATIOS, SECONDS
from ...vocabulary import State
from ..queue import self_test_record
from ..queue.manager import JobManager
from . import schedules

OUTCOMES = ("completed", "failed", "retrying", "canceled", "handed_back", "crashed", "lost", "superseded")
Labels = Mapping[str, str]


def exposition(manager: JobManager) -> str:
    """The whole text, ending in a line break."""
    lines: list[str] = []
    numbers, counters = manager.stats(), manager.catalog.counters.all()
    oldest = numbers["oldest_waiting_at"]
    age = (utcnow() - oldest).total_seconds() if oldest else 0.0
    counts = manager.catalog.statistics.counts_by_queue()
    lines += _family("shadow_jobs", "gauge", "Analyses by queue and state.", _jobs(counts))
    lines += _single("shadow_oldest_waiting_seconds", "Age of the longest waiting analysis.", age)
    lines += _single("shadow_workers", "Workers that are alive.", numbers["workers"])
    dead = manager.out_of_attempts()
    lines += _single("shadow_dead_letters", "Analyses that are out of attempts.", dead)
    lines += _single("shadow_disk_free_bytes", "Free disk space.", numbers["free_disk_bytes"])
    rows = [({"outcome": name}, counters.get(f"attempts:{name}", 0)) for name in OUTCOMES]
    lines += _family("shadow_attempts_total", "counter", "Attempts that ended, by outcome.", rows)
    lines += _histogram("shadow_wait_seconds", "From submission to the first attempt.", "wait", counters)
    lines += _histogram("shadow_run_seconds", "Duration of completed attempts.", "run", counters)
    lines += _stages(counters)
    words = "True time from submission to result, divided by the promised one."
    lines += _histogram("shadow_promise_ratio", words, "promise", counters, RATIOS)
    off: list[tuple[Labels, float]] = [({}, counters.get("promise_error:sum", 0))]
    lines += _family("shadow_promise_error_seconds_total", "counter", "By how much promises were wrong.", off)
    lines += _schedules(manager) + _self_test(manager)
    return "\n".join(lines) + "\n"


def _jobs(counts: Mapping[tuple[str, str], int]) -> list[tuple[Labels, float]]:
    queues = sorted({queue for queue, _ in counts}) or ["pose"]
    # States without analyses are said as 0: a series that comes and goes cannot be alerted on.
    return [
        ({"queue": queue, "state": state}, counts.get((queue, state), 0))
        for queue in queues
        for state in tuple(State)
    ]


def _stages(counters: Mapping[str, float]) -> list[str]:
    name = "shadow_stage_seconds"
    lines = [f"# HELP {name} Time in each stage of completed analyses.", f"# TYPE {name} summary"]
    for stage in sorted({key.split(":")[1] for key in counters if key.startswith("stage:")}):
        for part in ("sum", "count"):
            lines.append(_line(f"{name}_{part}", {"stage": stage}, counters[f"stage:{stage}:{part}"]))
    return lines


def _schedules(manager: JobManager) -> list[str]:
    rows = schedules.overview(manager)
    ran = [({"schedule": r["name"]}, _unix(r["ran_at"])) for r in rows if "took_s" in r]
    failed = [({"schedule": r["name"]}, bool(r.get("error"))) for r in rows]
    name = "shadow_schedule_last_run_timestamp_seconds"
    return [
        *_family(name, "gauge", "When each schedule ran last.", ran),
        *_family("shadow_schedule_failed", "gauge", "Whether its last run failed.", failed),
    ]


def _self_test(manager: JobManager) -> list[str]:
    last = self_test_record.last(manager.catalog)
    if last is None:
        return []
    return [
        *_single("shadow_self_test_ok", "Whether the workers' last self-test passed.", last["ok"]),
        *_single("shadow_self_test_seconds", "How long it took.", last["took_s"]),
        *_single("shadow_self_test_timestamp_seconds", "When it was made.", _unix(last["at"])),
    ]


def _unix(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


def _histogram(
    name: str, words: str, key: str, counters: Mapping[str, float], limits: tuple[float, ...] = SECONDS
) -> list[str]:
    lines = [f"# HELP {name} {words}", f"# TYPE {name} histogram"]
    buckets = [(f"{limit:g}", counters.get(f"{key}:le:{limit:g}", 0)) for limit in limits]
    count = counters.get(f"{key}:count", 0)
    lines += [_line(f"{name}_bucket", {"le": le}, number) for le, number in (*buckets, ("+Inf", count))]
    return [
        *lines,
        _line(f"{name}_sum", {}, counters.get(f"{key}:sum", 0)),
        _line(f"{name}_count", {}, count),
    ]


def _single(name: str, words: str, value: Any) -> list[str]:
    return _family(name, "gauge", words, [({}, value)])


def _family(name: str, kind: str, words: str, rows: Iterable[tuple[Labels, float]]) -> list[str]:
    head = [f"# HELP {name} {words}", f"# TYPE {name} {kind}"]
    return head + [_line(name, labels, value) for labels, value in rows]


def _line(name: str, labels: Labels, value: float) -> str:
    inner = ",".join(f'{key}="{text}"' for key, text in labels.items())
    shown = f"{float(value):.15g}"  # a time in seconds since 1970 has ten digits before the point
    return f"{name}{{{inner}}} {shown}" if inner else f"{name} {shown}"
