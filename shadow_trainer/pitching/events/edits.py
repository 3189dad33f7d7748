"""Events moved by a coach: what was moved is certain, and what was only inferred from it follows."""

from __future__ import annotations

from dataclasses import replace

from ...errors import BadRequest
from ...vocabulary import EVENTS, Event
from ..deliveries import Throw
from ..verdicts import NEAR_S
from .event import Events, EventTime

LEAST_APART_S = 0.001
# Inferred from the release where they were not seen.
FROM_RELEASE = (
    Event.FOOT_CONTACT,
    Event.MAX_EXTERNAL_ROTATION,
    Event.MAX_INTERNAL_ROTATION,
    Event.FOLLOW_THROUGH,
)


def renumbered(
    moved: dict[int, dict[str, float]], before: list[float] | None, after: list[float]
) -> dict[int, dict[str, float]]:
    """``moved`` with the places of its deliveries among the releases ``after``, in seconds, where their own numbers
    are places among those ``before`` (None: the same). What belongs to a delivery that is gone is left out."""
    if before is None:
        return moved
    out = {}
    for index, times in moved.items():
        near = sorted((abs(at - before[int(index)]), place) for place, at in enumerate(after))
        if near and near[0][0] < NEAR_S:
            out[near[0][1]] = times
    return out


def as_entries(moved: dict[int, dict[str, float]]) -> dict[str, dict[Event, float]]:
    """Moved events as analysis.json has them."""
    return {str(index): {Event(name): when for name, when in times.items()} for index, times in moved.items()}


def that_fit(deliveries: list[Throw], moved: dict[int, dict[str, float]]) -> dict[int, dict[str, float]]:
    """``moved`` without what can no longer be, one pitch with another: after another model of the body saw it."""
    out = {}
    for index, times in moved.items():
        try:
            _moved(deliveries[index], times)
        except BadRequest:
            continue
        out[index] = times
    return out


def apply(deliveries: list[Throw], moved: dict[int, dict[str, float]]) -> list[Throw]:
    """Deliveries with their events replaced: ``moved`` is delivery index -> event -> seconds.

    Raises BadRequest for an unknown delivery or event, a time outside the delivery, or a broken order.
    """
    out = list(deliveries)
    for index, times in moved.items():
        if not 0 <= int(index) < len(deliveries):
            raise BadRequest(
                f"There is no pitch {int(index) + 1} here.",
                code="no_such_delivery",
                fix=f"There are {len(deliveries)}.",
            )
        out[int(index)] = _moved(deliveries[int(index)], times)
    return out


def _moved(item: Throw, times: dict[str, float]) -> Throw:
    known = {_event(name): float(when) for name, when in times.items()}
    events = dict(item.events)
    first, last = float(item.signals.time_s[0]), float(item.signals.time_s[-1])
    for name, when in known.items():
        if not first <= when <= last:
            raise BadRequest(
                f"{_words(name)} cannot be at {when:.3f} s: this pitch is filmed from {first:.3f} "
                f"to {last:.3f} s.",
                code="event_outside",
                fix="Choose a time within the pitch.",
            )
        events[name] = EventTime(when, 1.0)
    following = _following(item, known)
    events |= following
    _check_order(events, {*known, *following})
    return replace(item, events=events)


def _event(name: str) -> Event:
    if name not in EVENTS:
        raise BadRequest(
            f"There is no event named {name!r}.",
            code="no_such_event",
            fix=f"Choose one of: {', '.join(EVENTS)}.",
        )
    return Event(name)


def _following(item: Throw, times: dict[Event, float]) -> Events:
    """What was inferred from a release that is moved now moves with it; what was seen stays where it was seen."""
    if Event.RELEASE not in times:
        return {}
    by = times[Event.RELEASE] - item.events[Event.RELEASE].time_s
    last = float(item.signals.time_s[-1])
    return {
        name: replace(item.events[name], time_s=min(item.events[name].time_s + by, last))
        for name in FROM_RELEASE
        if item.events[name].estimated and name not in times
    }


def _check_order(events: Events, moved: set[Event]) -> None:
    """A moved event must stay between its neighbours; hands may part before or after the leg lift."""
    order = [name for name in EVENTS if name != Event.HAND_SEPARATION]
    for first, second in zip(order[:-1], order[1:], strict=True):
        in_order = events[second].time_s - events[first].time_s >= LEAST_APART_S
        if not in_order and moved & {first, second}:
            raise BadRequest(
                f"{_words(second)} must come after {_words(first).lower()}.",
                code="event_order",
                fix="Move the other event first, or choose a time between its neighbours.",
            )


def _words(name: Event) -> str:
    return name.replace("_", " ").capitalize()
