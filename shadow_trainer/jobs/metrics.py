"""The queue in Prometheus' text format, from catalog and Redis alone.

Nothing is counted in a process's memory, so every web process and every scrape says the same, whatever was
started or killed since. Base units, counters end in ``_total``, no label carries an id.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ..catalog import utcnow
from .manager import JobManager
from .states import ALL

BUCKETS_S = (1, 5, 15, 30, 60, 120, 300, 600, 1800, 3600)
Labels = Mapping[str, str]


def exposition(manager: JobManager) -> str:
    """The whole text, ending in a line break."""
    lines: list[str] = []
    numbers = manager.stats()
    waited, worked = manager.catalog.waits_and_runs()
    oldest = numbers["oldest_waiting_at"]
    age = (utcnow() - oldest).total_seconds() if oldest else 0.0
    counts = manager.catalog.counts_by_queue()
    lines += _family("shadow_jobs", "gauge", "Analyses by queue and state.", _jobs(counts))
    lines += _single("shadow_oldest_waiting_seconds", "Age of the longest waiting analysis.", age)
    lines += _single("shadow_workers", "Workers that are alive.", numbers["workers"])
    dead = sum(not letter.permanent for letter in manager.dead_letters())
    lines += _single("shadow_dead_letters", "Analyses that are out of attempts.", dead)
    lines += _single("shadow_disk_free_bytes", "Free disk space.", numbers["free_disk_bytes"])
    outcomes = manager.catalog.outcome_counts()
    rows = [({"outcome": name}, number) for name, number in sorted(outcomes.items())]
    lines += _family("shadow_attempts_total", "counter", "Attempts that ended, by outcome.", rows)
    lines += _histogram("shadow_wait_seconds", "From submission to the first attempt.", waited)
    lines += _histogram("shadow_run_seconds", "Duration of completed attempts.", worked)
    lines += _stages(manager)
    return "\n".join(lines) + "\n"


def _jobs(counts: Mapping[tuple[str, str], int]) -> list[tuple[Labels, float]]:
    queues = sorted({queue for queue, _ in counts}) or ["pose"]
    # States without analyses are said as 0: a series that comes and goes cannot be alerted on.
    return [
        ({"queue": queue, "state": state}, counts.get((queue, state), 0)) for queue in queues for state in ALL
    ]


def _stages(manager: JobManager) -> list[str]:
    sums: dict[str, float] = {}
    numbers: dict[str, int] = {}
    for timings in manager.catalog.stage_timings():
        for stage, seconds in timings.items():
            sums[stage] = sums.get(stage, 0.0) + float(seconds)
            numbers[stage] = numbers.get(stage, 0) + 1
    name = "shadow_stage_seconds"
    lines = [f"# HELP {name} Time in each stage of completed analyses.", f"# TYPE {name} summary"]
    for stage in sorted(sums):
        lines += [
            _line(f"{name}_sum", {"stage": stage}, sums[stage]),
            _line(f"{name}_count", {"stage": stage}, numbers[stage]),
        ]
    return lines


def _histogram(name: str, words: str, values: Iterable[float]) -> list[str]:
    found = sorted(values)
    lines = [f"# HELP {name} {words}", f"# TYPE {name} histogram"]
    for limit in BUCKETS_S:
        lines.append(_line(f"{name}_bucket", {"le": f"{limit}"}, sum(value <= limit for value in found)))
    lines.append(_line(f"{name}_bucket", {"le": "+Inf"}, len(found)))
    return [*lines, _line(f"{name}_sum", {}, sum(found)), _line(f"{name}_count", {}, len(found))]


def _single(name: str, words: str, value: Any) -> list[str]:
    return _family(name, "gauge", words, [({}, value)])


def _family(name: str, kind: str, words: str, rows: Iterable[tuple[Labels, float]]) -> list[str]:
    head = [f"# HELP {name} {words}", f"# TYPE {name} {kind}"]
    return head + [_line(name, labels, value) for labels, value in rows]


def _line(name: str, labels: Labels, value: float) -> str:
    inner = ",".join(f'{key}="{text}"' for key, text in labels.items())
    return f"{name}{{{inner}}} {value:g}" if inner else f"{name} {value:g}"
