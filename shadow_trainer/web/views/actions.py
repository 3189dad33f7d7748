"""The buttons of the pages: forms with a token that change something and lead back to a page."""

from __future__ import annotations

from flask import Blueprint, Flask, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from ...errors import BadRequest
from ...jobs.pipeline import assumptions
from ..forms.analysis import changed_events, changes_from, options_from
from ..http.services import current
from ..services import analyses, corrections

blueprint = Blueprint("actions", __name__)


def init_app(app: Flask) -> None:
    """Add the actions."""
    app.register_blueprint(blueprint)


def _back(analysis_id: str) -> Response:
    return redirect(url_for("analysis.page", analysis_id=analysis_id), code=303)


@blueprint.post("/analyses/<analysis_id>/cancel")
def cancel(analysis_id: str) -> Response:
    """Stop; what is done already is kept for another try."""
    analyses.find(analysis_id)
    current().jobs.cancel(analysis_id)
    return _back(analysis_id)


@blueprint.post("/analyses/<analysis_id>/retry")
def retry(analysis_id: str) -> Response:
    """Try again from where it stopped."""
    analyses.retry(analysis_id)
    return _back(analysis_id)


@blueprint.post("/analyses/<analysis_id>/person")
def person(analysis_id: str) -> Response:
    """Measure this person instead."""
    chosen = options_from({"person": request.form.get("person", "")}).person
    analyses.choose_person(analysis_id, 0 if chosen is None else chosen)
    return _back(analysis_id)


@blueprint.post("/analyses/<analysis_id>/assumptions")
def assume(analysis_id: str) -> Response:
    """Measure with another hand, height, capture rate, level, reference or view."""
    values = {name: request.form[name] for name in assumptions.FIELDS if name in request.form}
    analyses.completed(analysis_id)
    try:
        corrections.assume(analysis_id, changes_from(values))
    except BadRequest as error:
        flash(f"{error.message} {error.fix}".strip(), "bad")
    else:
        flash("Measured again with what you changed. The videos follow in a moment.")
    return redirect(url_for("analysis.page", analysis_id=analysis_id, _anchor="assumptions"), code=303)


@blueprint.post("/analyses/<analysis_id>/events")
def events(analysis_id: str) -> Response:
    """Events at other times, in seconds of real time; only those that changed count. ``undo``: as they were found."""
    place = request.form.get("delivery", default=0, type=int)
    analyses.completed(analysis_id)
    moved = (
        {}
        if "undo" in request.form
        else changed_events(request.form, corrections.events_of(analysis_id, place))
    )
    try:
        if moved or "undo" in request.form:
            corrections.move_events(analysis_id, place, moved)
            flash("Measured again with the events where you put them.")
        else:
            flash("No event was moved: change a time first.", "bad")
    except BadRequest as error:
        flash(f"{error.message} {error.fix}".strip(), "bad")
    address = url_for("analysis.page", analysis_id=analysis_id, delivery=place, _anchor="events")
    return redirect(address, code=303)


@blueprint.post("/analyses/<analysis_id>/rename")
def rename(analysis_id: str) -> Response:
    """Another title."""
    analyses.rename(analysis_id, request.form.get("title", ""))
    return _back(analysis_id)


@blueprint.post("/analyses/<analysis_id>/delete")
def delete(analysis_id: str) -> Response:
    """Into the trash; the list offers to undo it."""
    row = analyses.delete(analysis_id)
    return redirect(url_for("history.page", deleted=row.id), code=303)
