"""The web: pages, the HTTP API, uploads, errors, health, and what guards them."""

from __future__ import annotations

from datetime import timedelta
from types import ModuleType
from typing import TYPE_CHECKING, Any

from werkzeug.middleware.proxy_fix import ProxyFix

from ..errors import SetupError
from ..secret_strength import require_strong
from ..settings import Settings

if TYPE_CHECKING:
    from flask import Flask

MB = 1_000_000
# Multipart borders and the few text fields of a form around the video itself.
FORM_OVERHEAD_BYTES = 256_000


def flask_config(settings: Settings) -> dict[str, Any]:
    """Flask's configuration from our settings."""
    if settings.single_user and settings.trusted_proxies:
        raise SetupError(
            "SHADOW_TRUSTED_PROXIES is for a site with accounts; single-user mode answers this machine only.",
            code="proxied_single_user",
            fix="Set SHADOW_SINGLE_USER=false and make an account, or leave SHADOW_TRUSTED_PROXIES at 0.",
        )
    require_strong(settings)
    accounts = not settings.single_user
    return {
        "SECRET_KEY": settings.secret_key,
        "MAX_CONTENT_LENGTH": settings.max_upload_mb * MB + FORM_OVERHEAD_BYTES,
        # The prefix makes browsers refuse this cookie from anything but this very host over https.
        "SESSION_COOKIE_NAME": "__Host-shadow_session" if accounts else "shadow_session",
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_SECURE": accounts,
        "SESSION_COOKIE_PATH": "/",
        "PERMANENT_SESSION_LIFETIME": timedelta(days=settings.session_days),
        # The token lives as long as the session: a form left open over lunch must still work.
        "WTF_CSRF_TIME_LIMIT": None,
        # Where a form comes from the guard learns from Origin and Sec-Fetch-Site; Referer is cut off by some people.
        "WTF_CSRF_SSL_STRICT": False,
        # The guard calls the check itself, after the cheap checks that need no body.
        "WTF_CSRF_CHECK_DEFAULT": False,
    }


def init_app(app: Flask) -> None:
    """Register every feature. Order matters for hooks: ids first, the guard last, then the views."""
    from . import navigation, openapi
    from .http import assets, services
    from .services import idempotency

    if hops := services.services_of(app).settings.trusted_proxies:
        # The address, scheme and host that the outermost trusted proxy saw; what a client claims is not believed.
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    for feature in (*_hooks(), navigation, assets, idempotency, *_views(), openapi):
        feature.init_app(app)


def _hooks() -> tuple[ModuleType, ...]:
    """What every request passes, in this order."""
    from . import access_control
    from .accounts import rate_limits, sessions
    from .http import compression, converters, instrumentation, problems, ranges, request_id, security_headers
    from .uploads import concurrency, stream

    arriving = (ranges, converters, request_id, stream, instrumentation, concurrency)
    leaving = (compression, security_headers, problems)
    return (*arriving, *leaving, rate_limits, sessions, access_control)


def _views() -> tuple[ModuleType, ...]:
    """Pages and API."""
    from .views import (
        account,
        actions,
        admin,
        analysis,
        annotations,
        api,
        athletes,
        bulk_actions,
        compare,
        direct_upload,
        evaluation,
        files,
        health,
        help,
        history,
        home,
        joints,
        login,
        pitches,
        prometheus,
        references,
        results,
        rq_dashboard,
        share_links,
        shared_report,
    )

    machines = (health, prometheus, rq_dashboard, api, results, joints, pitches, direct_upload, evaluation)
    analyses = (
        home,
        history,
        analysis,
        actions,
        annotations,
        bulk_actions,
        files,
        share_links,
        shared_report,
    )
    return (*machines, *analyses, athletes, references, compare, help, login, account, admin)
