"""What a coach writes on an analysis: title, athlete, day, tags, notes; and what is done to several at once."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Blueprint, Flask, Response, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from ...errors import BadRequest, ShadowError
from ..accounts.viewer import owner_filter
from ..forms import athlete
from ..forms.analysis import FieldErrors
from ..http.problems import from_error
from ..http.services import current
from ..services import analyses, zip_download
from . import history

blueprint = Blueprint("notes", __name__)

TAG_MAX_CHARS, TAGS_MAX, NOTES_MAX_CHARS = 40, 20, 10_000
EARLIEST = date(1950, 1, 1)


def init_app(app: Flask) -> None:
    """Add the addresses."""
    app.register_blueprint(blueprint)


@blueprint.get("/analyses/<analysis_id>/edit")
def edit(analysis_id: str) -> str:
    """The form."""
    return _form(analyses.find(analysis_id), {})


@blueprint.post("/analyses/<analysis_id>/edit")
def save(analysis_id: str) -> AnyResponse | tuple[str, int]:
    """Keep what was written, or show the form again with what is wrong."""
    row = analyses.find(analysis_id)
    try:
        current().catalog.analyses.annotate(row.id, **annotations(request.form))
    except ShadowError as error:
        problem = from_error(error)
        return _form(row, request.form.to_dict(), problem.errors), problem.status
    flash("Saved.")
    return redirect(url_for("pages.analysis", analysis_id=row.id), code=303)


def annotations(form: Any) -> dict[str, Any]:
    """A form's texts as columns; a field that was not sent stays as it is. Raises FieldErrors."""
    found: dict[str, Any] = {}
    errors: list[dict[str, str]] = []
    readers = {"title": _title, "notes": note_of, "tags": tags_of, "recorded_on": day_of}
    for name, read in readers.items():
        if name in form:
            try:
                found[name] = read(form[name])
            except BadRequest as error:
                errors.append({"field": name, **error.as_dict()})
    if errors:
        raise FieldErrors(errors)
    if "athlete" in form:
        found["athlete_id"] = athlete.chosen(form)
    return found


def tags_of(text: str) -> list[str]:
    """``Bullpen, fastball`` -> ``["bullpen", "fastball"]``: lower case, each once, in the order written."""
    found = list(dict.fromkeys(" ".join(part.split()).lower() for part in text.split(",")))
    found = [tag for tag in found if tag]
    if len(found) > TAGS_MAX or any(len(tag) > TAG_MAX_CHARS for tag in found):
        raise BadRequest(
            f"At most {TAGS_MAX} tags of {TAG_MAX_CHARS} characters each.",
            code="bad_tags",
            fix="Separate tags by commas, and keep them short.",
        )
    return found


def day_of(text: str) -> date | None:
    """The day a film was recorded; empty is not known."""
    if not text.strip():
        return None
    try:
        found = date.fromisoformat(text.strip())
    except ValueError:
        found = date.max
    # A day ahead is still today somewhere.
    if not found >= EARLIEST or (found - date.today()).days > 1:
        raise BadRequest(
            f"“{text[:20]}” is not a day on which this film can have been recorded.",
            code="bad_recorded_on",
            fix="Write it like 2026-05-31, or leave it empty.",
        )
    return found


def _title(text: str) -> str:
    title = " ".join(text.split())[:200]
    if not title:
        raise BadRequest("The title is empty.", code="bad_title", fix="Write a title.")
    return title


def note_of(text: str) -> str:
    """A note of any length that is still a note."""
    if len(text) > NOTES_MAX_CHARS:
        raise BadRequest(
            f"The note is longer than {NOTES_MAX_CHARS} characters.", code="bad_notes", fix="Shorten it."
        )
    return text.replace("\r\n", "\n").strip()


def _form(row: Any, sent: dict[str, str], errors: list[dict[str, str]] | None = None) -> str:
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
        athletes=current().catalog.athletes.all(owner_id=owner_filter(), archived=None),
        tags=current().catalog.analyses.tags_in_use(owner_id=owner_filter()),
    )


@blueprint.get("/trash")
def trash() -> str:
    """What was deleted and can still be had back."""
    return history.trash()


@blueprint.post("/analyses/selected")
def selected() -> AnyResponse:
    """What the buttons under the list do with the chosen analyses."""
    ids = list(dict.fromkeys(request.form.getlist("id")))
    action = ACTIONS.get(request.form.get("action", ""))
    if action is None:
        raise BadRequest("There is no such action.", code="bad_action")
    if not ids:
        flash("Nothing was chosen: tick the analyses first.")
        return redirect(_from_here(), code=303)
    return action(ids)


def _delete(ids: list[str]) -> AnyResponse:
    for row in [analyses.find(analysis_id) for analysis_id in ids]:
        analyses.trash(row.id)
    return redirect(url_for("pages.history", deleted=",".join(ids)), code=303)


def _restore(ids: list[str]) -> AnyResponse:
    for row in [analyses.find_any(analysis_id) for analysis_id in ids]:
        analyses.restore(row.id)
    flash(f"{_count(ids)} restored.")
    return redirect(url_for("pages.history"), code=303)


def _purge(ids: list[str]) -> AnyResponse:
    rows = [analyses.find_any(analysis_id) for analysis_id in ids]
    for row in rows:
        if row.deleted_at is not None:
            analyses.delete(row.id)
    flash(f"{_count(ids)} deleted for good.")
    return redirect(url_for("notes.trash"), code=303)


def _rerun(ids: list[str]) -> AnyResponse:
    rows = [analyses.find(analysis_id) for analysis_id in ids]
    ended = [row for row in rows if row.state not in ("queued", "processing", "retrying")]
    for row in ended:
        analyses.retry(row.id, queue="batch")
    still = len(rows) - len(ended)
    flash(f"{_count(ended)} in the queue again." + (f" {still} still running." if still else ""))
    return redirect(_from_here(), code=303)


def _download(ids: list[str]) -> AnyResponse:
    rows = [analyses.find(analysis_id) for analysis_id in ids]
    done = [row for row in rows if row.state == "completed"]
    if not done:
        flash("None of these has results yet.")
        return redirect(_from_here(), code=303)
    return Response(
        zip_download.stream(done, current().storage),
        mimetype="application/zip",
        headers={"Content-Disposition": 'attachment; filename="analyses.zip"', "Cache-Control": "no-store"},
    )


ACTIONS = {"delete": _delete, "restore": _restore, "purge": _purge, "rerun": _rerun, "download": _download}


def _from_here() -> str:
    """Back to the list with its filters; only ever our own page."""
    query = request.form.get("query", "")
    return url_for("pages.history") + (query if query.startswith("?") else "")


def _count(things: list[Any]) -> str:
    return "1 analysis" if len(things) == 1 else f"{len(things)} analyses"
