"""Publishing: which files and rows an attempt gives the coach (:mod:`.staged` holds them until they may be seen)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ...catalog import Analysis
    from ...storage import Storage

# What the coach may see before the rest is ready, and what a stopped analysis keeps.
EARLY = ("preview.mp4", "poster.jpg", "people", "people.json")
# Of a work folder: what the stages leave for the coach.
OUT = "out"
SUMMARY_METRICS = 6


def prefix(analysis_id: str) -> str:
    """The storage folder of one analysis."""
    return f"analyses/{analysis_id}"


def key(analysis_id: str, name: str) -> str:
    """The storage key of a published file."""
    return f"{prefix(analysis_id)}/{name}"


def finished_files(out: Path) -> list[str]:
    """The names of what the stages left for the coach in ``out``."""
    return [path.relative_to(out).as_posix() for path in sorted(out.rglob("*")) if path.is_file()]


def free(storage: Storage, analysis: Analysis | None, analysis_id: str) -> int:
    """Delete files that no row vouches for: all of a deleted analysis, the half-published of a stopped one."""
    if analysis is None:
        return storage.delete_prefix(prefix(analysis_id))
    kept = {analysis.original_key, *(key(analysis_id, name) for name in analysis.files)}
    stored = list(storage.list(prefix(analysis_id)))
    return sum(storage.delete(name) for name in stored if name not in kept)


def summary(document: Mapping[str, Any]) -> dict[str, Any]:
    """What lists and trends need of analysis.json: small, and the same for every analysis."""
    deliveries = document.get("deliveries", [])
    return {
        "deliveries": len(deliveries),
        "throws": document.get("athlete", {}).get("throws"),
        "view": document.get("view", {}).get("name"),
        "model_size": document.get("model", {}).get("size"),
        "video": dict(document.get("video", {})),
        "warnings": [warning.get("code") for warning in document.get("warnings", [])],
        "metrics": _key_metrics(deliveries[0]) if deliveries else [],
        "timings_s": dict(document.get("timings_s", {})),
    }


def delivery_rows(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Rows of the deliveries table."""
    return [
        {
            "index": position,
            "start_s": float(delivery["start_s"]),
            "end_s": float(delivery["end_s"]),
            "summary": {
                "events": {name: event["time_s"] for name, event in delivery.get("events", {}).items()},
                "metrics": _key_metrics(delivery, None),
                "faults": [
                    {name: fault.get(name) for name in ("id", "title", "strength")}
                    for fault in delivery.get("faults_seen", delivery.get("faults", []))
                ],
                "similarity": delivery.get("similarity") or {},
            },
        }
        for position, delivery in enumerate(document.get("deliveries", []))
    ]


def _key_metrics(delivery: Mapping[str, Any], limit: int | None = SUMMARY_METRICS) -> list[dict[str, Any]]:
    """What trends need of metrics; only those with enough confidence to be quoted when ``limit`` is set."""
    rows = delivery.get("metrics", [])
    if limit is not None:
        rows = [row for row in rows if row.get("confidence") != "low"][:limit]
    names = ("name", "event", "span", "label", "value", "unit", "error", "confidence", "norm", "z")
    return [{name: row.get(name) for name in names} for row in rows]
