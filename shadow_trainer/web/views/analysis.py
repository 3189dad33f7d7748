"""The page of an analysis: one address from the upload to the report."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, Response, render_template, url_for

from ...catalog import Analysis
from ...labels import CONFIDENCE_HELP, CONFIDENCES
from ...vocabulary import KEY_POSITIONS, State
from ..accounts.viewer import catalog
from ..http.services import current
from ..presenters import analysis as shown
from ..presenters import report as report_view
from ..services import analyses
from ..services.urls import media_address, status_of
from . import report

blueprint = Blueprint("analysis", __name__)

REFRESH_S = 3


def init_app(app: Flask) -> None:
    """Add the page and the words that pages share."""
    app.register_blueprint(blueprint)
    app.jinja_env.globals["state_words"] = shown.state_words
    app.jinja_env.globals.update(doubt_words=CONFIDENCES, doubt_help=CONFIDENCE_HELP)
    app.jinja_env.globals["key_positions"] = KEY_POSITIONS
    app.jinja_env.filters["clock"] = report_view.clock


@blueprint.get("/analyses/<analysis_id>")
def page(analysis_id: str) -> str | Response:
    """Progress while it runs, the report when it is done, the reason when it failed."""
    row = analyses.find(analysis_id)
    status = status_of(row)
    if status["status"] == State.COMPLETED:
        return report.render(row)
    if status["status"] in (State.FAILED, State.CANCELED):
        return _ended(row, status)
    return _progress(row, status)


def _progress(row: Analysis, status: dict[str, Any]) -> str:
    return render_template(
        "progress.html",
        row=row,
        status=status,
        preview=media_address(row, "preview.mp4"),
        attempts=catalog().analyses.attempts(row.id),
        refresh_s=REFRESH_S,
    )


def _ended(row: Analysis, status: dict[str, Any]) -> str:
    return render_template(
        "ended.html",
        row=row,
        status=status,
        error=row.error or {},
        preview=media_address(row, "preview.mp4"),
        original=url_for("files.file", analysis_id=row.id, name="original"),
        attempts=catalog().analyses.attempts(row.id),
        people=_people_seen(row),
        hopeless=row.state == State.FAILED and current().jobs.is_hopeless(row),
    )


def _people_seen(row: Analysis) -> list[dict[str, Any]]:
    """Candidates of a failed analysis: a coach may point at the pitcher whom the scan did not choose."""
    portraits = [name for name in row.files or [] if name.startswith("people/")]
    ids = sorted(int(name.removeprefix("people/").removesuffix(".jpg")) for name in portraits)
    return [{"id": number, "chosen": False} for number in ids]
