"""Exports and charts of a finished analysis, made on request."""

from __future__ import annotations

import io
import math
import tempfile
from pathlib import Path
from typing import Any

from flask import Blueprint, Flask, Response, current_app, jsonify, request, send_file, url_for

from ...body.series import PoseSeries
from ...catalog import Analysis
from ...errors import BadRequest, NotFound
from ...jobs.pipeline import assumptions, shadow_file
from ...pitching.document import AnalysisDocument, Delivery
from ...pitching.reference.retarget import PINS
from ...render import charts, exports, similarity_chart
from ..forms.analysis import changes_from
from ..http.filenames import slug
from ..presenters.charts import plotted
from ..presenters.keypoints import keypoints, time_scale
from ..presenters.packed import MEDIA_TYPE, packed
from ..presenters.pitch import pitch_of
from ..presenters.report import MODEL_WORDS
from ..services import analyses, corrections
from ..services.urls import media_address
from ..uploads.stream import area

blueprint = Blueprint("results", __name__, url_prefix="/videos")
SIMILARITY = "similarity"


def init_app(app: Flask) -> None:
    """Add the addresses, and the list of exports for the page."""
    app.register_blueprint(blueprint)
    app.jinja_env.globals["exports"] = exports.EXPORTS


@blueprint.get("/<analysis_id>/keypoints/user")
def keypoints_user(analysis_id: str) -> Response:
    """The athlete's 33 landmarks for every frame, in pixels and in metres; ``?part=2d`` or ``3d`` for one.

    ``?part=2d&as=packed``: the same in few bytes, as the player reads it (presenters/packed.py).
    """
    row = analyses.completed(analysis_id)
    return _landmarks(row, analyses.read_pose(row.id))


@blueprint.get("/<analysis_id>/keypoints/pro")
def keypoints_pro(analysis_id: str) -> Response:
    """The shadow, row for row with the video; ``?mode=real_speed`` keeps its own speed, locked at contact;
    ``?pin=hips`` holds it at the athlete's hips and not at the feet.
    """
    row = analyses.completed(analysis_id)
    mode = request.args.get("mode", "aligned")
    if mode not in shadow_file.MODES:
        raise BadRequest(f"mode must be one of {', '.join(shadow_file.MODES)}.", code="bad_mode")
    pin = request.args.get("pin", PINS[0])
    if pin not in PINS:
        raise BadRequest(f"pin must be one of {', '.join(PINS)}.", code="bad_pin", fix="Choose feet or hips.")
    return _landmarks(row, analyses.read_reference_overlay(row.id, mode, pin))


def _landmarks(row: Analysis, series: PoseSeries) -> Response:
    document, part = analyses.read_document(row.id), request.args.get("part", "")
    known: dict[str, Any] = {
        "video": document["video"],
        "throws": document["athlete"]["throws"],
        "part": part,
    }
    if request.args.get("as") != "packed":
        return jsonify(keypoints(series, **known))
    if part not in ("2d", "3d"):
        raise BadRequest(
            "Packed landmarks are either 2d or 3d.", code="bad_part", fix="Add part=2d or part=3d."
        )
    return Response(packed(series, **known), mimetype=MEDIA_TYPE)


@blueprint.get("/<analysis_id>/pitches/<int:place>")
def pitch(analysis_id: str, place: int) -> Response:
    """What a page needs to show one pitch beside another: video, its clock, events in it, landmarks.

    ``events`` are seconds of the video's own clock; ``scale`` is the real seconds in one second of it.
    """
    row = analyses.completed(analysis_id)
    query: dict[str, Any] = {"analysis_id": row.id, "part": "2d", "as": "packed"}
    shown = pitch_of(analyses.read_document(row.id), place)
    landmarks = url_for("results.keypoints_user", **query)
    return jsonify(**shown, title=row.title, film=media_address(row, "preview.mp4"), landmarks=landmarks)


@blueprint.get("/<analysis_id>/exports/<name>")
def export(analysis_id: str, name: str) -> Response:
    """One export as a download; ``?delivery=0`` leaves the other pitches out."""
    row = analyses.completed(analysis_id)
    source = exports.Source(analyses.read_pose(row.id), analyses.read_document(row.id), _curves(row.id))
    with tempfile.TemporaryDirectory(dir=area(current_app), prefix="export-") as folder:
        path = Path(folder) / "export"
        kind = exports.write(name, source, path, delivery=_delivery())
        data = path.read_bytes()
    return send_file(
        io.BytesIO(data),
        mimetype=kind.media_type,
        as_attachment=True,
        download_name=f"{slug(row.title)}{kind.suffix}",
    )


@blueprint.get("/<analysis_id>/charts")
def charts_data(analysis_id: str) -> Response:
    """The numbers behind the charts of one pitch (``?delivery=0``), as the page draws them."""
    row = analyses.completed(analysis_id)
    document, delivery, curves = _pitch(row.id)
    return jsonify(plotted(delivery, curves, time_scale(document["video"])))


@blueprint.get("/<analysis_id>/plots/<name>")
def plot(analysis_id: str, name: str) -> Response:
    """One chart as an SVG file: ``rotation``, ``separation``, ``tilt``, ``knees``, ``arm``, ``glove``, ``slot``,
    ``sequence`` or ``similarity``.
    """
    row = analyses.completed(analysis_id)
    document, delivery, curves = _pitch(row.id)
    wanted = name.removesuffix(".svg")
    if wanted == SIMILARITY and delivery.get("similarity") and document["model"]["size"] not in MODEL_WORDS:
        return _drawing(similarity_chart.standalone(delivery["similarity"], f"chart-{delivery['index'] + 1}"))
    for chart in charts.delivery_charts(delivery, curves):
        if chart.key.rsplit("-", 1)[-1] == wanted:
            return _drawing(charts.standalone(chart))
    known = ", ".join([*(plan.key for plan in charts.PLANS), SIMILARITY])
    raise NotFound(f"There is no chart {wanted!r}.", code="no_such_chart", fix=f"Choose one of: {known}.")


def _drawing(svg: str) -> Response:
    response = Response(svg, mimetype="image/svg+xml")
    # The drawing carries its own colours; as a document it may style itself and do nothing else.
    response.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    return response


@blueprint.post("/<analysis_id>/events")
def move_events(analysis_id: str) -> Response:
    """``{"delivery": 0, "events": {"foot_contact": 2.31}}``: seconds of real time; empty events undo all."""
    body = request.get_json(silent=True)
    if not isinstance(body, dict) or not isinstance(body.get("events"), dict):
        raise BadRequest("The body is not a JSON object with events.", code="bad_json")
    delivery, events = body.get("delivery", 0), body["events"]
    times = [*events.values(), delivery]
    if any(isinstance(t, bool) or not isinstance(t, int | float) or not math.isfinite(t) for t in times):
        raise BadRequest("Events are names with seconds.", code="bad_events", fix="Send numbers.")
    return measured(analysis_id, corrections.move_events(analysis_id, int(delivery), events))


@blueprint.post("/<analysis_id>/assumptions")
def assume(analysis_id: str) -> Response:
    """``{"throws": "left", "height_m": 1.88, "capture_fps": 240, "level": "college", "reference": "elite",
    "view": "rear"}``: any of them; null is not known. The numbers follow at once, the videos a little later.
    """
    body = request.get_json(silent=True)
    if not isinstance(body, dict) or not body:
        raise BadRequest(
            "The body is not a JSON object with what changed.",
            code="bad_json",
            fix='Send {"level": "youth"}.',
        )
    analyses.completed(analysis_id)
    return measured(analysis_id, corrections.assume(analysis_id, changes_from(body)))


def measured(analysis_id: str, document: AnalysisDocument, **more: Any) -> Response:
    """What followed from a change, and more that belongs to it."""
    names = (
        "athlete",
        "view",
        "level",
        "video",
        "deliveries",
        "dropped",
        "verdicts",
        "consistency",
        "warnings",
    )
    options = analyses.find(analysis_id).options
    return jsonify(
        moved_events=document.get("moved_events") or {},
        assumptions={name: options.get(name) for name in assumptions.FIELDS},
        films_are_old=corrections.videos_are_old(analysis_id, document),
        **{name: document.get(name) for name in names},
        **more,
    )


def _pitch(analysis_id: str) -> tuple[AnalysisDocument, Delivery, dict[str, Any]]:
    """``(document, delivery, curves)`` of the pitch that was asked for; NotFound without its curves."""
    document, curves, place = (
        analyses.read_document(analysis_id),
        _curves(analysis_id),
        _delivery() or 0,
    )
    if place >= min(len(document["deliveries"]), len(curves)):
        raise NotFound(f"There are no curves of pitch {place + 1}.", code="no_such_delivery")
    return document, document["deliveries"][place], curves[place]


def _curves(analysis_id: str) -> list[dict[str, Any]]:
    try:
        curves: list[dict[str, Any]] = analyses.read_json(analysis_id, "series.json")["deliveries"]
    except NotFound:
        return []
    return curves


def _delivery() -> int | None:
    value = request.args.get("delivery", "")
    if value and not (value.isdecimal() and len(value) < 6):
        raise BadRequest("delivery must be the index of a pitch, 0 or more.", code="bad_delivery")
    return int(value) if value else None
