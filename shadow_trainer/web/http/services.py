"""What every view needs, built once per process: settings, catalog, storage and the queue."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import current_app

from ...settings import Settings


@dataclass(frozen=True)
class Shadow:
    """The application's own extension, at ``app.extensions["shadow"]``."""

    settings: Settings
    catalog: Any
    storage: Any
    jobs: Any


def connect(settings: Settings, *, catalog: Any = None, storage: Any = None, jobs: Any = None) -> Shadow:
    """Open what was not handed in. Nothing here talks to Redis or the database yet."""
    if storage is None:
        from ...storage import open_storage

        storage = open_storage(settings.storage_address, settings)
    if catalog is None:
        from ...catalog import open_catalog

        catalog = open_catalog(settings)
    if jobs is None:
        from ...jobs.maintenance.chores import CHORES
        from ...jobs.queue.open import make_manager
        from ...services import Services

        jobs = make_manager(Services(settings, catalog, storage), chores=CHORES)
    return Shadow(settings, catalog, storage, jobs)


def current() -> Shadow:
    """The extension of the running application."""
    return current_app.extensions["shadow"]
