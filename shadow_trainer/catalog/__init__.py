"""The catalog: what is known of every video, athlete and attempt. SQLite by default, Postgres by DATABASE_URL.

    catalog = open_catalog(settings)
    row = catalog.analyses.create(title="Bullpen", original_name="a.mp4", original_key=key, options={})
    catalog.attempts.claim(row.id, worker="w1")

Rows are typed, detached objects of :mod:`.models`: read them, never change them; changes are methods.
"""

from __future__ import annotations

from ..settings import Settings
from .analyses import Analyses
from .athletes import Athletes
from .attempts import Attempts
from .corrections import Corrections
from .counters import Counters
from .database import Database
from .key_values import KeyValues
from .migrate import migrate
from .models import Analysis, ApiToken, Athlete, Attempt, Delivery, Mark, Reference, ShareLink, User
from .references import References
from .seen import SeenCatalog
from .shares import Shares
from .statistics import Statistics
from .tokens import Tokens
from .trash import Trash
from .types import utcnow
from .users import Users


class Catalog:
    """One database, a repository for each kind of row."""

    def __init__(self, address: str, *, silence_s: float = 10.0) -> None:
        """Connects at the first use. A worker that was silent for ``silence_s`` seconds counts as gone."""
        self.database = Database(address)
        self.analyses = Analyses(self.database)
        self.attempts = Attempts(self.database, silence_s=silence_s)
        self.corrections = Corrections(self.database)
        self.trash = Trash(self.database)
        self.statistics = Statistics(self.database)
        self.users = Users(self.database)
        self.tokens = Tokens(self.database)
        self.shares = Shares(self.database)
        self.athletes = Athletes(self.database)
        self.references = References(self.database)
        self.key_values = KeyValues(self.database)
        self.counters = Counters(self.database)

    def seen_by(self, user_id: int | None, *, everything: bool = False) -> SeenCatalog:
        """This catalog as one viewer sees it (:mod:`.seen`): the only one that a view is given.

        A coach sees and makes what is ``user_id``'s. An admin sees ``everything``, and what they make is theirs;
        in single-user mode ``user_id`` is None and what is made has no owner.
        """
        return SeenCatalog(self, user_id, everything=everything)

    def close(self) -> None:
        """Give back every connection."""
        self.database.close()


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
    "Mark",
    "Reference",
    "SeenCatalog",
    "ShareLink",
    "User",
    "migrate",
    "open_catalog",
    "utcnow",
]
