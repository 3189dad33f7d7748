"""One database, a repository for each kind of row."""

from __future__ import annotations

from .analyses import Analyses
from .athletes import Athletes
from .attempts import Attempts
from .corrections import Corrections
from .counters import Counters
from .database import Database
from .key_values import KeyValues
from .login_sessions import LoginSessions
from .references import References
from .shares import Shares
from .statistics import Statistics
from .tokens import Tokens
from .trash import Trash
from .users import Users


class Repositories:
    """Every row of every owner; what a view is given is :class:`.seen.SeenCatalog`."""

    def __init__(self, address: str, *, silence_s: float = 10.0) -> None:
        """Connects at the first use. A worker that was silent for ``silence_s`` seconds counts as gone."""
        self.database = Database(address)
        self.analyses = Analyses(self.database)
        self.attempts = Attempts(self.database, silence_s=silence_s)
        self.corrections = Corrections(self.database)
        self.trash = Trash(self.database)
        self.statistics = Statistics(self.database)
        self.users = Users(self.database)
        self.sessions = LoginSessions(self.database)
        self.tokens = Tokens(self.database)
        self.shares = Shares(self.database)
        self.athletes = Athletes(self.database)
        self.references = References(self.database)
        self.key_values = KeyValues(self.database)
        self.counters = Counters(self.database)

    def close(self) -> None:
        """Give back every connection."""
        self.database.close()
