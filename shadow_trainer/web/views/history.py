"""The history: search and filters as a form, a page of rows, and what undo needs after something was deleted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Flask, render_template, request

from ...catalog import Analysis, utcnow
from ...catalog.search import Wanted
from ...vocabulary import ACTIVE_STATES, Hand, State
from ..accounts.viewer import catalog
from ..http.services import current
from ..services import analyses
from ..services.listing import items

blueprint = Blueprint("history", __name__)

PAGE_SIZE = 25
HANDS = tuple(Hand)
STATE_CHOICES = (
    ("", "All"),
    ("active", "Waiting or running"),
    (State.COMPLETED, "Done"),
    (State.FAILED, "Failed"),
    (State.CANCELED, "Canceled"),
)


@dataclass(frozen=True)
class Asked:
    """The filter form as it was sent; what cannot be read is left empty and said in ``problem``."""

    search: str = ""
    state: str = ""
    athlete: str = ""
    throws: str = ""
    tag: str = ""
    since: str = ""
    until: str = ""
    problem: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether everything is asked for."""
        return not any((self.search, self.state, self.athlete, self.throws, self.tag, self.since, self.until))

    @property
    def is_narrow(self) -> bool:
        """Whether one of the fields behind "More filters" is used."""
        return any((self.athlete, self.throws, self.tag, self.since, self.until))

    def wanted(self) -> Wanted:
        """Arguments for the catalog."""
        states = ACTIVE_STATES if self.state == "active" else (self.state,) if self.state else ()
        return {
            "states": states,
            "search": self.search,
            "athlete_id": int(self.athlete) if self.athlete else None,
            "throws": self.throws,
            "tag": self.tag,
            "since": date.fromisoformat(self.since) if self.since else None,
            "until": date.fromisoformat(self.until) if self.until else None,
        }

    def query(self, **more: Any) -> str:
        """The same form as the query of an address."""
        names = {"q": self.search, "state": self.state, "athlete": self.athlete, "throws": self.throws}
        names |= {"tag": self.tag, "since": self.since, "until": self.until, **more}
        return "?" + urlencode({name: value for name, value in names.items() if value})


def init_app(app: Flask) -> None:
    """Add the pages."""
    app.register_blueprint(blueprint)


def asked() -> Asked:
    """The filters of this request."""
    given = {
        name: request.args.get(name, "").strip() for name in ("state", "athlete", "throws", "since", "until")
    }
    days = [name for name in ("since", "until") if given[name] and _day(given[name]) is None]
    return Asked(
        search=request.args.get("q", "").strip(),
        state=given["state"] if given["state"] in dict(STATE_CHOICES) else "",
        athlete=given["athlete"] if given["athlete"].isdecimal() and len(given["athlete"]) < 10 else "",
        throws=given["throws"] if given["throws"] in HANDS else "",
        tag=request.args.get("tag", "").strip().lower(),
        since=given["since"] if "since" not in days else "",
        until=given["until"] if "until" not in days else "",
        problem="Dates are written like 2026-05-31; this one was left out." if days else "",
    )


@blueprint.get("/analyses")
def page() -> str:
    """Every analysis, the newest first, with search and filters."""
    filters = asked()
    total = analyses.count_analyses(**filters.wanted())
    pages = max(1, -(-total // PAGE_SIZE))
    # The last page for a number beyond it: an old address, or nonsense that no database can count to.
    number = min(max(1, request.args.get("page", 1, type=int)), pages)
    rows = analyses.list_analyses(**filters.wanted(), limit=PAGE_SIZE, offset=(number - 1) * PAGE_SIZE)
    return render_template(
        "history.html",
        asked=filters,
        items=items(rows),
        page=number,
        pages=pages,
        total=total,
        states=STATE_CHOICES,
        athletes=catalog().athletes.all(archived=None),
        tags=catalog().analyses.tags_in_use(),
        in_trash=analyses.count_analyses(trashed=True),
        undo=_undo(),
    )


@blueprint.get("/trash")
def trash() -> str:
    """What was deleted and can still be had back."""
    rows = analyses.list_analyses(trashed=True, limit=100)
    return render_template(
        "trash.html", items=items(rows), rows=rows, days=current().settings.trash_days, now=utcnow()
    )


def _undo() -> list[Analysis]:
    """The analyses that were just put into the trash, for the button that takes them out again."""
    ids = [part for part in request.args.get("deleted", "").split(",") if part][:PAGE_SIZE]
    seen = catalog().analyses
    rows = [seen.find(analysis_id, with_trash=True) for analysis_id in ids]
    return [row for row in rows if row is not None and row.deleted_at is not None]


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
