"""The pages: upload, history, and the one address of an analysis for life."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from ..errors import ShadowError
from . import desk, history_page, report_page, uploads
from .extension import current
from .forms import CHOICES, options_from
from .links import media_address, status_of
from .presenters import analysis as shown
from .presenters import report as report_view
from .problems import Problem, from_error

blueprint = Blueprint("pages", __name__)

RECENT = 6
REFRESH_S = 3
FORM_DEFAULTS = {"throws": "auto", "view": "auto", "capture_fps": "", "height_m": ""}


def init_app(app: Flask) -> None:
    """Add the pages and the words they share."""
    app.register_blueprint(blueprint)
    app.jinja_env.globals["state_words"] = shown.state_words
    app.jinja_env.filters["clock"] = report_view.clock


@blueprint.get("/")
def home() -> str:
    """The upload page."""
    return _home()


@blueprint.post("/")
def upload() -> AnyResponse | tuple[str, int]:
    """The form without JavaScript: accept and go to the analysis, or show the form again with its values."""
    try:
        options = options_from(request.form, default_model=current().settings.model_size)
        row = desk.accept(uploads.receive(), options)
    except ShadowError as error:
        problem = from_error(error)
        return _home(problem), problem.status
    return redirect(url_for("pages.analysis", analysis_id=row.id), code=303)


def _home(problem: Problem | None = None) -> str:
    settings = current().settings
    values = {**FORM_DEFAULTS, "model_size": settings.model_size, **request.form.to_dict()}
    return render_template(
        "home.html",
        choices=CHOICES,
        values=values,
        problem=problem,
        errors=problem.errors if problem else [],
        max_upload_mb=settings.max_upload_mb,
        recent=history_page.items(desk.list_analyses(limit=RECENT)),
    )


@blueprint.get("/analyses")
def history() -> str:
    """Every analysis, the newest first, with search and filters."""
    return history_page.render()


@blueprint.get("/analyses/<analysis_id>")
def analysis(analysis_id: str) -> str | Response:
    """Progress while it runs, the report when it is done, the reason when it failed."""
    row = desk.find(analysis_id)
    status = status_of(row)
    if status["status"] == "completed":
        return report_page.render(row)
    if status["status"] in ("failed", "canceled"):
        return _ended(row, status)
    return _progress(row, status)


def _progress(row: Any, status: dict[str, Any]) -> str:
    return render_template(
        "progress.html",
        row=row,
        status=status,
        preview=media_address(row, "preview.mp4"),
        refresh_s=REFRESH_S,
    )


def _ended(row: Any, status: dict[str, Any]) -> str:
    return render_template(
        "ended.html",
        row=row,
        status=status,
        error=row.error or {},
        preview=media_address(row, "preview.mp4"),
        original=url_for("media.file", analysis_id=row.id, name="original"),
        attempts=current().catalog.attempts(row.id),
        people=_people_seen(row),
    )


def _people_seen(row: Any) -> list[dict[str, Any]]:
    """Candidates of a failed analysis: a coach may point at the pitcher whom the scan did not choose."""
    pictures = [name for name in row.files or [] if name.startswith("people/")]
    ids = sorted(int(name.removeprefix("people/").removesuffix(".jpg")) for name in pictures)
    return [{"id": number, "chosen": False} for number in ids]
