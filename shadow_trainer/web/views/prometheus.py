"""/metrics for Prometheus: the queue's numbers, which come from the catalog, and those of this machine's web."""

from __future__ import annotations

from flask import Blueprint, Flask, Response, current_app

from ...jobs.maintenance import prometheus as queue_metrics
from .. import instrumentation
from ..http.services import current

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
blueprint = Blueprint("metrics", __name__)


def init_app(app: Flask) -> None:
    """Add the address."""
    app.register_blueprint(blueprint)


@blueprint.get("/metrics")
def metrics() -> Response:
    """Text in Prometheus' exposition format; 503 as a problem when the catalog does not answer."""
    text = queue_metrics.exposition(current().jobs) + instrumentation.exposition(current_app)
    return Response(text, content_type=CONTENT_TYPE)
