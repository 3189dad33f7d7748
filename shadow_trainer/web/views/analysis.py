"""The pages: upload, history, and the one address of an analysis for life."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, Response, render_template, url_for
from werkzeug.wrappers import Response as AnyResponse

from ..http.services import current
from ..presenters import analysis as shown
from ..presenters import report as report_view
from ..services import analyses
from ..services.urls import media_address, status_of
from . import history as history_page
from . import report
from . import upload as upload_page

blueprint = Blueprint("pages", __name__)

REFRESH_S = 3


def init_app(app: Flask) -> None:
    """Add the pages and the words they share."""
    app.register_blueprint(blueprint)
    app.jinja_env.globals["state_words"] = shown.state_words
    app.jinja_env.filters["clock"] = report_view.clock


@blueprint.get("/")
def home() -> str:
    """The upload page."""
    return upload_page.render()


@blueprint.post("/")
def upload() -> AnyResponse | tuple[str, int]:
    """The form without JavaScript."""
    return upload_page.accept()


@blueprint.get("/analyses")
def history() -> str:
    """Every analysis, the newest first, with search and filters."""
    return history_page.render()


@blueprint.get("/analyses/<analysis_id>")
def analysis(analysis_id: str) -> str | Response:
    """Progress while it runs, the report when it is done, the reason when it failed."""
    row = analyses.find(analysis_id)
    status = status_of(row)
    if status["status"] == "completed":
        return report.render(row)
    if status["status"] in ("failed", "canceled"):
        return _ended(row, status)
    return _progress(row, status)


def _progress(row: Any, status: dict[str, Any]) -> str:
    return render_template(
        "progress.html",
        row=row,
        status=status,
        preview=media_address(row, "preview.mp4"),
        attempts=current().catalog.attempts.of(row.id),
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
        attempts=current().catalog.attempts.of(row.id),
        people=_people_seen(row),
    )


def _people_seen(row: Any) -> list[dict[str, Any]]:
    """Candidates of a failed analysis: a coach may point at the pitcher whom the scan did not choose."""
    pictures = [name for name in row.files or [] if name.startswith("people/")]
    ids = sorted(int(name.removeprefix("people/").removesuffix(".jpg")) for name in pictures)
    return [{"id": number, "chosen": False} for number in ids]
