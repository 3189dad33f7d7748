"""rq-dashboard at /rq: for whoever runs the machine, behind a guard of its own.

It acts by GET in one place (requeue of a whole queue) and has no tokens, so that address is refused and
every other change must come from its own pages.
"""

from __future__ import annotations

from flask import Flask, abort, redirect, request, url_for

from ...jobs.redis import client
from ..access_control import csrf
from ..http.problems import Problem
from ..http.services import current


def init_app(app: Flask) -> None:
    """Mount it when there is a queue in Redis; with threads there is nothing to show."""
    settings = app.extensions["shadow"].settings
    if not settings.use_rq:
        app.add_url_rule("/rq", "rq_absent", _absent)
        app.add_url_rule("/rq/", "rq_absent_slash", _absent)
        return
    from rq_dashboard import blueprint, default_settings

    app.config.from_object(default_settings)
    # Its own hook would connect anew for every request, without our patience and options: ours replaces it.
    app.config["RQ_DASHBOARD_REDIS_URL"] = (client.address(settings),)
    app.redis_conn = client.connect(settings)  # type: ignore[attr-defined]
    blueprint.before_request_funcs[None] = [guard, cancel_what_it_deletes]
    csrf.exempt(blueprint)
    app.register_blueprint(blueprint, url_prefix="/rq")
    # Its pages ask for the application's favicon by the name that Flask gives static files.
    app.add_url_rule("/static/favicon.ico", "static", lambda **_: redirect(url_for("assets.favicon")))


def guard() -> None:
    """Refuse changes by GET and changes that another site's page asks for."""
    if (request.view_args or {}).get("instance_number"):
        abort(404)  # there is one Redis, number 0
    safe = request.method in ("GET", "HEAD", "OPTIONS")
    if safe and "/requeue/" in request.path:
        raise Problem(
            405, "method_not_allowed", "A GET must not requeue jobs.", "Use the button of each job."
        )
    origin = request.headers.get("Origin")
    same = request.headers.get("Sec-Fetch-Site", "same-origin") == "same-origin"
    if not safe and (not same or (origin is not None and origin != request.host_url.rstrip("/"))):
        raise Problem(
            403, "csrf", "This must be done on the dashboard itself.", "Open /rq and use its buttons."
        )


def cancel_what_it_deletes() -> None:
    """Its way to cancel is to delete the job. The catalog would have it enqueued again, so it is told first."""
    arguments, jobs = request.view_args or {}, current().jobs
    ids: list[str] = []
    if request.endpoint == "rq_dashboard.delete_job_view":
        ids = [arguments["job_id"]]
    elif request.endpoint == "rq_dashboard.empty_queue":
        ids = jobs.ids_in_registry(arguments["queue_name"], arguments["registry_name"])
    for job_id in current().catalog.analyses.known_ids(ids):
        jobs.cancel(job_id)  # what is at its end stays as it is


def _absent() -> None:
    raise Problem(
        404,
        "no_queue",
        "There is no queue to show: jobs run in threads of the web process.",
        "Set SHADOW_USE_RQ=true to run them on RQ and Redis.",
    )
