"""Which analyses a list shows: words, state, athlete, hand, tag, days, owner, and whether the trash is meant."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, TypedDict

from sqlalchemy import ColumnElement, Date, Select, Text, cast, func, or_

from .models import Analysis

# The day of the video where the coach said it, else the day of the upload.
DAY = func.coalesce(Analysis.recorded_on, func.date(Analysis.created_at), type_=Date)


class Wanted(TypedDict, total=False):
    """Arguments of a list of analyses that a coach may choose; see :class:`Filter`."""

    states: Iterable[str]
    search: str
    athlete_id: int | None
    throws: str
    tag: str
    since: date | None
    until: date | None
    trashed: bool


class WantedOf(Wanted, total=False):
    """The same with the owner."""

    owner_id: int | None


@dataclass(frozen=True)
class Filter:
    """What is wanted; what is left empty does not matter.

    ``search`` looks into title, file name, notes and tags, ignoring case. ``owner_id`` None: of whichever
    owner; ``athlete_id`` 0: of none. ``throws`` is the hand that was measured. ``since`` and ``until`` are
    days of the video, both included. ``trashed``: those in the trash instead of the others.
    """

    states: Iterable[str] = ()
    search: str = ""
    owner_id: int | None = None
    athlete_id: int | None = None
    throws: str = ""
    tag: str = ""
    since: date | None = None
    until: date | None = None
    trashed: bool = False

    def apply(self, query: Select[Any]) -> Select[Any]:
        """The query with every condition."""
        return query.where(*self._conditions())

    def _conditions(self) -> Iterable[ColumnElement[bool]]:
        yield Analysis.deleted_at.is_not(None) if self.trashed else Analysis.deleted_at.is_(None)
        if states := tuple(self.states):
            yield Analysis.state.in_(states)
        if text := self.search.strip():
            yield or_(*_like(text))
        if self.owner_id is not None:
            yield Analysis.owner_id == self.owner_id
        if self.athlete_id is not None:
            nobody = self.athlete_id == 0
            yield Analysis.athlete_id.is_(None) if nobody else Analysis.athlete_id == self.athlete_id
        if self.throws:
            yield Analysis.result["throws"].as_string() == self.throws
        if self.tag:
            yield _has_tag(self.tag)
        if self.since:
            yield self.since <= DAY
        if self.until:
            yield self.until >= DAY


def _like(text: str) -> Iterable[ColumnElement[bool]]:
    # icontains with autoescape: a coach's "50%" is text, not a pattern.
    for column in (Analysis.title, Analysis.original_name, Analysis.notes):
        yield column.icontains(text, autoescape=True)
    yield cast(Analysis.tags, Text).icontains(json.dumps(text)[1:-1], autoescape=True)


def _has_tag(tag: str) -> ColumnElement[bool]:
    # The column holds JSON text; a whole tag in it stands between quotes.
    return cast(Analysis.tags, Text).icontains(json.dumps(tag), autoescape=True)
