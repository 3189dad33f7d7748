"""The catalog: what is known of every film, athlete and attempt. SQLite by default, Postgres by DATABASE_URL.

    catalog = open_catalog(settings)
    row = catalog.create_analysis(title="Bullpen", original_name="a.mp4", original_key=key, options={})
    catalog.get(row.id)

Rows are typed, detached objects of :mod:`.models`: read them, never change them; changes are methods.
"""

from __future__ import annotations

from ..settings import Settings
from .analyses import Analyses
from .athletes import Athletes
from .counters import Tallies
from .key_values import Marks
from .lifecycle import Lifecycle
from .migrate import migrate
from .models import Analysis, ApiToken, Athlete, Attempt, Delivery, Mark, Reference, ShareLink, User
from .references import SavedReferences
from .shares import Shares
from .statistics import Statistics
from .tokens import Tokens
from .trash import Trash
from .types import utcnow
from .users import Users


class Catalog(
    Analyses, Lifecycle, Statistics, Marks, Users, Tokens, Shares, Athletes, SavedReferences, Trash, Tallies
):
    """Everything the house asks of its database."""


def open_catalog(settings: Settings) -> Catalog:
    """The catalog that the settings name. Connects at the first use; migrating is :func:`migrate`."""
    return Catalog.open(settings)


__all__ = [
    "Analysis",
    "ApiToken",
    "Athlete",
    "Attempt",
    "Catalog",
    "Delivery",
    "Mark",
    "Reference",
    "ShareLink",
    "User",
    "migrate",
    "open_catalog",
    "utcnow",
]
