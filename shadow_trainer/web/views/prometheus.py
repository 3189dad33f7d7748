"""/metrics for Prometheus: the queue's numbers, which come from the catalog, and those of this machine's web."""

from __future__ import annotations

from flask import Blueprint, Flask, Response, current_app

from ...jobs.maintenance import prometheus as queue_metrics
from ..http import instrumentation
from ..http.access_rules import admin_only, by_metrics_token
from ..http.services import current
from ..uploads import concurrency

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
blueprint = Blueprint("prometheus", __name__)


def init_app(app: Flask) -> None:
    """Add the address."""
    app.register_blueprint(blueprint)


@blueprint.get("/metrics")
@admin_only
@by_metrics_token
def metrics() -> Response:
    """Text in Prometheus' exposition format; 503 as a problem when the catalog does not answer."""
    text = queue_metrics.exposition(current().jobs) + instrumentation.exposition() + _uploads()
    return Response(text, content_type=CONTENT_TYPE)


def _uploads() -> str:
    return (
        "# HELP shadow_uploads_in_progress Uploads being read on this machine.\n"
        "# TYPE shadow_uploads_in_progress gauge\n"
        f"shadow_uploads_in_progress {concurrency.taken(current_app)}\n"
    )
