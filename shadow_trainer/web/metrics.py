"""/metrics: the queue's numbers for Prometheus. They come from the catalog, so every web process agrees."""

from __future__ import annotations

from flask import Blueprint, Flask, Response

from ..jobs import metrics as queue_metrics
from .extension import current

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
blueprint = Blueprint("metrics", __name__)


def init_app(app: Flask) -> None:
    """Add the address."""
    app.register_blueprint(blueprint)


@blueprint.get("/metrics")
def metrics() -> Response:
    """Text in Prometheus' exposition format; 503 as a problem when the catalog does not answer."""
    return Response(queue_metrics.exposition(current().jobs), content_type=CONTENT_TYPE)
