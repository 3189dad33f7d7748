"""What is a pitch and what is none, as a coach says: for programs and for the buttons of the report."""

from __future__ import annotations

import math
from typing import Any

from flask import Blueprint, Flask, Response, flash, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from ...errors import BadRequest, Conflict
from ...vocabulary import Verdict
from ..services import analyses, pitches
from ..services.accepted import accepted
from .results import measured

blueprint = Blueprint("pitches", __name__)
LOOKING = "This stretch of the video is being measured."


def init_app(app: Flask) -> None:
    """Add the addresses."""
    app.register_blueprint(blueprint)


@blueprint.post("/videos/<analysis_id>/deliveries")
def add(analysis_id: str) -> Response:
    """``{"at_s": 1.93, "person": 2}``: there is a pitch whose ball is released at this second of real time, whatever it
    looks like. ``"verdict": "pitch"``: what is thrown there is a pitch; ``"no_pitch"``: it is none; null: nothing is said
    of it any more. 202 where the networks must look at that stretch of the video first.
    """
    body = request.get_json(silent=True)
    if not isinstance(body, dict) or "at_s" not in body or set(body) - {"at_s", "verdict", "person"}:
        raise BadRequest("The body has no at_s.", code="bad_json", fix='Send {"at_s": 1.93, "person": 2}.')
    return _answer(analysis_id, *_checked(body))


@blueprint.delete("/videos/<analysis_id>/deliveries/<int:place>")
def drop(analysis_id: str, place: int) -> Response:
    """This pitch is none. It is listed under ``dropped`` from then on; ``POST`` with its time brings it back."""
    analyses.completed(analysis_id)
    return _answer(analysis_id, pitches.release_of(analysis_id, place), Verdict.NO_PITCH, None)


def _answer(analysis_id: str, at_s: float, verdict: Verdict | None, person: int | None) -> Response:
    document = pitches.say(analysis_id, at_s, verdict, person)
    if document is None:
        return accepted(analyses.find(analysis_id), LOOKING)
    return measured(analysis_id, document)


@blueprint.post("/analyses/<analysis_id>/verdicts")
def say(analysis_id: str) -> AnyResponse:
    """The same by a form: ``at_s``, ``verdict`` (empty: nothing any more), ``person``."""
    form = request.form
    analyses.completed(analysis_id)
    try:
        values = {"at_s": _number(form.get("at_s", "")), "verdict": form.get("verdict") or None}
        person = form.get("person", "")
        document = pitches.say(
            analysis_id, *_checked({**values, "person": int(person) if person.isdecimal() else None})
        )
        flash("Measured again with what you said." if document else LOOKING)
    except (BadRequest, Conflict) as error:
        flash(f"{error.message} {error.fix}".strip(), "bad")
    return redirect(url_for("analysis.page", analysis_id=analysis_id, _anchor="film"), code=303)


def _checked(values: dict[str, Any]) -> tuple[float, Verdict | None, int | None]:
    """``(at_s, verdict, person)``; BadRequest for what is none."""
    at_s, word, person = values["at_s"], values.get("verdict", Verdict.RELEASE), values.get("person")
    if isinstance(at_s, bool) or not isinstance(at_s, int | float) or not math.isfinite(at_s) or at_s < 0:
        raise BadRequest(
            "at_s is no time.", code="bad_release", fix="Give seconds from the first frame, 0 or more."
        )
    if word is not None and word not in tuple(Verdict):
        raise BadRequest(
            f"verdict is {word!r}; it must be one of {', '.join(Verdict)}.",
            code="bad_verdicts",
            fix='Send {"at_s": 1.93, "verdict": "release"}.',
        )
    if person is not None and (isinstance(person, bool) or not isinstance(person, int) or person < 0):
        raise BadRequest("person must be the number of a candidate, 0 or more.", code="bad_person")
    return float(at_s), None if word is None else Verdict(word), person


def _number(text: str) -> float:
    try:
        return float(text.replace(",", "."))
    except ValueError:
        return math.nan
