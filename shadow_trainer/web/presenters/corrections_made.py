"""How often coaches corrected what, for the operator: the engine's quality in the field."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from ...labels import UNKNOWN, event_label, signed
from ...vocabulary import EVENTS, Unit

Options = Mapping[str, Any]
KINDS: tuple[tuple[str, Callable[[Options], bool]], ...] = (
    ("had an event moved", lambda options: any(one.get("events") for one in options.get("moved") or ())),
    (
        "had a joint set by hand",
        lambda options: any(not one.get("undone") for one in options.get("joints") or ()),
    ),
    ("were measured of another person", lambda options: options.get("person") is not None),
    ("had a pitch added, kept or taken out", lambda options: bool(options.get("verdicts"))),
)


@dataclass(frozen=True)
class Share:
    """So many analyses of all."""

    words: str
    count: int
    percent: int


@dataclass(frozen=True)
class MovedEvent:
    """One event: how often it was moved, and by how much in the middle."""

    label: str
    count: int
    typical: str


@dataclass(frozen=True)
class Corrected:
    """Of how many analyses, the share of each kind of correction, the events."""

    analyses: int
    shares: Sequence[Share]
    events: Sequence[MovedEvent]


def of(options: Sequence[Options]) -> Corrected:
    """What was corrected, by the options of the analyses."""
    total = len(options)
    counts = [(words, sum(map(is_so, options))) for words, is_so in KINDS]
    shares = [Share(words, count, round(100 * count / total)) for words, count in counts if total]
    return Corrected(total, shares, list(_events(options)))


def _events(options: Iterable[Options]) -> Iterable[MovedEvent]:
    by_event: dict[str, list[float | None]] = defaultdict(list)
    for one in options:
        for pitch in one.get("moved") or ():
            before = pitch.get("found") or {}
            for name, when in pitch["events"].items():
                by_event[name].append(1000 * (when - before[name]) if name in before else None)
    for event in EVENTS:
        if shifts := by_event.get(event):
            known = [shift for shift in shifts if shift is not None]
            typical = signed(median(known), Unit.MILLISECONDS) if known else UNKNOWN
            yield MovedEvent(event_label(event), len(shifts), typical)
