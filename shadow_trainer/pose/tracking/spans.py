"""What is measured of a video: stretches of time, each of one person.

The scan proposes the windows in which the athlete seems to throw. Around a release that a coach set there is a stretch
whatever the scan saw, of whomever they tapped: the pitcher may be another track after a cut.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ...errors import BadRequest
from .candidates import Person, Scan

# Real seconds before and after a release that belong to its delivery, and the least that show anything of it.
BEFORE_S, AFTER_S = 3.4, 1.1
LEAST_BEFORE_S, LEAST_AFTER_S = 0.7, 0.3
# Where nobody seems to throw, so much is looked at around the fastest hand of those who are seen for so long.
GUESS_BEFORE_S, GUESS_AFTER_S, GUESS_SEEN_S = 2.4, 0.9, 1.0
# Somebody who is not seen for longer than this is not there: they were hidden, or had left.
GONE_S = 0.5
LONGEST_SLOW_S = 30.0  # seconds of the video that are measured at the full rate because they are slow
Release = tuple[float, int | None]


@dataclass(frozen=True, order=True)
class Span:
    """Real seconds in which ``person``, an id of the scan, is measured."""

    start_s: float
    end_s: float
    person: int


def plan(scan: Scan, person: int | None = None, releases: Iterable[Release] = ()) -> list[Span]:
    """What to measure, in the order of time: the windows of ``person`` (None: of the first release's, else of the
    chosen one), and around each of ``releases``, (real seconds, person or None), a delivery's time. Where nobody seems
    to throw and nobody is named, the time of the fastest hand: what the engine thinks it saw is then said as well.

    Raises BadRequest for a person who is not in the video, or not there at the release.
    """
    set_by_hand = [(at_s, _thrower(scan, at_s, who, person)) for at_s, who in sorted(releases)]
    athlete = person
    if athlete is None:
        athlete = set_by_hand[0][1].id if set_by_hand else scan.chosen
    if athlete is None:
        return _fastest(scan)
    one = person_of(scan, athlete)
    windows = one.spans() if not set_by_hand else list(one.windows)
    spans = [Span(start, end, athlete) for start, end in windows]
    for at_s, who in set_by_hand:
        spans = _with_release(spans, at_s, who)
    return spans


def whole(info: Any, spans: list[Span]) -> list[Span]:
    """The spans, those in a slow stretch as long as it is: windows are as long as a delivery lasts in real time."""
    edges = [0.0, *info.stretches_s, info.duration_s * info.time_scale]
    out = []
    for span in spans:
        middle = (span.start_s + span.end_s) / 2
        if info.is_slow(middle):
            place = int(np.searchsorted(edges, middle))
            start, end = edges[place - 1], edges[min(place, len(edges) - 1)]
            if end - start <= LONGEST_SLOW_S:
                span = replace(span, start_s=start, end_s=end)
        if span not in out:
            out.append(span)
    return out


def person_of(scan: Scan, number: int) -> Person:
    """Somebody of the scan; BadRequest when there is no such person."""
    try:
        return scan.person(number)
    except KeyError as error:
        raise BadRequest(
            f"There is no person {number} in this video.",
            code="no_such_person",
            fix=f"Persons have the numbers 0 to {len(scan.people) - 1}.",
        ) from error


def _fastest(scan: Scan) -> list[Span]:
    """Around the fastest hand of the video; nothing where no hand was followed."""
    seen = [one for one in scan.people if one.fastest_s is not None and one.seen_s >= GUESS_SEEN_S]
    if not seen:
        return []
    one = max(seen, key=lambda person: person.peak_speed)
    at_s = float(one.fastest_s or 0.0)
    return [Span(max(at_s - GUESS_BEFORE_S, one.first_s), min(at_s + GUESS_AFTER_S, one.last_s), one.id)]


def is_there(person: Person, at_s: float) -> bool:
    """Whether somebody is seen at a moment."""
    return bool(len(person.times)) and float(np.abs(person.times - at_s).min()) <= GONE_S


def _thrower(scan: Scan, at_s: float, who: int | None, athlete: int | None) -> Person:
    """The person who releases the ball: who was tapped, else the athlete where they are there, else the likeliest."""
    asked = who if who is not None else athlete
    if asked is not None:
        person = person_of(scan, asked)
        if not is_there(person, at_s):
            raise BadRequest(
                f"Person {asked} is not in the video at {at_s:.2f} s.",
                code="person_not_there",
                fix="Choose somebody who is seen at the release, or another moment.",
            )
        return person
    there = [person for person in scan.people if is_there(person, at_s)]
    if not there:
        raise BadRequest(
            f"Nobody is seen in the video at {at_s:.2f} s.",
            code="person_not_there",
            fix="Choose a moment at which the pitcher is in the picture.",
        )
    return next((person for person in there if person.id == scan.chosen), there[0])


def _with_release(spans: list[Span], at_s: float, who: Person) -> list[Span]:
    """The spans with one that holds a release: what is measured already stays as it is, where it shows enough of it."""
    for span in spans:
        if span.person == who.id and _shows(span, at_s, who):
            return spans
    first, last = float(who.times[0]), float(who.times[-1])
    wanted = Span(max(at_s - BEFORE_S, first), min(at_s + AFTER_S, last), who.id)
    # Another person's time is given way to as far as the delivery allows; a window of the same one becomes longer.
    kept = []
    for span in spans:
        if span.end_s <= wanted.start_s or span.start_s >= wanted.end_s:
            kept.append(span)
        elif span.person == who.id and not _parted(span, at_s):
            wanted = Span(min(span.start_s, wanted.start_s), max(span.end_s, wanted.end_s), who.id)
        elif span.end_s <= at_s - LEAST_BEFORE_S:
            wanted = replace(wanted, start_s=span.end_s)
            kept.append(span)
        elif span.start_s >= at_s + LEAST_AFTER_S:
            wanted = replace(wanted, end_s=span.start_s)
            kept.append(span)
    return sorted([*kept, wanted])


def _shows(span: Span, at_s: float, who: Person) -> bool:
    """Whether a span shows enough of the delivery of a release, or as much as there is."""
    first, last = float(who.times[0]), float(who.times[-1])
    least_start, least_end = max(at_s - LEAST_BEFORE_S, first), min(at_s + LEAST_AFTER_S, last)
    return span.start_s <= least_start + 1e-6 and span.end_s >= least_end - 1e-6


def _parted(span: Span, at_s: float) -> bool:
    """Whether a span ends so long before a release, or begins so long after it, that both can stand side by side."""
    return span.end_s <= at_s - LEAST_BEFORE_S or span.start_s >= at_s + LEAST_AFTER_S
