"""The report that a share link opens, with its videos and without a script, a form or another address."""

from __future__ import annotations

from flask import Blueprint, Flask, Response, g, render_template, request
from markupsafe import Markup
from werkzeug.wrappers import Response as AnyResponse

from ...catalog import Analysis
from ...errors import NotFound
from ...render import charts
from ...vocabulary import State
from ..http.access_rules import public
from ..http.unrestricted import unrestricted
from ..presenters import report as report_view
from ..services import analyses, drawn_videos
from ..services.file_response import send_result
from ..services.urls import is_shared, media_address, poster_address

blueprint = Blueprint("shared_report", __name__, url_prefix="/s/<token>")

VIDEOS = {"overlay": "overlay.mp4", "plain": "preview.mp4", "3d": "side_by_side.mp4"}
HEADERS = {
    "Referrer-Policy": "no-referrer",  # the address is the key: it is told to nobody
    "X-Robots-Tag": "noindex, nofollow",
    "Cache-Control": "private, no-store",
}


def init_app(app: Flask) -> None:
    """Add the page and its videos."""
    app.register_blueprint(blueprint)


@blueprint.after_request
def _headers(response: Response) -> Response:
    response.headers.update(HEADERS)
    return response


@blueprint.get("")
@public
def report(token: str) -> str:
    """The report; NotFound for a link that is unknown, revoked or over, as if it had never been."""
    row = _row(token)
    # From here on services/urls.py gives addresses below this link, and none for what it does not open.
    g.share_token = token
    document = analyses.read_document(row.id)
    shown = report_view.build(document, delivery=request.args.get("delivery", type=int))
    drawn_videos.want_all(row)
    ready = {"preview.mp4", *drawn_videos.there(row)}
    shown_video = request.args.get("film", "overlay")
    if VIDEOS.get(shown_video) not in ready:
        shown_video = "plain"
    return render_template(
        "shared.html",
        shared=True,
        row=row,
        report=shown,
        charts=_charts(row, shown),
        shown_video=shown_video,
        shown_videos=[name for name, file in VIDEOS.items() if file in ready and media_address(row, file)],
        video_address=media_address(row, VIDEOS[shown_video]),
        start_s=request.args.get("t", type=float),
        poster=poster_address(row),
        media=lambda name: media_address(row, name),
    )


@blueprint.get("/media/<name>")
@public
def media(token: str, name: str) -> AnyResponse:
    """A video of the shared report."""
    row = _row(token)
    if not is_shared(name) or name not in {*(row.files or []), *drawn_videos.offered(row)}:
        raise NotFound("This link has no such video.", code="no_such_file")
    if name in drawn_videos.WORDS:
        return drawn_videos.send(row, name, page=False)
    return send_result(row, name)


def _row(token: str) -> Analysis:
    row = unrestricted().catalog.shares.analysis_of(token)
    if row is None or row.state != State.COMPLETED:
        raise NotFound(
            "This link does not open anything.",
            code="no_such_share",
            fix="It may have expired or been revoked. Ask whoever sent it for a new one.",
        )
    return row


def _charts(row: Analysis, shown: report_view.Report) -> list[tuple[str, Markup]]:
    """Title and drawing of each chart of the pitch that is shown."""
    if shown.selected is None or "series.json" not in (row.files or []):
        return []
    curves = analyses.read_json(row.id, "series.json")["deliveries"]
    place = shown.deliveries.index(shown.selected)
    if place >= len(curves):
        return []
    drawn = charts.delivery_charts(shown.selected.raw, curves[place])
    return [(chart.title, Markup(charts.svg(chart))) for chart in drawn]  # noqa: S704 - drawn by us
