"""Actions on several analyses at once: the buttons under the list and in the trash."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, Flask, Response, flash, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from ...errors import BadRequest
from ...vocabulary import ACTIVE_STATES, State
from ..http.services import current
from ..services import analyses, zip_download
from ..uploads import receive

blueprint = Blueprint("bulk_actions", __name__)


def init_app(app: Flask) -> None:
    """Add the address."""
    app.register_blueprint(blueprint)


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
        analyses.delete(row.id)
    return redirect(url_for("history.page", deleted=",".join(ids)), code=303)


def _restore(ids: list[str]) -> AnyResponse:
    for row in [analyses.find_any(analysis_id) for analysis_id in ids]:
        analyses.restore(row.id)
    flash(f"{_count(ids)} restored.")
    return redirect(url_for("history.page"), code=303)


def _purge(ids: list[str]) -> AnyResponse:
    rows = [analyses.find_any(analysis_id) for analysis_id in ids]
    for row in rows:
        if row.deleted_at is not None:
            analyses.delete(row.id, purge=True)
    flash(f"{_count(ids)} deleted for good.")
    return redirect(url_for("history.trash"), code=303)


def _rerun(ids: list[str]) -> AnyResponse:
    rows = [analyses.find(analysis_id) for analysis_id in ids]
    ended = [row for row in rows if row.state not in ACTIVE_STATES]
    receive.check_queue(len(ended))
    for row in ended:
        analyses.retry(row.id, queue="batch")
    still = len(rows) - len(ended)
    flash(f"{_count(ended)} in the queue again." + (f" {still} still running." if still else ""))
    return redirect(_from_here(), code=303)


def _download(ids: list[str]) -> AnyResponse:
    rows = [analyses.find(analysis_id) for analysis_id in ids]
    done = [row for row in rows if row.state == State.COMPLETED]
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
    return url_for("history.page") + (query if query.startswith("?") else "")


def _count(things: Sequence[object]) -> str:
    return "1 analysis" if len(things) == 1 else f"{len(things)} analyses"
