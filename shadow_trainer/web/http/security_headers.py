"""Security headers on every answer. No inline script or style anywhere of ours; /rq has a policy of its own."""

from __future__ import annotations

from flask import Flask, Response, request

from .services import current

POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data: blob:",
    "media-src": "'self' blob:",
    "connect-src": "'self'",
    "font-src": "'self'",
    "manifest-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}
# What a bucket's own address is needed for: videos, pictures, and the video that goes straight there.
FROM_STORAGE = ("media-src", "img-src", "connect-src")
# rq-dashboard brings inline scripts and styles and compiles its templates in the browser; it is behind its own guard (dashboard.py).
DASHBOARD_POLICY = {
    **POLICY,
    "script-src": "'self' 'unsafe-inline' 'unsafe-eval'",
    "style-src": "'self' 'unsafe-inline'",
}
# Whatever is inside a file of a coach, a browser shows it as video or picture, and runs nothing in it.
MEDIA_POLICY = {"default-src": "'none'", "media-src": "'self'", "img-src": "'self'", "sandbox": ""}

FIXED = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), microphone=(), geolocation=(), payment=(), usb=()",
}


def init_app(app: Flask) -> None:
    """Add the headers after every request, also after failed ones."""
    app.after_request(_add)


def policy_text(policy: dict[str, str]) -> str:
    """The value of a Content-Security-Policy header."""
    return "; ".join(f"{name} {value}".strip() for name, value in policy.items())


def _with_storage(policy: dict[str, str]) -> dict[str, str]:
    """The policy of our pages, with the origin of a bucket where videos are kept in one."""
    origins = " ".join(current().storage.origins)
    if not origins:
        return policy
    return policy | {name: f"{policy[name]} {origins}" for name in FROM_STORAGE}


def _add(response: Response) -> Response:
    for name, value in FIXED.items():
        response.headers.setdefault(name, value)
    policy = DASHBOARD_POLICY if request.path.startswith("/rq") else _with_storage(POLICY)
    response.headers.setdefault("Content-Security-Policy", policy_text(policy))
    if request.is_secure:
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    if response.mimetype in ("text/html", "application/json", "application/problem+json"):
        # Pages carry a person's state and a form token: no shared cache, always asked again; and with accounts
        # nothing is left in the browser for whoever sits down after the logout.
        keep = "no-cache" if current().settings.single_user else "no-store"
        response.headers.setdefault("Cache-Control", f"private, {keep}")
    return response
