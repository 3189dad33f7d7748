"""The catalog: what is known of every video, athlete and attempt. SQLite by default, Postgres by DATABASE_URL.

    catalog = open_catalog(settings)
    row = catalog.analyses.create(title="Bullpen", original_name="a.mp4", original_key=key, options={})
    catalog.attempts.claim(row.id, worker="w1")

Rows are typed, detached objects of :mod:`.models`: read them, never change them; changes are methods.
"""

from __future__ import annotations

from ..settings import Settings
from .migrate import migrate
from .models import Analysis, ApiToken, Athlete, Attempt, Delivery, KeyValue, Reference, ShareLink, User
from .repositories import Repositories
from .seen import SeenCatalog
from .types import utcnow


class Catalog(Repositories):
    """One database, a repository for each kind of row."""

    def seen_by(self, user_id: int | None, *, everything: bool = False) -> SeenCatalog:
        """This catalog as one viewer sees it (:mod:`.seen`): the only one that a view is given.

        A coach sees and makes what is ``user_id``'s. An admin sees ``everything``, and what they make is theirs;
        in single-user mode ``user_id`` is None and what is made has no owner.
        """
        return SeenCatalog(self, user_id, everything=everything)


def open_catalog(settings: Settings) -> Catalog:
    """The catalog that the settings name. Nothing is created or migrated here: :func:`migrate`."""
    return Catalog(settings.database_address, silence_s=settings.worker_silence_s)


__all__ = [
    "Analysis",
    "ApiToken",
    "Athlete",
    "Attempt",
    "Catalog",
    "Delivery",
    "KeyValue",
    "Reference",
    "SeenCatalog",
    "ShareLink",
    "User",
    "migrate",
    "open_catalog",
    "utcnow",
]
