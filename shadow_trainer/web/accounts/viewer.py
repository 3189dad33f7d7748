"""Who is asking, and what is theirs. The one place that decides whether a row may be seen.

    row = own(catalog.athletes.find(number), "There is no such athlete.")     # NotFound also for a foreign one
    catalog.athletes.all(owner_id=owner_filter())                           # None: everybody's
    catalog.athletes.create(name=name, owner_id=new_owner())

A coach sees what is theirs. An admin runs the installation and sees everything. In single-user mode the
person at this machine is the only admin, and what they make has no owner.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeVar

from flask import g

from ...catalog.users import ADMIN, COACH
from ...errors import NotFound

Row = TypeVar("Row")


@dataclass(frozen=True)
class Viewer:
    """Whoever sent this request. ``user_id`` None: nobody who logged in, or the one user of single-user mode."""

    user_id: int | None
    name: str
    role: str
    by_token: bool = False

    @property
    def is_admin(self) -> bool:
        """Whether they run the installation."""
        return self.role == ADMIN

    @property
    def is_known(self) -> bool:
        """Whether they may do anything at all."""
        return self.role in (ADMIN, COACH)


SINGLE_USER = Viewer(None, "", ADMIN)
ANONYMOUS = Viewer(None, "", "")


def viewer() -> Viewer:
    """The viewer of this request; nobody until the guard has found out."""
    return g.get("viewer", ANONYMOUS)


def owner_filter() -> int | None:
    """For lists: whose rows are shown. None: everybody's, for an admin only."""
    who = viewer()
    if who.is_admin:
        return None
    # Numbers of users begin at 1: nobody's rows for somebody who is not known.
    return who.user_id or 0


def new_owner() -> int | None:
    """Who owns what this request makes."""
    return viewer().user_id


def may_see(row: Any) -> bool:
    """Whether a row with an ``owner_id`` is the viewer's to see."""
    wanted = owner_filter()
    return wanted is None or row.owner_id == wanted


def own(row: Row | None, words: str) -> Row:
    """The row when it is there and theirs; else NotFound with ``words``, the same for both."""
    if row is None or not may_see(row):
        raise NotFound(words)
    return row
