"""What web, jobs and workers are given: the settings, the catalog and the storage, opened once per process."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .catalog import Catalog
    from .settings import Settings
    from .storage import Storage


@dataclass(frozen=True)
class Services:
    """The settings of this process, its catalog and its storage."""

    settings: Settings
    catalog: Catalog
    storage: Storage


def open_services(
    settings: Settings, *, catalog: Catalog | None = None, storage: Storage | None = None
) -> Services:
    """Open what was not handed in. Neither the database nor a bucket is asked for anything yet."""
    from .catalog import open_catalog
    from .storage import open_storage

    return Services(
        settings,
        catalog or open_catalog(settings),
        storage or open_storage(settings.storage_address, settings),
    )
