"""A thread pool inside the web process, with the same interface, states and promises as the queue.

In legacy mode it runs every kind of job, beside RQ the kinds that are not RQ's. The catalog is the queue. Of all web processes on this machine one holds a lock file and works (the leader);
the others only submit, and take over when it ends. What a leader that died was doing starts again at once.
"""

from __future__ import annotations

import contextlib
import fcntl
import logging
import os
import socket
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import IO, Any

from ... import logs
from ...catalog import Analysis, utcnow
from ...catalog.statistics import BULK
from ...errors import Canceled, ShadowError, Unavailable
from ...services import Services
from ...settings import QUEUES
from ...vocabulary import State
from ..attempt import settlement
from ..attempt.retry_policy import Lost
from ..attempt.runner import Runner
from ..pipeline.engines import Engines
from . import overview
from .chores import Chores
from .lost_redraws import LostRedraws
from .manager import Drawing, JobManager
from .status import Live

log = logging.getLogger(__name__)

POLL_S = 0.5
SWEEP_S = 60.0
PREFIX = overview.THREADS
MAINTENANCE = "maintenance"


class Heard:
    """What a running attempt has told of itself."""

    def __init__(self) -> None:
        self.stage, self.percent, self.done, self.video_frames = "", 0.0, (0, 0), 0

    def frames(self, done: int, total: int) -> None:
        """Frames (or steps) done in the stage."""
        self.done = (done, total)

    def video_has(self, frames: int) -> None:
        """Frames of the whole video."""
        self.video_frames = frames

    def __call__(self, stage: str, percent: float) -> None:
        """Called at most twice a second."""
        self.stage, self.percent = stage, percent


class ThreadJobManager(JobManager):
    """See :class:`.manager.JobManager`."""

    kind = "threads"

    def __init__(
        self,
        services: Services,
        *,
        chores: Chores | None = None,
        pipeline: Callable[..., dict[str, Any]] | None = None,
        engines: Any = None,
        whole: JobManager | None = None,
    ) -> None:
        """Without ``chores`` it works nothing: it looks and submits. ``whole``: the manager of which it is a part."""
        super().__init__(services)
        self._whole = weakref.ref(whole or self)
        settings = services.settings
        self.runner = Runner(services, engines or Engines(settings), pipeline)
        self._chores = chores
        self.name = f"{PREFIX}{socket.gethostname()}.{os.getpid()}.{id(self):x}"
        self._live_progress: dict[str, Heard] = {}
        self._running: set[str] = set()
        self._drawing: dict[tuple[str, str], Drawing] = {}
        self._redrawing: dict[tuple[str, str], State] = {}
        self._testing: State | None = None
        self._joined: dict[str, float] = {}
        self._lock, self._wake, self._closing = threading.Lock(), threading.Event(), threading.Event()
        self._lock_file: IO[str] | None = None
        self._pool = ThreadPoolExecutor(settings.legacy_threads, thread_name_prefix="analysis")
        self._thread = threading.Thread(target=self._dispatch, name="dispatcher", daemon=True)
        if chores is not None:
            self._thread.start()
            _at_exit(self)

    def worker_count(self) -> int:
        """Threads that work, of this machine's leading web process."""
        return self.settings.legacy_threads

    def redraw(self, analysis_id: str, revision: str) -> None:
        """In this process' pool, after what is waiting there. One that waits or runs already is enough."""
        key = (analysis_id, revision)
        with self._lock:
            if key in self._redrawing or not self._thread.is_alive() or self._closing.is_set():
                return
            self._redrawing[key] = State.QUEUED
        self._pool.submit(self._redraw, analysis_id, revision)

    def is_redrawing(self, row: Analysis) -> bool:
        """See :class:`.manager.JobManager`; of this process."""
        return (row.id, str(row.revision)) in self._redrawing

    def other_jobs(self) -> list[overview.OtherJob]:
        """See :class:`.manager.JobManager`; of this process."""
        with self._lock:
            drawing, redrawing, testing = dict(self._drawing), dict(self._redrawing), self._testing
        jobs = [
            *(overview.redraw_job(*key, state) for key, state in redrawing.items()),
            *(overview.video_job(*key, known.state) for key, known in drawing.items()),
            *([overview.self_test_job(testing)] if testing is not None else []),
        ]
        return sorted(jobs, key=lambda job: job.state != State.PROCESSING)

    def _draw(self, analysis_id: str, name: str) -> Drawing:
        """In this process' pool, after what is waiting there."""
        key = (analysis_id, name)
        with self._lock:
            known = self._drawing.get(key)
            if known is not None:
                return known
            if not self._thread.is_alive() or self._closing.is_set():
                return Drawing(State.QUEUED)
            self._drawing[key] = Drawing(State.QUEUED)
        self._pool.submit(self._drawn, analysis_id, name)
        return Drawing(State.QUEUED)

    def close(self, *, grace_s: float | None = None) -> None:
        """Hand back what is running and stop; finished stages are kept for the next start."""
        self._closing.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join(POLL_S * 4)
        deadline = time.monotonic() + (self.settings.shutdown_grace_s if grace_s is None else grace_s)
        while self._running and time.monotonic() < deadline:
            time.sleep(0.05)
        self._hand_back()
        self._pool.shutdown(wait=False, cancel_futures=True)
        if self._lock_file is not None:
            self._lock_file.close()

    def request_self_test(self) -> bool:
        """See :class:`.manager.JobManager`; it runs in the pool between two analyses."""
        if self._chores is None:
            raise Unavailable(
                "The web server makes the self-test in its own threads; nobody else can have it made.",
                code="no_self_test",
                fix="It is made once a day; `/admin` says when and what came of it.",
            )
        with self._lock:
            if self._testing is not None:
                return False
            self._testing = State.QUEUED
        self._pool.submit(self._self_test)
        return True

    def _self_test(self) -> None:
        self._testing = State.PROCESSING
        try:
            with contextlib.suppress(ShadowError):  # it is written down, and in the log
                if self._chores is not None:
                    self._chores.self_test(self.runner, self.name)
        finally:
            self._testing = None

    def _enqueue(self, row: Analysis, *, at_front: bool = False) -> None:
        self._wake.set()

    def _live(self, row: Analysis) -> Live:
        heard = self._live_progress.get(row.id)
        position = None
        if row.state in (State.QUEUED, State.RETRYING):
            waiting = self._waiting_ids()
            position = waiting.index(row.id) + 1 if row.id in waiting else None
        if heard is None:
            return Live(position=position)
        done, total = heard.done
        return Live(None, heard.stage, heard.percent, position, done, total, heard.video_frames)

    def _stop(self, analysis_id: str) -> None:
        """Nothing to do: the running attempt asks the catalog several times a second."""

    def _forget(self, analysis_id: str) -> None:
        self._live_progress.pop(analysis_id, None)

    def _waiting_ids(self, now: datetime | None = None) -> list[str]:
        """What waits of the kinds that are worked here."""
        elsewhere = [name for name in QUEUES if self.settings.in_rq(name)]
        return self.catalog.statistics.waiting_ids(now=now, without=elsewhere)

    # The leader's thread

    def _dispatch(self) -> None:
        swept = 0.0
        redraws = LostRedraws(self)
        while not self._closing.is_set():
            try:
                if self._lead():
                    self._reclaim()
                    self._start_waiting()
                    if time.monotonic() - swept > SWEEP_S:
                        swept = time.monotonic()
                        self._each_minute(redraws)
            except ShadowError as error:
                log.warning("the catalog does not answer: %s", error)
            except Exception:
                log.exception("the dispatcher stumbled and goes on")
            self._wake.wait(POLL_S)
            self._wake.clear()

    def _each_minute(self, redraws: LostRedraws) -> None:
        """What the clock does where there is one; beside RQ, what is not of its kinds."""
        whole = self._whole()
        if self._chores is not None and whole is not None and not self.settings.in_rq(MAINTENANCE):
            self._chores.each_minute(whole)
        if not self.settings.in_rq(BULK):
            redraws.ask_again()

    def _hand_back(self) -> None:
        """Give up what is running; the attempts notice at their next check and end."""
        for analysis_id in list(self._running):
            settlement.handed_back(self.services, analysis_id, self.name)

    def _lead(self) -> bool:
        """Whether this process is the one that works; asks for the lock when nobody has it."""
        if self._lock_file is not None:
            return True
        self.settings.data_path.mkdir(parents=True, exist_ok=True)
        file = (self.settings.data_path / "legacy.lock").open("a")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            return False
        self._lock_file = file
        log.info("this process runs the analyses (legacy mode)")
        return True

    def _reclaim(self) -> None:
        """Attempts of leaders that died (we hold their lock), and of workers whose lease ran out."""
        here = f"{PREFIX}{socket.gethostname()}."
        for row in self.catalog.statistics.processing():
            with self._lock:
                ours = row.id in self._running
            if not ours and row.worker and row.worker.startswith(here) and row.worker != self.name:
                settlement.crashed(self.services, row.id, row.worker, Lost("The web process was ended."))

    def _start_waiting(self) -> None:
        expired = [
            row.id
            for row in self.catalog.statistics.processing()
            if not self.settings.in_rq(row.queue) and not self.catalog.attempts.lease_alive(row, utcnow())
        ]
        for analysis_id in [*expired, *self._in_turn()]:
            with self._lock:
                if len(self._running) >= self.settings.legacy_threads or self._closing.is_set():
                    return
                if analysis_id in self._running:
                    continue
                self._running.add(analysis_id)
            self._pool.submit(self._run, analysis_id)

    def _in_turn(self) -> list[str]:
        """What may start: bulk last, by priority, then by the time it joined the line. A video that was held because of
        its coach's other videos joins at the end, as it does in Redis.
        """
        held = self.catalog.statistics.held_ids(self.settings.coach_limit)
        waiting = [i for i in self._waiting_ids(utcnow()) if i not in held]
        joined = {i: self._joined.get(i, time.monotonic()) for i in waiting}
        self._joined = joined
        rank = {row.id: (row.queue == BULK, -row.priority) for row in self.catalog.statistics.active()}
        return sorted(waiting, key=lambda i: (rank.get(i, (False, 0)), joined[i]))

    def _run(self, analysis_id: str) -> None:
        heard = self._live_progress[analysis_id] = Heard()
        try:
            with logs.context(job_id=analysis_id):
                self.runner.run(analysis_id, self.name, listener=heard)
        except Exception:
            log.exception("the attempt could not be settled; it is taken up again when its lease runs out")
        finally:
            with self._lock:
                self._running.discard(analysis_id)
            self._live_progress.pop(analysis_id, None)
            self._wake.set()

    def _redraw(self, analysis_id: str, revision: str) -> None:
        from ..correction.redraw import redraw  # numpy; the web process has no use for it in queue mode

        key = (analysis_id, revision)
        self._redrawing[key] = State.PROCESSING
        try:
            with self._told(f"the report of {analysis_id} was not made again"):
                redraw(self.services, analysis_id, revision, check=self._check_open)
        finally:
            with self._lock:
                self._redrawing.pop(key, None)

    def _drawn(self, analysis_id: str, name: str) -> None:
        from ..correction.videos import draw

        def progress(done: int, total: int) -> None:
            percent = round(100 * done / max(total, 1), 1)
            self._drawing[analysis_id, name] = Drawing(State.PROCESSING, percent)

        try:
            with self._told(f"{name} of {analysis_id} was not drawn"):
                draw(self.services, analysis_id, name, progress=progress, check=self._check_open)
        finally:
            with self._lock:
                self._drawing.pop((analysis_id, name), None)

    def _check_open(self) -> None:
        if self._closing.is_set():
            raise Canceled("The server is stopping.")

    @contextlib.contextmanager
    def _told(self, words: str) -> Iterator[None]:
        """What goes wrong at a drawing is in the log; nobody waits for its answer."""
        try:
            yield
        except ShadowError as error:
            log.warning("%s: %s", words, error)
        except Exception:
            log.exception("%s", words)


def _at_exit(manager: ThreadJobManager) -> None:
    """Hand back what runs when the interpreter wants to end.

    The pool's own hook waits for its threads, in which a video may run for minutes; hooks run in the opposite
    order of their registration, so this one comes before it (``atexit`` would come after it).
    """
    kept = weakref.ref(manager)

    def leave() -> None:
        if (alive := kept()) is not None:
            alive.close(grace_s=0)

    threading._register_atexit(leave)  # type: ignore[attr-defined]
