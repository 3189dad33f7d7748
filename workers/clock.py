"""The clock: one process that schedules retries and repairs what broke. Run several; one leads.

Each second: retries whose time has come. Each tick (SHADOW_CLOCK_TICK_S): registries, jobs lost between queue
and worker, the catalog against the queue. Every ten seconds: alerts. By the calendar: :mod:`shadow_trainer.jobs.maintenance.schedules`.
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

from shadow_trainer.errors import ShadowError
from shadow_trainer.jobs.maintenance import alerts, schedules
from shadow_trainer.jobs.queue import reconcile
from shadow_trainer.jobs.queue.lost_redraws import LostRedraws
from shadow_trainer.jobs.queue.rq_backend import RqJobManager
from shadow_trainer.jobs.redis import rq_adapter
from shadow_trainer.jobs.redis.client import connect, hurry
from shadow_trainer.jobs.redis.leader_lock import LeaderLock, say_alive
from shadow_trainer.services import open_services
from shadow_trainer.settings import QUEUES, Settings

log = logging.getLogger("workers.clock")

PULSE_S = 1.0
WATCH_S, FORGET_S, CALENDAR_S = 10.0, 60.0, 5.0
# A fresh installation's worker is still loading its model: nothing to be alarmed about yet.
WATCH_AFTER_S = 60.0
ANALYSIS_QUEUES = ("pose", "batch")


class Clock:
    """Build, then :meth:`run` until SIGTERM, or call :meth:`pulse` yourself (tests)."""

    def __init__(self, settings: Settings, manager: RqJobManager) -> None:
        self.settings, self.manager = settings, manager
        self.connection = manager.connection
        self.name = f"{socket.gethostname()}.{os.getpid()}.{id(self):x}"
        self.leader = LeaderLock(self.connection, self.name)
        self._stop = threading.Event()
        self._due: dict[str, float] = {"watch": time.monotonic() + WATCH_AFTER_S}
        self._leading = False
        self._redraws = LostRedraws(manager)
        self._aside: dict[str, threading.Thread] = {}
        self._scheduler = rq_adapter.scheduler(QUEUES, self.connection)

    def run(self) -> None:
        """Pulse until told to stop."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self.stop)
        log.info("the clock runs as %s", self.name)
        while not self._stop.is_set():
            try:
                self.pulse()
            except (redis.RedisError, ShadowError) as error:
                log.warning("a pulse was skipped: %s: %s", type(error).__name__, error)
            except Exception:
                # Whatever broke, the next pulse may succeed; a clock that is gone repairs nothing.
                log.exception("a pulse broke")
            self._stop.wait(PULSE_S)
        self._resign()

    def stop(self, signum: int = 0, frame: FrameType | None = None) -> None:
        """End :meth:`run` after the present pulse, which waits for Redis no longer."""
        self._stop.set()
        hurry(self.connection)

    def pulse(self) -> bool:
        """Do what is due if this clock leads; whether it does."""
        say_alive(self.connection, socket.gethostname())
        leading = self.leader.lead()
        if leading != self._leading:
            log.info("this clock %s", "leads" if leading else "waits: another one leads")
            self._leading = leading
        if not leading:
            return False
        rq_adapter.enqueue_due(self._scheduler)
        self._every(self.settings.clock_tick_s, "mend", self.mend)
        self._every(FORGET_S, "forget", self.forget)
        if self.settings.in_rq("maintenance"):  # else the web process does it
            self._every(WATCH_S, "watch", lambda: self._beside("watch", self.watch))
            self._every(CALENDAR_S, "calendar", lambda: self._beside("calendar", self.calendar))
        return True

    def watch(self) -> None:
        """Alerts. They are looked for here and not in a job, which would stall with the queue."""
        alerts.watch(self.manager)

    def calendar(self) -> None:
        """What is due of :data:`shadow_trainer.jobs.maintenance.schedules.SCHEDULES`."""
        schedules.run_due(self.manager)

    def _beside(self, name: str, work: Callable[[], None]) -> None:
        """In a thread, one of each kind: a large database takes minutes to copy, and a webhook that does not
        answer seconds for each alert. Retries and the leader's lock must not wait for that.
        """
        if name not in self._aside or not self._aside[name].is_alive():
            self._aside[name] = threading.Thread(
                target=self._quietly, args=(name, work), name=name, daemon=True
            )
            self._aside[name].start()

    def _quietly(self, name: str, work: Callable[[], None]) -> None:
        try:
            work()
        except (redis.RedisError, ShadowError) as error:
            log.warning("%s was skipped: %s", name, error)

    def mend(self) -> None:
        """Registries and strays. First it is seen whether leases could be renewed at all."""
        self.manager.catalog.database.probe()
        for name in QUEUES:
            reconcile.mend_queue(self.manager.services, self.manager.queue(name))
        reconcile.reconcile(self.manager)

    def forget(self) -> None:
        """Jobs in Redis that nobody owns any more, and redraws that Redis has forgotten."""
        reconcile.forget_ended(self.manager, ANALYSIS_QUEUES)
        if self.settings.in_rq("batch"):
            self._redraws.ask_again()

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
            LeaderLock(connect(self.settings, "farewell"), self.name).resign()
        except redis.RedisError:
            log.info("the lock runs out by itself")


def make_clock(settings: Settings) -> Clock:
    """A clock with a patient connection of its own."""
    manager = RqJobManager(open_services(settings), connection=connect(settings, "worker"))
    return Clock(settings, manager)
