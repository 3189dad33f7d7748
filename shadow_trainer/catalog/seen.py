"""The catalog as one viewer sees it: what is another coach's is not there, and what is made is the viewer's.

    seen = catalog.seen_by(user.id)                   # a coach: their own rows
    seen = catalog.seen_by(user.id, everything=True)  # an admin: everybody's; what they make is theirs
    seen = catalog.seen_by(None, everything=True)     # the one user of single-user mode: no owner at all
    seen.analyses.get(analysis_id)                    # NotFound for another coach's, as for one that is not there

A view that is given nothing but this cannot name an owner, so it cannot name a wrong one. What is in the trash is
found only where ``with_trash`` or ``trashed`` says so. Texts and numbers that cannot be an id are ids of nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import PurePosixPath
from typing import Any, Protocol, TypeVar, Unpack

from ..errors import NotFound
from .analyses import Annotations, NewAnalysis
from .athletes import AthleteFacts
from .models import Analysis, Athlete, Attempt, Delivery, Reference, ShareLink
from .references import ReferenceFacts
from .repositories import Repositories
from .search import Wanted

ANALYSIS_ID = re.compile(r"[0-9a-f]{32}")
MOST_ID = 2**31 - 1  # what the databases keep as a number
NO_ANALYSIS = "There is no such analysis. It may have been deleted."
NO_ATHLETE = "There is no such athlete."
NO_REFERENCE = "There is no such reference."


class Owned(Protocol):
    """A row that belongs to somebody, or to nobody."""

    owner_id: Any


Row = TypeVar("Row", bound=Owned)


class SeenCatalog:
    """Repositories with the rows of one viewer."""

    def __init__(self, catalog: Repositories, user_id: int | None, *, everything: bool) -> None:
        """``user_id`` None without ``everything``: somebody who did not log in, who sees and makes nothing."""
        sight = Sight(catalog, user_id, everything)
        self.user_id, self.everything = user_id, everything
        self.analyses = SeenAnalyses(sight)
        self.athletes = SeenAthletes(sight)
        self.references = SeenReferences(sight)
        self.shares = SeenShares(sight)


class Sight:
    """Which rows a viewer may see."""

    def __init__(self, catalog: Repositories, user_id: int | None, everything: bool) -> None:
        self.catalog, self.user_id, self.everything = catalog, user_id, everything

    @property
    def owner_id(self) -> int | None:
        """For lists: whose rows; None for everybody's, 0 for nobody's (users begin at 1)."""
        return None if self.everything else self.user_id or 0

    @property
    def new_owner(self) -> int | None:
        """Who owns what is made; NotFound for whoever is not known."""
        if self.user_id is None and not self.everything:
            raise NotFound("Nobody is logged in.", code="login_needed", fix="Log in first.")
        return self.user_id

    def of(self, row: Row | None) -> Row | None:
        """The row, unless it is another's."""
        if row is None or self.everything:
            return row
        return row if self.user_id is not None and row.owner_id == self.user_id else None

    def analysis(self, analysis_id: str, *, with_trash: bool = False) -> Analysis:
        """An analysis of theirs; NotFound without one."""
        known = ANALYSIS_ID.fullmatch(analysis_id) is not None
        row = self.of(self.catalog.analyses.find(analysis_id) if known else None)
        if row is None or (row.deleted_at is not None and not with_trash):
            raise NotFound(NO_ANALYSIS)
        return row

    def athlete(self, athlete_id: int) -> Athlete:
        """An athlete of theirs; NotFound without one."""
        row = self.of(self.catalog.athletes.find(athlete_id) if 0 < athlete_id <= MOST_ID else None)
        if row is None:
            raise NotFound(NO_ATHLETE, code="no_such_athlete")
        return row

    def reference(self, reference_id: int) -> Reference:
        """A saved reference of theirs; NotFound without one."""
        row = self.of(self.catalog.references.find(reference_id) if 0 < reference_id <= MOST_ID else None)
        if row is None:
            raise NotFound(NO_REFERENCE, code="no_such_reference")
        return row


class Seen:
    """A repository with the rows of one viewer."""

    def __init__(self, sight: Sight) -> None:
        self._sight, self._catalog = sight, sight.catalog


class SeenAnalyses(Seen):
    """The viewer's analyses, with their attempts and deliveries."""

    def create(self, **values: Unpack[NewAnalysis]) -> Analysis:
        """A new analysis of the viewer's; NotFound for another's athlete or an id that is another's."""
        if (athlete_id := values.get("athlete_id")) is not None:
            self._sight.athlete(athlete_id)
        row = self._catalog.analyses.create(owner_id=self._sight.new_owner, **values)
        return self._sight.analysis(row.id, with_trash=True)

    def find(self, analysis_id: str, *, with_trash: bool = False) -> Analysis | None:
        """The analysis, or None."""
        try:
            return self.get(analysis_id, with_trash=with_trash)
        except NotFound:
            return None

    def get(self, analysis_id: str, *, with_trash: bool = False) -> Analysis:
        """The analysis; NotFound when there is none."""
        return self._sight.analysis(analysis_id, with_trash=with_trash)

    def page(self, *, limit: int = 50, offset: int = 0, **wanted: Unpack[Wanted]) -> list[Analysis]:
        """Analyses, the newest first; ``wanted`` as for :class:`.search.Filter`."""
        owner_id = self._sight.owner_id
        return self._catalog.analyses.page(limit=limit, offset=offset, owner_id=owner_id, **wanted)

    def count(self, **wanted: Unpack[Wanted]) -> int:
        """How many :meth:`page` would find without a limit."""
        return self._catalog.analyses.count(owner_id=self._sight.owner_id, **wanted)

    def tags_in_use(self, **wanted: Unpack[Wanted]) -> list[str]:
        """Every tag of the analyses that are ``wanted``, by name."""
        return self._catalog.analyses.tags_in_use(owner_id=self._sight.owner_id, **wanted)

    def deliveries(self, analysis_id: str) -> list[Delivery]:
        """The deliveries found, in order of the video."""
        return self._catalog.analyses.deliveries(self.get(analysis_id).id)

    def deliveries_of(self, analysis_ids: Iterable[str]) -> dict[str, list[Delivery]]:
        """Analysis' id -> its deliveries in order of the video, for several at once; what is not seen is left out."""
        return self._catalog.analyses.deliveries_of(analysis_ids, owner_id=self._sight.owner_id)

    def attempts(self, analysis_id: str) -> list[Attempt]:
        """Every attempt at an analysis, the oldest first."""
        return self._catalog.attempts.of(self.get(analysis_id).id)

    def rename(self, analysis_id: str, title: str) -> None:
        """Give an analysis another title."""
        self._catalog.analyses.rename(self.get(analysis_id).id, title)

    def annotate(self, analysis_id: str, **values: Unpack[Annotations]) -> None:
        """What a coach writes on it; NotFound also for another's athlete."""
        if (athlete_id := values.get("athlete_id")) is not None:
            self._sight.athlete(athlete_id)
        self._catalog.analyses.annotate(self.get(analysis_id).id, **values)

    def set_options(self, analysis_id: str, options: Mapping[str, Any]) -> None:
        """Other options for the next run."""
        self._catalog.analyses.set_options(self.get(analysis_id).id, options)


class SeenAthletes(Seen):
    """The viewer's athletes."""

    def create(self, **facts: Unpack[AthleteFacts]) -> Athlete:
        """A new athlete of the viewer's; BadRequest without a name."""
        return self._catalog.athletes.create(owner_id=self._sight.new_owner, **facts)

    def find(self, athlete_id: int) -> Athlete | None:
        """The athlete, or None."""
        try:
            return self.get(athlete_id)
        except NotFound:
            return None

    def get(self, athlete_id: int) -> Athlete:
        """The athlete; NotFound when there is none."""
        return self._sight.athlete(athlete_id)

    def all(self, *, archived: bool | None = False) -> list[Athlete]:
        """Athletes by name; ``archived`` None: both kinds."""
        return self._catalog.athletes.all(owner_id=self._sight.owner_id, archived=archived)

    def change(self, athlete_id: int, **facts: Unpack[AthleteFacts]) -> Athlete:
        """Other facts."""
        return self._catalog.athletes.change(self.get(athlete_id).id, **facts)

    def delete(self, athlete_id: int) -> bool:
        """Delete the athlete; their analyses stay and belong to no athlete."""
        return self._catalog.athletes.delete(self.get(athlete_id).id)

    def merge(self, athlete_id: int, into_id: int) -> None:
        """Two entries of one pitcher become one, as :meth:`.athletes.Athletes.merge` says."""
        self._catalog.athletes.merge(self.get(athlete_id).id, self.get(into_id).id)

    def sessions_of(self, **wanted: Unpack[Wanted]) -> dict[int | None, tuple[int, datetime]]:
        """Athlete's id -> ``(analyses, the newest one's time)``; ``wanted`` as for :class:`.search.Filter`."""
        return self._catalog.athletes.sessions_of(owner_id=self._sight.owner_id, **wanted)


class SeenReferences(Seen):
    """The viewer's saved references."""

    def create(self, **facts: Unpack[ReferenceFacts]) -> Reference:
        """A new row of the viewer's; BadRequest when they have one of this name, NotFound for another's source."""
        if (source := facts.get("source_analysis_id")) is not None:
            self._sight.analysis(source)
        return self._catalog.references.create(owner_id=self._sight.new_owner, **facts)

    def find(self, reference_id: int) -> Reference | None:
        """The reference, also one out of use, or None."""
        try:
            return self.get(reference_id)
        except NotFound:
            return None

    def get(self, reference_id: int) -> Reference:
        """The reference, also one out of use; NotFound when there is none."""
        return self._sight.reference(reference_id)

    def all(self, *, retired: bool = False) -> list[Reference]:
        """Saved references by name; ``retired``: also those taken out of use."""
        return self._catalog.references.all(owner_id=self._sight.owner_id, retired=retired)

    def edit(self, reference_id: int, *, name: str, note: str) -> None:
        """Another name and note; BadRequest when the owner has another one of this name."""
        self._catalog.references.edit(self.get(reference_id).id, name=name, note=note)

    def is_used(self, reference_id: int) -> bool:
        """Whether an analysis, whosever and in the trash or not, is compared with it."""
        return self._catalog.references.is_used(PurePosixPath(self.get(reference_id).storage_key).stem)

    def retire(self, reference_id: int) -> None:
        """Out of every list, and its name is free again; analyses that are compared with it still find it."""
        self._catalog.references.retire(self.get(reference_id).id)

    def delete(self, reference_id: int) -> bool:
        """Delete the row. The file is the caller's to delete."""
        return self._catalog.references.delete(self.get(reference_id).id)


class SeenShares(Seen):
    """The links to the viewer's reports."""

    def create(self, analysis_id: str, *, days: int) -> tuple[ShareLink, str]:
        """A new link by the viewer: its row, and the token of its address, which is known only now."""
        row = self._sight.analysis(analysis_id)
        return self._catalog.shares.create(row.id, days=days, by=self._sight.user_id)

    def of(self, analysis_id: str, *, now: datetime | None = None) -> list[ShareLink]:
        """The links that open this analysis now, the newest first."""
        return self._catalog.shares.of(self._sight.analysis(analysis_id).id, now=now)

    def revoke(self, analysis_id: str, share_id: int) -> None:
        """End one link of an analysis; NotFound when there is no such one."""
        if not 0 < share_id <= MOST_ID:
            raise NotFound("There is no such link.", code="no_such_share")
        self._catalog.shares.revoke(self._sight.analysis(analysis_id).id, share_id)
