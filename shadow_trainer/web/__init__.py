"""The web: pages, the HTTP API, uploads, errors, health, and what guards them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..errors import SetupError
from ..settings import Settings

if TYPE_CHECKING:
    from flask import Flask

MB = 1_000_000
# Multipart borders and the few text fields of a form around the film itself.
FORM_OVERHEAD_BYTES = 256_000


def flask_config(settings: Settings) -> dict[str, Any]:
    """Flask's configuration from our settings."""
    if not settings.single_user:
        raise SetupError(
            "SHADOW_SINGLE_USER=false needs user accounts, which this release does not have yet.",
            code="no_accounts",
            fix="Leave SHADOW_SINGLE_USER at true and open the page on the same machine.",
        )
    return {
        "SECRET_KEY": settings.require_secret_key(),
        "MAX_CONTENT_LENGTH": settings.max_upload_mb * MB + FORM_OVERHEAD_BYTES,
        "SESSION_COOKIE_NAME": "shadow_session",
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_SECURE": not settings.single_user,
        # The token lives as long as the session: a form left open over lunch must still work.
        "WTF_CSRF_TIME_LIMIT": None,
        # The guard calls the check itself, after the cheap checks that need no body.
        "WTF_CSRF_CHECK_DEFAULT": False,
    }


def init_app(app: Flask) -> None:
    """Register every feature. Order matters for hooks: ids first, guards next, then the routes."""
    from . import (
        actions,
        api,
        assets,
        compress,
        dashboard,
        guard,
        headers,
        health,
        media,
        metrics,
        pages,
        problems,
        requests,
        results,
    )

    hooks = (requests, compress, headers, problems, guard)
    for feature in (*hooks, assets, health, metrics, media, pages, actions, api, results, dashboard):
        feature.init_app(app)
