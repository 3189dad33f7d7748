"""What a coach writes on an analysis: title, athlete, day, tags, notes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Flask, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from ...catalog import Analysis
from ...errors import BadRequest, FieldErrors, ShadowError
from ..accounts.viewer import catalog
from ..forms.fields import day_of, note_of, tags_of, title_of
from ..services import analyses, athletes

blueprint = Blueprint("annotations", __name__)


def init_app(app: Flask) -> None:
    """Add the addresses."""
    app.register_blueprint(blueprint)


@blueprint.get("/analyses/<analysis_id>/edit")
def edit(analysis_id: str) -> str:
    """The form."""
    return _form(analyses.find(analysis_id), {})


@blueprint.post("/analyses/<analysis_id>/edit")
def save(analysis_id: str) -> Response | tuple[str, int]:
    """Keep what was written, or show the form again with what is wrong."""
    row = analyses.find(analysis_id)
    try:
        catalog().analyses.annotate(row.id, **values_of(request.form))
    except ShadowError as error:
        return _form(row, request.form.to_dict(), error.errors), error.http_status
    flash("Saved.")
    return redirect(url_for("analysis.page", analysis_id=row.id), code=303)


def values_of(form: Mapping[str, str]) -> dict[str, Any]:
    """A form's texts as columns; a field that was not sent stays as it is. Raises FieldErrors."""
    values: dict[str, Any] = {}
    errors: list[dict[str, str]] = []
    readers = {"title": title_of, "notes": note_of, "tags": tags_of, "recorded_on": day_of}
    for name, read in readers.items():
        if name in form:
            try:
                values[name] = read(form[name])
            except BadRequest as error:
                errors.append({"field": name, **error.as_dict()})
    if errors:
        raise FieldErrors.of(errors)
    if "athlete" in form:
        values["athlete_id"] = athletes.chosen(form)
    return values


def _form(row: Analysis, sent: dict[str, str], errors: list[dict[str, str]] | None = None) -> str:
    values = {
        "title": row.title,
        "notes": row.notes,
        "tags": ", ".join(row.tags or ()),
        "recorded_on": row.recorded_on.isoformat() if row.recorded_on else "",
        "athlete": str(row.athlete_id or ""),
    }
    return render_template(
        "edit.html",
        row=row,
        values={**values, **sent},
        errors=errors or [],
        athletes=catalog().athletes.all(archived=None),
        tags=catalog().analyses.tags_in_use(),
    )
