"""The admin's page: dead letters, workers, queues, alerts, users, and the settings in force."""

from __future__ import annotations

import secrets as random
from typing import Any

from flask import Blueprint, Flask, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from ...catalog import utcnow
from ...catalog.users import ADMIN, ROLES
from ...errors import Conflict, NotFound
from ...jobs.maintenance import alerts, schedules
from ...jobs.queue import self_test_record
from ...settings import in_force
from ...vocabulary import State
from ..accounts.sessions import accounts_only
from ..accounts.viewer import viewer
from ..http.access_rules import admin_only
from ..http.services import current
from ..http.unrestricted import unrestricted
from ..presenters import corrections_made
from ..presenters.analysis import ago
from ..services import analyses
from ..services.readiness import ready_checks

blueprint = Blueprint("admin", __name__, url_prefix="/admin")

LETTERS = 100
CORRECTIONS = 1000  # analyses, the latest, of which it is said what was corrected


def init_app(app: Flask) -> None:
    """Add the pages."""
    app.register_blueprint(blueprint)


@blueprint.get("")
@admin_only
def page() -> str:
    """Show how the installation is."""
    services = unrestricted()
    return render_template(
        "admin.html",
        letters=services.jobs.dead_letters(limit=LETTERS),
        hopeless=services.jobs.cannot_succeed(limit=LETTERS),
        workers=services.jobs.workers(),
        queues=services.jobs.queues(),
        others=services.jobs.other_jobs(),
        alerts={
            name: data
            for name, data in services.catalog.key_values.all(alerts.PREFIX).items()
            if data["firing"]
        },
        schedules=schedules.overview(services.jobs),
        corrected=corrections_made.of(
            [row.options for row in services.catalog.statistics.measured(limit=CORRECTIONS)]
        ),
        self_test=self_test_record.last(services.catalog),
        checks=ready_checks(),
        settings=in_force(services.settings),
        has_queue=services.settings.use_rq,
        now=utcnow(),
        ago_words=ago,
    )


@blueprint.post("/dead/<analysis_id>/requeue")
@admin_only
def requeue(analysis_id: str) -> Response:
    """Run one dead letter again, with all its attempts."""
    _letter(analysis_id)
    current().jobs.retry(analysis_id)
    return _done("It is in the queue again.")


@blueprint.post("/dead/<analysis_id>/delete")
@admin_only
def delete(analysis_id: str) -> Response:
    """Put one dead letter into the trash."""
    _letter(analysis_id)
    current().jobs.delete(analysis_id)
    return _done("It is in the trash; from there it can be had back.")


@blueprint.post("/dead/requeue")
@admin_only
def requeue_all() -> Response:
    """Run every dead letter again. What cannot succeed is none, and stays as it is."""
    jobs = current().jobs
    chosen = [letter.job_id for letter in jobs.dead_letters(limit=500)]
    for job_id in chosen:
        jobs.retry(job_id)
    left = len(jobs.cannot_succeed(limit=500))
    return _done(f"{len(chosen)} are in the queue again. {left} that cannot succeed were left out.")


@blueprint.post("/dead/delete")
@admin_only
def delete_all() -> Response:
    """Put every dead letter into the trash."""
    jobs = current().jobs
    letters = jobs.dead_letters(limit=500)
    for letter in letters:
        jobs.delete(letter.job_id)
    return _done(f"{len(letters)} are in the trash.")


@blueprint.get("/users")
@admin_only
def users() -> str:
    """Everybody who may log in."""
    return _users()


def _users(**more: Any) -> str:
    accounts_only()
    return render_template("users.html", users=unrestricted().catalog.users.all(), roles=ROLES, **more)


@blueprint.post("/users")
@admin_only
def add_user() -> tuple[str, int]:
    """A new account with a password that is shown on this answer and never again."""
    password = _fresh_password()
    role = request.form.get("role", "")
    row = unrestricted().catalog.users.create(
        request.form.get("name", ""), password, role=role, display_name=request.form.get("display_name", "")
    )
    return _users(fresh=row, password=password), 201


@blueprint.post("/users/<int:user_id>/password")
@admin_only
def reset_password(user_id: int) -> str:
    """Another password for a user, shown once; their sessions end and their API tokens are revoked."""
    password = _fresh_password()
    row = unrestricted().catalog.users.set_password(_other(user_id), password, revoke_tokens=True)
    return _users(fresh=row, password=password)


@blueprint.post("/users/<int:user_id>/role")
@admin_only
def change_role(user_id: int) -> Response:
    """Make a user coach or admin."""
    row = unrestricted().catalog.users.set_role(_other(user_id), request.form.get("role", ""))
    flash(f"{row.name} is {'an admin' if row.role == ADMIN else 'a coach'} now.")
    return redirect(url_for("admin.users"), code=303)


@blueprint.post("/users/<int:user_id>/active")
@admin_only
def change_active(user_id: int) -> Response:
    """Enable or disable a user."""
    row = unrestricted().catalog.users.set_active(_other(user_id), request.form.get("active") == "yes")
    flash(f"{row.name} may {'log in again' if row.active else 'not log in any more'}.")
    return redirect(url_for("admin.users"), code=303)


def _other(user_id: int) -> int:
    if user_id == viewer().user_id:
        raise Conflict(
            "An admin does not change their own account here.",
            code="own_account",
            fix="Change your password on your account page; another admin changes your role.",
        )
    return user_id


def _fresh_password() -> str:
    return random.token_urlsafe(12)


def _letter(analysis_id: str) -> None:
    if analyses.find(analysis_id).state != State.FAILED:
        raise NotFound("There is no such dead letter. It may be in the queue again.")


def _done(words: str) -> Response:
    flash(words)
    return redirect(url_for("admin.page"), code=303)
