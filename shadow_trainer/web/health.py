"""/health says that the process lives; /ready asks everything it depends on."""

from __future__ import annotations

from flask import Blueprint, Flask, Response, jsonify

from .desk import ready_checks
from .extension import current

blueprint = Blueprint("health", __name__)


def init_app(app: Flask) -> None:
    """Add both addresses."""
    app.register_blueprint(blueprint)


@blueprint.get("/health")
def health() -> Response:
    """Alive. ``active_jobs`` is null when the queue does not answer: that is /ready's business."""
    shadow = current()
    stats = {}
    try:
        stats = shadow.jobs.stats()
    except Exception:  # health must answer whatever the queue says
        stats = {}
    return jsonify(
        status="ok",
        job_manager_type="rq" if shadow.settings.use_rq else "threads",
        rq_enabled=shadow.settings.use_rq,
        active_jobs=stats.get("active"),
    )


@blueprint.get("/ready")
def ready() -> tuple[Response, int]:
    """200 when every dependency answers, else 503 with the detail of each."""
    checks = ready_checks()
    good = all(check["ok"] for check in checks.values())
    return jsonify(status="ready" if good else "not ready", checks=checks), 200 if good else 503
