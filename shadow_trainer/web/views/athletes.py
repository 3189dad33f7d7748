"""The athletes: who they are, their videos, and how their numbers change over the seasons."""

from __future__ import annotations

from flask import Blueprint, Flask, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from ...catalog import Athlete
from ...errors import BadRequest, ShadowError
from ...vocabulary import State
from ..accounts.viewer import catalog
from ..forms.analysis import LEVEL_CHOICES
from ..forms.athlete import facts
from ..presenters import trends
from ..presenters.analysis import day_words
from ..services import analyses, athletes
from ..services.listing import items

blueprint = Blueprint("athletes", __name__, url_prefix="/athletes")

# Analyses that a trend looks back over.
LOOKS_BACK = 500


def init_app(app: Flask) -> None:
    """Add the pages."""
    app.register_blueprint(blueprint)
    app.jinja_env.filters["day"] = day_words
    app.jinja_env.globals["level_words"] = dict(LEVEL_CHOICES).get


@blueprint.get("")
def index() -> str:
    """Every athlete, and a form for another one."""
    return _index({})


@blueprint.post("")
def create() -> Response | tuple[str, int]:
    """Make a new athlete."""
    try:
        row = athletes.create(request.form)
    except ShadowError as error:
        return _index(request.form.to_dict(), error.errors), error.http_status
    return _to(row.id)


@blueprint.get("/<athlete_id>")
def athlete(athlete_id: str) -> str:
    """One athlete: videos, trends, consistency."""
    row = athletes.find(athlete_id)
    rows = analyses.list_analyses(athlete_id=row.id, limit=LOOKS_BACK)
    done = [row for row in rows if row.state == State.COMPLETED]
    return render_template(
        "athlete.html",
        athlete=row,
        age=trends.age(row.birth_year),
        videos=items(rows),
        seasons=trends.build(done, catalog().analyses.deliveries_of(row.id for row in done)),
        others=[o for o in _all(archived=None) if o.id != row.id and o.owner_id == row.owner_id],
    )


@blueprint.get("/<athlete_id>/edit")
def edit(athlete_id: str) -> str:
    """The form."""
    row = athletes.find(athlete_id)
    return render_template(
        "athlete_edit.html", athlete=row, values=_values(row), errors=[], levels=LEVEL_CHOICES
    )


@blueprint.post("/<athlete_id>/edit")
def save(athlete_id: str) -> Response | tuple[str, int]:
    """Keep the facts, or show the form again with what is wrong."""
    row = athletes.find(athlete_id)
    try:
        catalog().athletes.change(row.id, **facts(request.form))
    except ShadowError as error:
        values = {**_values(row), **request.form.to_dict()}
        page = render_template(
            "athlete_edit.html", athlete=row, values=values, errors=error.errors, levels=LEVEL_CHOICES
        )
        return page, error.http_status
    flash("Saved.")
    return _to(row.id)


@blueprint.post("/<athlete_id>/merge")
def merge(athlete_id: str) -> Response:
    """Merge two entries of one pitcher."""
    row, into = athletes.find(athlete_id), athletes.find(request.form.get("into", ""))
    if row.owner_id != into.owner_id:  # an admin sees both; each coach would lose sight of half the videos
        raise BadRequest(
            "These two athletes belong to different coaches.", code="other_coach", fix="Choose another one."
        )
    catalog().athletes.merge(row.id, into.id)
    flash(f"“{row.name}” was merged into “{into.name}”.")
    return _to(into.id)


@blueprint.post("/<athlete_id>/delete")
def delete(athlete_id: str) -> Response:
    """Delete the athlete; the videos stay."""
    row = athletes.find(athlete_id)
    catalog().athletes.delete(row.id)
    flash(f"“{row.name}” was deleted. The videos are still among the analyses.")
    return redirect(url_for("athletes.index"), code=303)


def _to(athlete_id: int) -> Response:
    return redirect(url_for("athletes.athlete", athlete_id=athlete_id), code=303)


def _all(*, archived: bool | None = False) -> list[Athlete]:
    return catalog().athletes.all(archived=archived)


def _index(values: dict[str, str], errors: list[dict[str, str]] | None = None) -> str:
    return render_template(
        "athletes.html",
        athletes=_all(archived=None),
        sessions=catalog().athletes.sessions_of(),
        values=values,
        errors=errors or [],
        levels=LEVEL_CHOICES,
    )


def _values(row: Athlete) -> dict[str, str]:
    names = ("name", "throws", "height_m", "level", "birth_year", "notes")
    return {name: str(getattr(row, name) or "") for name in names}
