"""The clock: one process that schedules retries and repairs what broke. Run several; one leads.

Each second: retries whose time has come. Each tick (SHADOW_CLOCK_TICK_S): registries, jobs lost between queue
and worker, the catalog against the queue. Now and then: alerts, left-over files, retention, the nightly copy.
"""

from __future__ import annotations

import logging
import os
import signal
import socket
import threading
import time
from collections.abc import Callable
from types import FrameType

import redis
from rq.scheduler import RQScheduler

from shadow_trainer.errors import ShadowError
from shadow_trainer.jobs import alerts, housekeeping, repairs
from shadow_trainer.jobs.leader import Leader
from shadow_trainer.jobs.redis import connect
from shadow_trainer.jobs.rq_backend import QUEUES, RqJobManager
from shadow_trainer.settings import Settings

log = logging.getLogger("workers.clock")

PULSE_S = 1.0
WATCH_S, SWEEP_S, CALENDAR_S = 10.0, 60.0, 600.0
# A fresh installation's worker is still loading its model: nothing to be alarmed about yet.
WATCH_AFTER_S = 60.0
HALF_UPLOADED_S = 3600.0
REMOTE_SWEEP_S = 1800.0  # a bucket is looked through by requests that cost money
ANALYSIS_QUEUES = ("pose", "batch")


class Clock:
    """Build, then :meth:`run` until SIGTERM, or call :meth:`pulse` yourself (tests)."""

    def __init__(self, settings: Settings, manager: RqJobManager) -> None:
        self.settings, self.manager = settings, manager
        self.connection = manager.connection
        self.name = f"{socket.gethostname()}.{os.getpid()}.{id(self):x}"
        self.leader = Leader(self.connection, self.name)
        self._stop = threading.Event()
        self._due: dict[str, float] = {"watch": time.monotonic() + WATCH_AFTER_S}
        self._leading = False
        self._scheduler = RQScheduler(QUEUES, connection=self.connection, logging_level=logging.WARNING)
        # Our leader lock replaces the scheduler's own, which would outlive a killed clock by a minute.
        self._scheduler._connection = self.connection
        self._scheduler.prepare_registries(QUEUES)

    def run(self) -> None:
        """Pulse until told to stop."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self.stop)
        log.info("the clock runs as %s", self.name)
        while not self._stop.wait(PULSE_S):
            try:
                self.pulse()
            except (redis.RedisError, ShadowError) as error:
                log.warning("a pulse was skipped: %s: %s", type(error).__name__, error)
            except Exception:
                # Whatever broke, the next pulse may succeed; a clock that is gone repairs nothing.
                log.exception("a pulse broke")
        self._resign()

    def stop(self, signum: int = 0, frame: FrameType | None = None) -> None:
        """End :meth:`run` after the present pulse."""
        self._stop.set()

    def pulse(self) -> bool:
        """Do what is due if this clock leads; whether it does."""
        leading = self.leader.lead()
        if leading != self._leading:
            log.info("this clock %s", "leads" if leading else "waits: another one leads")
            self._leading = leading
        if not leading:
            return False
        self._scheduler.enqueue_scheduled_jobs()
        self._every(self.settings.clock_tick_s, "mend", self.mend)
        self._every(WATCH_S, "watch", self.watch)
        self._every(SWEEP_S, "sweep", self.sweep)
        often_s = REMOTE_SWEEP_S if self.manager.storage.remote else SWEEP_S
        self._every(often_s, "the sweep of the storage", self.sweep_storage)
        self._every(CALENDAR_S, "calendar", self.calendar)
        return True

    def watch(self) -> None:
        """Alerts. They are looked for here and not in a job, which would stall with the queue."""
        alerts.watch(self.manager)

    def calendar(self) -> None:
        """The nightly backup, and retention."""
        if housekeeping.backup_due(self.manager):
            housekeeping.backup_beside(self.manager)
        housekeeping.expire(self.manager)

    def mend(self) -> None:
        """Registries and strays."""
        for name in QUEUES:
            repairs.mend_queue(self.manager, self.manager.queue(name))
        repairs.reconcile(self.manager)

    def sweep(self) -> None:
        """Files and jobs that nobody owns any more."""
        repairs.forget_ended(self.manager, ANALYSIS_QUEUES)
        repairs.sweep_work(self.manager)

    def sweep_storage(self) -> None:
        """Files of the storage that nobody owns."""
        repairs.sweep_storage(self.manager, HALF_UPLOADED_S)

    def _every(self, seconds: float, name: str, work: Callable[[], None]) -> None:
        """Call ``work`` when its time has come; one failure must not keep the others from their turn."""
        moment = time.monotonic()
        if moment < self._due.get(name, 0.0):
            return
        self._due[name] = moment + seconds
        try:
            work()
        except ShadowError as error:
            log.warning("%s was skipped: %s", name, error)

    def _resign(self) -> None:
        try:
            self.leader.resign()
        except redis.RedisError:
            log.info("the lock runs out by itself")


def make_clock(settings: Settings) -> Clock:
    """A clock with a patient connection of its own."""
    from shadow_trainer.catalog import open_catalog
    from shadow_trainer.storage import open_storage

    manager = RqJobManager(
        settings,
        open_catalog(settings),
        open_storage(settings.storage_address, settings),
        connection=connect(settings, "worker"),
    )
    return Clock(settings, manager)
