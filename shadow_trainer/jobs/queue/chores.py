"""The periodic work of legacy mode, which the clock and the workers do where there is a queue in Redis."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..attempt.runner import Runner
    from .manager import JobManager


@dataclass(frozen=True)
class Chores:
    """``each_minute``: alerts and schedules. ``self_test``: made here, in the name of a worker."""

    each_minute: Callable[[JobManager], None]
    self_test: Callable[[Runner, str], object]
