"""The names and addresses of this machine, and the name under which a request asks for it."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from flask import request

from .services import current

LOCAL_NAMES = {"localhost", "127.0.0.1", "::1"}


def host_name() -> str:
    """The name in the header Host, in lower case and without a port; empty for one that cannot be read."""
    try:
        return urlsplit(f"//{request.headers.get('Host', '')}").hostname or ""
    except ValueError:
        return ""


def host_is_checked() -> bool:
    """Whether the name in the header Host is one that the operator knows; else nothing is built upon it."""
    settings = current().settings
    return settings.single_user or bool(settings.allowed_hosts.strip())


def is_loopback(address: str | None) -> bool:
    """Whether a client's address is this machine's own."""
    # Without an address the server listens on a Unix socket, which is as local as it gets.
    if not address:
        return True
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


def is_forwarded() -> bool:
    """Whether somebody else sent this request on, a proxy perhaps."""
    return any(name in request.headers for name in ("Forwarded", "X-Forwarded-For"))


def is_from_other_site() -> bool:
    """Whether the browser itself says that another site's page sent this request."""
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        return True
    origin = request.headers.get("Origin")
    return origin is not None and origin != request.host_url.rstrip("/")
