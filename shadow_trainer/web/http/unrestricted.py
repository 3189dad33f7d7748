"""The catalog with everybody's rows: for accounts, admins, health, share links and what counts over all coaches.

A view that is for coaches takes rows from ``accounts.viewer.catalog()`` alone. Which modules may import this one is
a table in tests/web/test_access.py.
"""

from __future__ import annotations

from flask import current_app

from .services import EXTENSION, WebServices


def unrestricted() -> WebServices:
    """The services of the running application with everybody's rows."""
    services: WebServices = current_app.extensions[EXTENSION]
    return services
