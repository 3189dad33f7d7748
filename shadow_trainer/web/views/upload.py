"""The upload page, and the form that works without JavaScript."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from ...errors import ShadowError
from ..accounts.viewer import owner_filter
from ..forms.analysis import CHOICES
from ..http.problems import Problem, from_error
from ..http.services import current
from ..services import analyses, references
from ..services.submission import wish_from
from ..uploads import receive
from . import history

RECENT = 6
# Of many films at once these go before others; the rest can wait.
FIRST_IN_LINE = 3
FORM_DEFAULTS = {"throws": "auto", "view": "auto", "reference": "elite", "level": ""}


def render(problem: Problem | None = None) -> str:
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
        max_film_s=settings.max_video_s,
        extensions=sorted(receive.EXTENSIONS),
        first_in_line=FIRST_IN_LINE,
        athletes=current().catalog.athletes.all(owner_id=owner_filter()),
        references=references.choices(),
        recent=history.items(analyses.list_analyses(limit=RECENT)),
    )


def accept() -> Response | tuple[str, int]:
    """Take the film (or films) and go to the analysis, or show the form again with its values."""
    try:
        wish = wish_from(request.form)
        rows = [analyses.accept(film, wish) for film in receive.receive_all()]
    except ShadowError as error:
        problem = from_error(error)
        return render(problem), problem.status
    if len(rows) > 1:
        return redirect(url_for("pages.history"), code=303)
    return redirect(url_for("pages.analysis", analysis_id=rows[0].id), code=303)
