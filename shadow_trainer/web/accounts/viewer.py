"""The viewer of a request, and the catalog that they see.

    catalog().athletes.get(number)        # NotFound also for another coach's
    catalog().athletes.all()              # an admin: everybody's
    catalog().athletes.create(name=name)  # the viewer's

A coach sees what is theirs. An admin runs the installation and sees everything. In single-user mode the
person at this machine is the only admin, and what they make has no owner.
"""

from __future__ import annotations

from dataclasses import dataclass

from flask import g

from ...catalog.seen import SeenCatalog
from ...catalog.users import ADMIN, COACH
from ..http.unrestricted import unrestricted


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
    who: Viewer = g.get("viewer", ANONYMOUS)
    return who


def catalog() -> SeenCatalog:
    """The catalog as the viewer of this request sees it."""
    who = viewer()
    return unrestricted().catalog.seen_by(who.user_id, everything=who.is_admin)
