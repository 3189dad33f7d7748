"""What every view needs, opened once per process: settings, storage, the queue, and behind them the catalog.

A view is given :func:`current`, which has no catalog: rows come from ``accounts.viewer.catalog()``, which has the
viewer's alone. Everybody's rows are in :mod:`.unrestricted`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import Flask, current_app

from ...services import Services, open_services
from ...settings import Settings

if TYPE_CHECKING:
    from ...catalog import Catalog
    from ...jobs.queue.manager import JobManager
    from ...storage import Storage

EXTENSION = "shadow"


@dataclass(frozen=True)
class WebServices(Services):
    """The services of this process and its way to the queue, at ``app.extensions["shadow"]``."""

    jobs: JobManager


@dataclass(frozen=True)
class ViewServices:
    """What a view is given of them."""

    settings: Settings
    storage: Storage
    jobs: JobManager


def connect(
    settings: Settings,
    *,
    catalog: Catalog | None = None,
    storage: Storage | None = None,
    jobs: JobManager | None = None,
) -> WebServices:
    """Open what was not handed in. Nothing here talks to Redis or the database yet."""
    from ...jobs.maintenance.chores import CHORES
    from ...jobs.queue.open import make_manager

    opened = open_services(settings, catalog=catalog, storage=storage)
    jobs = jobs or make_manager(opened, chores=CHORES)
    return WebServices(settings, opened.catalog, opened.storage, jobs)


def services_of(app: Flask) -> ViewServices:
    """The services of an application, as views are given them."""
    services: WebServices = app.extensions[EXTENSION]
    return ViewServices(services.settings, services.storage, services.jobs)


def current() -> ViewServices:
    """The services of the running application, as views are given them."""
    return services_of(current_app)
