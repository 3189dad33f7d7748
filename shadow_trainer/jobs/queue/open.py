"""Opening the job manager of the back end that the settings ask for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...services import Services
from ..attempt import retry_policy
from .chores import Chores
from .manager import JobManager


def make_manager(
    services: Services,
    *,
    chores: Chores | None = None,
    pipeline: Callable[..., dict[str, Any]] | None = None,
    engines: Any = None,
) -> JobManager:
    """The manager that ``settings.use_rq`` asks for. Nothing is connected before the first call.

    ``chores``: what a legacy manager does beside the analyses (a web process gives
    :data:`shadow_trainer.jobs.maintenance.chores.CHORES`); without, it only looks and submits, as a command does.
    ``pipeline`` and ``engines`` replace the real ones in legacy mode (see :class:`..attempt.runner.Runner`).
    """
    # A policy that cannot be read is said now, not at the first failure.
    retry_policy.parse(services.settings.retry_policies)
    if services.settings.use_rq:
        from .rq_backend import RqJobManager

        return RqJobManager(services)
    from .threads_backend import ThreadJobManager

    return ThreadJobManager(services, chores=chores, pipeline=pipeline, engines=engines)
