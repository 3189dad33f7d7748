"""rq-dashboard at /rq: for whoever runs the machine, behind a guard of its own.

It acts by GET in one place (requeue of a whole queue) and has no tokens, so that address is refused and
every other change must come from its own pages.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Blueprint, Flask, abort, redirect, request, url_for
from werkzeug.wrappers import Response

from ...errors import Forbidden, MethodNotAllowed, NotFound, Unavailable
from ...jobs.redis import client
from ...settings import Settings
from ..http.access_rules import admin_only, guards_itself
from ..http.csrf import csrf
from ..http.hosts import is_from_other_site
from ..http.problems import rendered
from ..http.services import current, services_of
from ..http.unrestricted import unrestricted

SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
absent = Blueprint("rq_dashboard_absent", __name__)


def init_app(app: Flask) -> None:
    """Mount it when there is a queue in Redis; with threads there is nothing to show."""
    settings = services_of(app).settings
    if settings.use_rq:
        _mount(app, settings)
    else:
        app.register_blueprint(absent, url_prefix="/rq")


def _mount(app: Flask, settings: Settings) -> None:
    import redis
    from rq_dashboard import blueprint, default_settings, web

    from ...jobs.redis import rq_adapter

    app.config.from_object(default_settings)
    # Its own hook would connect anew for every request, without our patience and options: ours replaces it.
    app.config["RQ_DASHBOARD_REDIS_URL"] = (client.address(settings),)
    app.redis_conn = services_of(app).jobs.connection  # type: ignore[attr-defined]
    web.Worker = rq_adapter.KnownWorker
    app.register_error_handler(redis.RedisError, _silent)
    blueprint.before_request_funcs[None] = [guard, cancel_what_it_deletes]
    csrf.exempt(blueprint)
    app.register_blueprint(blueprint, url_prefix="/rq")
    for endpoint, view in app.view_functions.items():
        if endpoint.startswith(f"{blueprint.name}."):
            app.view_functions[endpoint] = _for_admins(view)
    # Its pages ask for the application's favicon by the name that Flask gives static files.
    app.add_url_rule("/static/favicon.ico", "static", _favicon)


def _silent(_: Exception) -> Response:
    return rendered(Unavailable("Redis does not answer.", code="redis_unavailable"))


def _for_admins(view: Callable[..., Any]) -> Callable[..., Any]:
    """A view of the library's with our rule."""

    @admin_only
    @guards_itself
    @wraps(view)
    def ruled(*arguments: Any, **values: Any) -> Any:
        return view(*arguments, **values)

    return ruled


def _favicon(**_: object) -> Response:
    return redirect(url_for("assets.favicon"))


def guard() -> None:
    """Refuse changes by GET and changes that another site's page asks for."""
    if (request.view_args or {}).get("instance_number"):
        abort(404)  # there is one Redis, number 0
    safe = request.method in SAFE_METHODS
    if safe and "/requeue/" in request.path:
        raise MethodNotAllowed("A GET must not requeue jobs.", fix="Use the button of each job.")
    if not safe and (is_from_other_site() or request.headers.get("Sec-Fetch-Site") == "none"):
        raise Forbidden(
            "This must be done on the dashboard itself.", code="csrf", fix="Open /rq and use its buttons."
        )


def cancel_what_it_deletes() -> None:
    """Its way to cancel is to delete the job. The catalog would have it enqueued again, so it is told first."""
    from ...jobs.queue.open import rq_part

    arguments, jobs = request.view_args or {}, current().jobs
    ids: list[str] = []
    if request.endpoint == "rq_dashboard.delete_job_view":
        ids = [arguments["job_id"]]
    elif request.endpoint == "rq_dashboard.empty_queue" and (queue := rq_part(jobs)) is not None:
        ids = queue.ids_in_registry(arguments["queue_name"], arguments["registry_name"])
    for job_id in unrestricted().catalog.analyses.known_ids(ids):
        jobs.cancel(job_id)  # what is at its end stays as it is


@absent.get("")
@absent.get("/")
@admin_only
def page() -> Response:
    """Say that there is no queue to show."""
    raise NotFound(
        "There is no queue to show: jobs run in threads of the web process.",
        code="no_queue",
        fix="Set SHADOW_USE_RQ=true to run them on RQ and Redis.",
    )
