"""Links to a report: the page where a coach makes, sees and revokes them."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from ...catalog import Analysis
from ...catalog.shares import DAYS
from ..accounts.viewer import catalog
from ..http.hosts import host_is_checked
from ..services import analyses, drawn_videos

blueprint = Blueprint("share_links", __name__, url_prefix="/analyses/<analysis_id>/shares")


def init_app(app: Flask) -> None:
    """Add the page."""
    app.register_blueprint(blueprint)


@blueprint.get("")
def page(analysis_id: str) -> str:
    """The links that open this report now."""
    return _page(analyses.completed(analysis_id))


def _page(row: Analysis, **more: Any) -> str:
    links = catalog().shares.of(row.id)
    return render_template("shares.html", row=row, links=links, days=DAYS, **more)


@blueprint.post("")
def create(analysis_id: str) -> tuple[str, int]:
    """A new link, shown on this answer and never again."""
    row = analyses.completed(analysis_id)
    days = request.form.get("days", type=int, default=0)
    link, token = catalog().shares.create(row.id, days=days)
    drawn_videos.want_all(row)
    address = url_for("shared_report.report", token=token, _external=host_is_checked())
    return _page(row, address=address, until=link.expires_at), 201


@blueprint.post("/<int:share_id>/revoke")
def revoke(analysis_id: str, share_id: int) -> Response:
    """End a link at once."""
    row = analyses.find(analysis_id)
    catalog().shares.revoke(row.id, share_id)
    flash("The link was revoked. Whoever opens it now finds nothing.")
    return redirect(url_for("share_links.page", analysis_id=row.id), code=303)
