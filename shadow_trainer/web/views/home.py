"""The upload page, and the form that works without JavaScript."""

from __future__ import annotations

from flask import Blueprint, Flask, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from ...errors import ShadowError
from ...jobs.attempt import example
from ...jobs.pipeline.request import AnalysisRequest
from ..accounts.viewer import catalog
from ..forms.analysis import CHOICES
from ..http.access_rules import limited
from ..http.services import current
from ..services import analyses, create, references
from ..services.listing import items
from ..services.submission import submission_from
from ..uploads import receive

blueprint = Blueprint("home", __name__)

RECENT = 6
# Of many videos at once these go before others; the rest can wait.
FIRST_IN_LINE = 3
FORM_DEFAULTS = {"throws": "auto", "view": "auto", "reference": "elite", "level": ""}


def init_app(app: Flask) -> None:
    """Add the page."""
    app.register_blueprint(blueprint)


@blueprint.get("/")
def page() -> str:
    """The upload page."""
    return _page()


def _page(problem: ShadowError | None = None) -> str:
    """The page; with the values of a form that was not accepted."""
    settings = current().settings
    values = {**FORM_DEFAULTS, "model_size": settings.model_size, "athlete": request.args.get("athlete", "")}
    return render_template(
        "home.html",
        choices=CHOICES,
        values={**values, **request.form.to_dict()},
        problem=problem,
        errors=problem.errors if problem else [],
        max_upload_mb=settings.max_upload_mb,
        max_video_s=settings.max_video_s,
        extensions=sorted(receive.EXTENSIONS),
        first_in_line=FIRST_IN_LINE,
        athletes=catalog().athletes.all(),
        references=references.choices(),
        has_example=example.manifest(current().storage) is not None,
        recent=items(analyses.list_analyses(limit=RECENT)),
    )


@blueprint.post("/")
@limited("upload")
def upload() -> Response | tuple[str, int]:
    """Take the videos and go to the analysis, or show the form again with its values."""
    try:
        submission = submission_from(request.form)
        rows = [create.accept(video, submission, n) for n, video in enumerate(receive.receive_all())]
    except ShadowError as error:
        return _page(error), error.http_status
    if len(rows) > 1:
        return redirect(url_for("history.page"), code=303)
    return redirect(url_for("analysis.page", analysis_id=rows[0].id), code=303)


@blueprint.post("/example")
@limited("upload")
def example_report() -> Response:
    """Open the finished example report."""
    return redirect(url_for("analysis.page", analysis_id=create.open_example().id), code=303)


@blueprint.post("/samples")
@limited("upload")
def sample() -> Response:
    """Analyze one of the clips that ship with the project."""
    options = AnalysisRequest(model_size=current().settings.model_size)
    row = create.accept_sample(request.form.get("name", "lefty"), options)
    return redirect(url_for("analysis.page", analysis_id=row.id), code=303)
