"""What an analysis found, as lines for a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..labels import UNKNOWN, event_label, number, quantity, readable
from ..pitching.metrics.labels import metric_label


def lines(analysis: dict[str, Any]) -> Iterator[str]:
    """Athlete, then events, metrics, faults and strengths of every delivery, then the warnings."""
    athlete, view = analysis["athlete"], analysis["view"]
    yield ""
    yield f"throws {athlete['throws']} ({athlete['throws_source']}), view {view['name']} ({view['source']})"
    for number_of, delivery in enumerate(analysis["deliveries"], start=1):
        yield from _delivery(number_of, delivery)
    for warning in analysis["warnings"]:
        yield f"\nnote: {warning['message']} {warning['fix']}"


def _delivery(number_of: int, delivery: dict[str, Any]) -> Iterator[str]:
    yield f"\ndelivery {number_of}, {delivery['start_s']:.2f} to {delivery['end_s']:.2f} s"
    yield "  events"
    events = sorted(delivery["events"].items(), key=lambda item: item[1]["time_s"])
    for name, event in events:
        mark = "  estimated" if event["estimated"] else ""
        yield f"    {event_label(name):24} {event['time_s']:7.3f} s  frame {event['frame']}{mark}"
    yield "  metrics"
    for metric in delivery["metrics"]:
        yield f"    {_metric(metric)}"
    for title in ("faults", "strengths"):
        rows = delivery[title]
        yield f"  {title}" + ("" if rows else ": none found")
        for row in rows:
            yield f"    {_finding(row)}"


def _metric(metric: dict[str, Any]) -> str:
    """``Stride length   86 % of height   ± 3   norm 85 ± 7   z +0.1   high confidence``."""
    unit = metric["unit"]
    title = metric.get("label") or metric_label(metric["name"], metric.get("event"))
    parts = [f"{title:52} {quantity(metric['value'], unit):>14}"]
    if metric.get("error") is not None:
        parts.append(f"± {number(metric['error'], unit)}")
    if norm := metric.get("norm"):
        mean, sd = (UNKNOWN if v is None else number(v, unit) for v in (norm.get("mean"), norm.get("sd")))
        parts.append(f"norm {mean} ± {sd}")
    if metric.get("z") is not None:
        parts.append(f"z {metric['z']:+.1f}")
    return "  ".join([*parts, f"{metric['confidence']} confidence"])


def _finding(row: dict[str, Any]) -> str:
    words = row.get("message") or row.get("sentence") or ""
    title = row.get("title") or readable(str(row.get("name") or row.get("code") or ""))
    return f"{title}: {words}" if words else title
