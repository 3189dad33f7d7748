"""/health says that the process lives; /ready asks everything it depends on."""

from __future__ import annotations

from flask import Blueprint, Flask, Response, jsonify, request

from ...catalog import utcnow
from ...errors import ShadowError
from ...vocabulary import ACTIVE_STATES
from ..accounts import sessions
from ..http.access_rules import anonymous
from ..http.hosts import is_forwarded, is_loopback
from ..http.services import current
from ..http.unrestricted import unrestricted
from ..services.readiness import ready_checks

blueprint = Blueprint("health", __name__)


def init_app(app: Flask) -> None:
    """Add both addresses."""
    app.register_blueprint(blueprint)


@blueprint.get("/health")
@anonymous
def health() -> Response:
    """Answer that the process is alive, whatever else is not. ``active_jobs`` is null when the catalog does not answer."""
    services = current()
    return jsonify(
        status="healthy",
        timestamp=utcnow().isoformat(),
        config="single-user" if services.settings.single_user else "accounts",
        # Of the settings; which card a worker has found is on its own log.
        device=services.settings.device,
        job_manager_type=services.jobs.kind,
        rq_enabled=bool(services.settings.use_rq),
        active_jobs=_active_jobs(),
    )


def _active_jobs() -> int | None:
    try:
        counts = unrestricted().catalog.statistics.counts()
    except ShadowError:
        return None
    return sum(counts.get(state, 0) for state in ACTIVE_STATES)


@blueprint.get("/ready")
@anonymous
def ready() -> tuple[Response, int]:
    """200 when every dependency answers, else 503. The detail of each is for admins and for this machine."""
    checks = ready_checks()
    good = all(check["ok"] for check in checks.values())
    shown = {"checks": checks} if _may_see_details() else {}
    return jsonify(status="ready" if good else "not ready", **shown), 200 if good else 503


def _may_see_details() -> bool:
    if is_loopback(request.remote_addr) and not is_forwarded():
        return True
    try:
        token = sessions.bearer_token()
        who = sessions.viewer_of_session() if token is None else sessions.viewer_of_token(token)
    except ShadowError:  # the catalog does not answer, which is what is said
        return False
    return who is not None and who.is_admin
