"""How a metric is named: by what is measured, and by the event at which it is read or the span over which.

A metric that is read at an event is told from others of its name by the event. One that is taken over a span has
no event, and carries the span in its name: ``elbow_flexion`` at ``release``, but ``elbow_flexion@max``. What is
named after its span already (``time_foot_contact_to_release``) belongs to the whole delivery. Name and event
together are the metric's key everywhere: in the tables of norms and errors, in analysis.json, in the exports.
"""

from __future__ import annotations

from typing import TypeAlias

from ...vocabulary import Event, Span

MetricKey: TypeAlias = tuple[str, Event | None]
_AT = "@"


def key_of(quantity: str, place: Event | Span) -> MetricKey:
    """The key of what is measured at an event or over a span."""
    if isinstance(place, Event):
        return quantity, place
    return (quantity if place is Span.DELIVERY else f"{quantity}{_AT}{place}"), None


def quantity_of(name: str) -> str:
    """What is measured, without its span: ``elbow_flexion@max`` -> ``elbow_flexion``."""
    return name.partition(_AT)[0]


def span_of(name: str, event: Event | None) -> Span | None:
    """The span of a metric; None for one that is read at an event."""
    if event is not None:
        return None
    _, at, span = name.partition(_AT)
    return Span(span) if at else Span.DELIVERY


def key_in(row: dict[str, str]) -> MetricKey:
    """The key of a row of a table of metrics, whose column ``event`` is empty for what is read at none."""
    return row["metric"], Event(row["event"]) if row["event"] else None
