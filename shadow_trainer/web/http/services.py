"""What every view needs, opened once per process: settings, catalog, storage and the queue."""

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
    """The services of this process and its way to the queue."""

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


def services_of(app: Flask) -> WebServices:
    """The services of an application."""
    services: WebServices = app.extensions[EXTENSION]
    return services


def current() -> WebServices:
    """The services of the running application."""
    return services_of(current_app)
