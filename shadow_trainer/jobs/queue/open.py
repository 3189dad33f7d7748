"""Opening the job manager of the back end that the settings ask for."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ...services import Services
from ..attempt import retry_policy
from .chores import Chores
from .manager import JobManager

if TYPE_CHECKING:
    from .rq_backend import RqJobManager


def make_manager(
    services: Services,
    *,
    chores: Chores | None = None,
    pipeline: Callable[..., dict[str, Any]] | None = None,
    engines: Any = None,
) -> JobManager:
    """The manager that ``settings.use_rq`` asks for. Nothing is connected before the first call.

    ``chores``: what a manager with a pool does beside the analyses (a web process gives
    :data:`shadow_trainer.jobs.maintenance.chores.CHORES`); without, it only looks and submits, as a command does.
    ``pipeline`` and ``engines`` replace the real ones in legacy mode (see :class:`..attempt.runner.Runner`).
    """
    # A policy that cannot be read is said now, not at the first failure.
    retry_policy.parse(services.settings.retry_policies)
    if services.settings.use_rq is True:
        from .rq_backend import RqJobManager

        return RqJobManager(services)
    parts: dict[str, Any] = {"chores": chores, "pipeline": pipeline, "engines": engines}
    if services.settings.use_rq:
        from .both_backends import BothJobManager

        return BothJobManager(services, **parts)
    from .threads_backend import ThreadJobManager

    return ThreadJobManager(services, **parts)


def rq_part(manager: JobManager) -> RqJobManager | None:
    """What of a manager is RQ's; None in legacy mode."""
    from .rq_backend import RqJobManager

    part = getattr(manager, "rq", manager)
    return part if isinstance(part, RqJobManager) else None
