"""Whether everything answers that the web depends on."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Callable
from typing import Any

from ...errors import ShadowError
from ..http.unrestricted import unrestricted
from ..uploads.stream import MB

log = logging.getLogger(__name__)


def ready_checks() -> dict[str, dict[str, Any]]:
    """Each dependency: ``{ok, detail}``. Nothing here raises."""
    services = unrestricted()

    def catalog() -> str:
        services.catalog.statistics.counts()
        return ""

    def storage() -> str:
        services.storage.check()
        return ""

    def disk() -> str:
        free = shutil.disk_usage(services.settings.data_path).free
        least = services.settings.min_free_disk_mb * MB
        return "" if free >= least else f"Only {free // MB} MB are free; {least // MB} are needed."

    wrong = {
        name: _asked(check) for name, check in (("catalog", catalog), ("storage", storage), ("disk", disk))
    }
    try:
        wrong |= services.jobs.ready()
    except Exception as error:  # a driver's own error is an answer here, not a crash
        log.exception("the queue could not be asked")
        wrong["queue"] = type(error).__name__
    return {name: {"ok": not words, "detail": words or "answers"} for name, words in wrong.items()}


def _asked(check: Callable[[], str]) -> str:
    try:
        return check()
    except ShadowError as error:
        return error.message
    except Exception as error:  # as above
        log.exception("a readiness check broke")
        return type(error).__name__
