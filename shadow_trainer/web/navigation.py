"""The links at the top of every page: what exists here and what the viewer may open."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Flask, current_app, request

from .accounts.viewer import viewer
from .http.services import current
from .services.urls import report_address


@dataclass(frozen=True)
class Place:
    """One link: where it leads, its word, and the blueprints whose pages count as being there."""

    endpoint: str
    words: str
    blueprints: tuple[str, ...] = ()


MAIN = (
    Place("home.page", "New"),
    Place("history.page", "Analyses"),
    Place("athletes.index", "Athletes", ("athletes",)),
    Place("references.index", "References", ("references",)),
    Place("compare.index", "Compare", ("compare",)),
)
ADMIN = Place("admin.page", "Admin", ("admin",))
ACCOUNT = Place("account.page", "Account", ("account",))


def init_app(app: Flask) -> None:
    """Offer these functions to templates."""
    shared = {"places": places, "is_here": is_here, "has_accounts": has_accounts}
    app.jinja_env.globals.update(shared, report_address=report_address)


def places() -> list[Place]:
    """The links for this viewer; a page that this release lacks is left out."""
    who = viewer()
    wanted = [*(MAIN if who.is_known else ()), *([ADMIN] if who.is_admin else ())]
    if who.user_id is not None:
        wanted.append(ACCOUNT)
    return [place for place in wanted if place.endpoint in current_app.view_functions]


def is_here(place: Place) -> bool:
    """Whether the page that is shown belongs to this link."""
    return request.endpoint == place.endpoint or (request.blueprint or "") in place.blueprints


def has_accounts() -> bool:
    """Whether people log in here."""
    return not current().settings.single_user
