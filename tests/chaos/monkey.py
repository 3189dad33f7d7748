"""Breaks a running installation at random moments, and keeps restarting what ended, as a supervisor does."""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import signal
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial

import psutil
import redis

from shadow_trainer.catalog import utcnow
from shadow_trainer.errors import SetupError
from shadow_trainer.jobs.redis import embedded
from tests.jobs.forked import Forked
from tests.jobs.rig import Rig
from tests.jobs.small_disk import Disk

LOCKED_S = (0.5, 3.0)
FULL_S = (0.5, 2.0)


class Supervisor:
    """Named processes that are started again when they end."""

    def __init__(self, rig: Rig, workers: int, clocks: int) -> None:
        self.rig, self.generation = rig, Counter[str]()
        self.names = [f"w{n}" for n in range(workers)] + [f"clock{n}" for n in range(clocks)]
        self.running: dict[str, Forked] = {}
        self.pids: set[int] = set()
        self.tend()

    def tend(self) -> None:
        """Start what does not run."""
        for name in self.names:
            process = self.running.get(name)
            if process is None or process.poll() is not None:
                self.generation[name] += 1
                unique = f"{name}.{self.generation[name]}"
                self.running[name] = self.rig.clock() if name.startswith("clock") else self.rig.worker(unique)
                self.pids.add(self.running[name].pid)
        for name in self.workers():
            self.pids.update(self.children(name))

    def workers(self) -> list[str]:
        """Names of the workers."""
        return [name for name in self.names if name.startswith("w")]

    def children(self, name: str) -> list[int]:
        """Process ids of a worker's children."""
        with contextlib.suppress(psutil.Error):
            return [child.pid for child in psutil.Process(self.running[name].pid).children()]
        return []

    def left_over(self) -> list[int]:
        """Processes that this installation ever had and that still run."""
        leftovers = []
        for pid in self.pids:
            with contextlib.suppress(psutil.Error):
                process = psutil.Process(pid)
                ours = any(w in " ".join(process.cmdline()) for w in ("worker_child", "tests.jobs.processes"))
                if ours and process.status() != psutil.STATUS_ZOMBIE:
                    leftovers.append(pid)
        return leftovers


class Monkey:
    """Chooses what to break. The same seed breaks the same things at the same distances.

    ``pause_s``: usual distance of two faults; ``stopped_s``: the longest that a process stands still.
    """

    def __init__(
        self,
        rig: Rig,
        supervisor: Supervisor,
        seed: int,
        *,
        pause_s: float,
        stopped_s: float,
        disk: Disk | None = None,
    ) -> None:
        self.stopped_s = stopped_s
        self.disk, self.killed = disk, list[tuple[str, datetime]]()
        self.rig, self.supervisor, self.pause_s = rig, supervisor, pause_s
        self.random = random.Random(seed)
        self.done: Counter[str] = Counter()
        self.half = False
        self.acts: list[tuple[int, Callable[[], None]]] = [
            (4, self.kill_worker),
            (4, self.kill_child),
            (3, self.kill_both),
            (3, self.terminate_worker),
            (2, self.terminate_all_of_a_worker),
            (2, self.stop_worker_for_a_while),
            (2, self.stop_child_for_a_while),
            (2, self.restart_redis),
            (1, self.restart_redis_empty),
            (1, self.empty_redis),
            (2, self.lock_database),
            (2, self.fill_disk),
            (2, self.kill_clock),
        ]

    def run(self, seconds: float) -> None:
        """Break things for this long, and until every kind was broken; the supervisor restarts what ended."""
        until = time.monotonic() + seconds
        for act in self._deck():
            if time.monotonic() > until and len(self.done) == len(self.acts):
                return
            time.sleep(self.random.uniform(0.2, 2) * self.pause_s)
            self._do(act)
            if not self.half and time.monotonic() > until - seconds / 2:
                self.half = True
                self._do(self.empty_redis)

    def _do(self, act: Callable[[], None]) -> None:
        self.done[act.__name__] += 1
        act()
        self.supervisor.tend()

    def _deck(self) -> Iterator[Callable[[], None]]:
        """Every kind once in any order, then each as often as it weighs, in any order, again and again."""
        once = [act for _, act in self.acts]
        weighed = [act for weight, act in self.acts for _ in range(weight)]
        yield from self.random.sample(once, len(once))
        while True:
            yield from self.random.sample(weighed, len(weighed))

    def _worker(self) -> str:
        return self.random.choice(self.supervisor.workers())

    def _send(self, number: signal.Signals, *pids: int) -> None:
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)

    def kill_worker(self) -> None:
        self._send(signal.SIGKILL, self.supervisor.running[self._worker()].pid)

    def kill_child(self) -> None:
        self._send(signal.SIGKILL, *self.supervisor.children(self._worker()))

    def kill_both(self) -> None:
        name = self._worker()
        children = self.supervisor.children(name)
        # What it had in hand; how soon that runs again is printed.
        pid = self.supervisor.running[name].pid
        held = [
            row.id for row in self.rig.catalog.statistics.processing() if f"{name}." in (row.worker or "")
        ]
        self._send(signal.SIGKILL, pid, *children)
        self.killed += [(film, utcnow()) for film in held]

    def terminate_worker(self) -> None:
        self._send(signal.SIGTERM, self.supervisor.running[self._worker()].pid)

    def terminate_all_of_a_worker(self) -> None:
        name = self._worker()
        self._send(signal.SIGTERM, *self.supervisor.children(name), self.supervisor.running[name].pid)

    def stop_worker_for_a_while(self) -> None:
        self._pause(self.supervisor.running[self._worker()].pid)

    def stop_child_for_a_while(self) -> None:
        self._pause(*self.supervisor.children(self._worker()))

    def _pause(self, *pids: int) -> None:
        self._send(signal.SIGSTOP, *pids)
        timer = threading.Timer(self.random.uniform(0.5, self.stopped_s), self._send, (signal.SIGCONT, *pids))
        timer.daemon = True
        timer.start()

    def restart_redis(self, *, keep: bool = True) -> None:
        assert self.rig.redis
        self.rig.redis.kill()
        if not keep:
            shutil.rmtree(self.rig.data / "redis" / "appendonlydir", ignore_errors=True)
            for path in (self.rig.data / "redis").glob("appendonly*"):
                path.unlink(missing_ok=True)
        time.sleep(self.random.uniform(0, 2))
        self.rig.until(self._redis_starts, "Redis to start", 20)

    def _redis_starts(self) -> bool:
        # With a full disk it does not; its supervisor tries again.
        with contextlib.suppress(SetupError):
            self.rig.redis = embedded.start(self.rig.settings)
            return True
        return False

    def restart_redis_empty(self) -> None:
        self.restart_redis(keep=False)

    def empty_redis(self) -> None:
        self.rig.until(self._redis_is_emptied, "Redis to take a command", 20)

    def _redis_is_emptied(self) -> bool:
        # While the disk is full it takes nothing.
        with contextlib.suppress(redis.ResponseError, redis.ConnectionError):
            return bool(self.rig.jobs.connection.flushall())
        return False

    def lock_database(self) -> None:
        """Hold SQLite's write lock, as a stuck backup would."""
        seconds = self.random.uniform(*LOCKED_S)

        def hold() -> None:
            connection = sqlite3.connect(self.rig.data / "shadow.db", isolation_level=None, timeout=5)
            with contextlib.suppress(sqlite3.OperationalError):
                connection.execute("BEGIN IMMEDIATE")
                time.sleep(seconds)
                connection.execute("COMMIT")
            connection.close()

        threading.Thread(target=hold, daemon=True).start()

    def fill_disk(self) -> None:
        """The disk of everything (work folders, storage, database, Redis) is really full for a while; where no
        disk could be mounted, the stages are told so.
        """
        marker = self.rig.data / "disk_full"
        end = self.disk.free if self.disk else partial(marker.unlink, missing_ok=True)
        timer = threading.Timer(self.random.uniform(*FULL_S), end)
        timer.daemon = True
        timer.start()
        self.disk.fill() if self.disk else marker.touch()

    def kill_clock(self) -> None:
        clocks = [name for name in self.supervisor.names if name.startswith("clock")]
        self._send(signal.SIGKILL, self.supervisor.running[self.random.choice(clocks)].pid)
