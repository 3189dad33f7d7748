"""A whole little installation in a temporary folder: catalog, storage, queue, and processes to work it."""

from __future__ import annotations

import contextlib
import io
import json
import os
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from shadow_trainer.catalog import User, migrate, open_catalog
from shadow_trainer.jobs.maintenance.chores import CHORES
from shadow_trainer.jobs.queue.manager import JobManager
from shadow_trainer.jobs.queue.open import make_manager
from shadow_trainer.jobs.queue.status import JobStatus
from shadow_trainer.jobs.redis import embedded
from shadow_trainer.services import Services
from shadow_trainer.settings import Settings
from shadow_trainer.storage import open_storage
from tests.jobs import fakes
from tests.jobs.forked import Forked
from tests.jobs.knocks import in_place_of_redis

TEST_OVERRIDES = {"pipeline": "tests.jobs.fakes:run", "engines": "tests.jobs.fakes:Engines"}
# Generous, because the tests share their machine; nothing waits this long when all is well.
PATIENCE_S = 40.0


def small_settings(folder: Path, **more: Any) -> Settings:
    """Settings with short times."""
    values: dict[str, Any] = {
        "data_dir": str(folder),
        "retry_attempts": 2,
        "retry_intervals_s": "1,1",
        "retry_policies": "worker_lost=2@0/front; storage_full=2@60",
        "job_timeout_s": 30,
        "shutdown_grace_s": 1.0,
        "clock_tick_s": 0.5,
        "min_free_disk_mb": 1,
        "worker_ready_timeout_s": 60.0,
        "worker_nice": 0,
    }
    return Settings(**{**values, **more})


# For tests that wait until a dead worker is missed. Too short where it must not be missed: machines stand still.
SOON_MISSED = {"worker_silence_s": 4.0}


class Rig:
    """Use as a context manager; ends everything it started."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.data = settings.data_path
        self.processes: list[Forked] = []
        migrate(settings)
        self.catalog, self.storage = open_catalog(settings), open_storage(settings.storage_address, settings)
        self.redis = embedded.start(settings) if settings.use_rq and not settings.redis_url else None
        self.jobs = self.manager()

    def __enter__(self) -> Rig:
        return self

    def __exit__(self, *_: object) -> None:
        self.jobs.close()
        for process in self.processes:
            with contextlib.suppress(ProcessLookupError):
                process.send_signal(signal.SIGCONT)
                process.terminate()
        for process in self.processes:
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
        if self.redis:
            self.redis.stop()
        self.catalog.close()

    def manager(self, **changes: Any) -> JobManager:
        """A manager as a web process would make one."""
        settings = replace(self.settings, **changes)
        return make_manager(
            Services(settings, self.catalog, self.storage),
            chores=CHORES,
            pipeline=fakes.run,
            engines=fakes.Engines(settings),
        )

    # Processes

    def worker(self, name: str = "w1", queue: str = "pose,batch,maintenance") -> Forked:
        """A real worker process with the fake pipeline in its child."""
        return self._start("worker", {"name": name, "queue": queue})

    def clock(self) -> Forked:
        """A real clock process."""
        return self._start("clock", {})

    def _start(self, what: str, more: dict[str, Any]) -> Forked:
        order = {"what": what, "settings": asdict(self.settings), "test_overrides": TEST_OVERRIDES, **more}
        process = Forked(order, self.data / f"{what}.log")
        self.processes.append(process)
        return process

    def child_of(self, process: Forked) -> int:
        """The worker's child; waits until there is one."""
        import psutil

        children: list[int] = []

        def look() -> bool:
            children[:] = [child.pid for child in psutil.Process(process.pid).children()]
            return bool(children)

        self.until(look, "the worker's child")
        return children[0]

    def wait_workers(self, number: int = 1) -> None:
        """Wait until this many workers are registered."""
        self.until(lambda: self.jobs.worker_count() >= number, f"{number} workers")

    def until_missed_by(self, *processes: Forked) -> None:
        """Wait until each of them has looked for the Redis that is away."""
        ids = {process.pid for process in processes}
        with in_place_of_redis(self.settings) as knocked:
            self.until(lambda: ids <= knocked, "all to look for Redis")

    def logs(self) -> str:
        """What the processes said."""
        return "\n".join(path.read_text(errors="replace") for path in self.data.glob("*.log"))

    # Films

    def add(
        self,
        *,
        owner_id: int | None = None,
        queue: str = "pose",
        options: dict[str, Any] | None = None,
        **script: Any,
    ) -> str:
        """A video that behaves as told, in catalog and storage; its id."""
        key = f"analyses/{os.urandom(16).hex()}/original.mp4"
        analysis_id = key.split("/")[1]
        self.storage.put(key, io.BytesIO(json.dumps(script).encode()))
        row = self.catalog.analyses.create(
            analysis_id=analysis_id,
            title="Film",
            original_name="film.mp4",
            original_key=key,
            options=options or {"model_size": "xs"},
            owner_id=owner_id,
            queue=queue,
        )
        return row.id

    def coach(self, name: str) -> int:
        """A user's id."""
        user = User(name=name, password_hash="x")
        self.catalog.database.transact(lambda session: session.add(user))
        return user.id

    def send(self, *, owner_id: int | None = None, queue: str = "pose", **script: Any) -> str:
        """Add and submit."""
        analysis_id = self.add(owner_id=owner_id, queue=queue, **script)
        self.jobs.submit(analysis_id)
        return analysis_id

    def let_go(self, analysis_id: str) -> None:
        """Let a video that was told to ``hold`` go on."""
        (self.data / f"{analysis_id}.go").touch()

    def until(self, happened: Callable[[], Any], what: str, seconds: float = PATIENCE_S) -> float:
        """Wait for it; how long it took. Fails with the processes' logs."""
        started = time.monotonic()
        while not happened():
            if time.monotonic() - started > seconds:
                raise AssertionError(f"waited {seconds:g} s for {what}\n{self.logs()[-6000:]}")
            time.sleep(0.03)
        return time.monotonic() - started

    def until_state(self, analysis_id: str, *states: str, seconds: float = PATIENCE_S) -> JobStatus:
        """Wait until the job is in one of these states."""
        self.until(
            lambda: self.jobs.status(analysis_id).state in states,
            f"{analysis_id[:8]} {states}, is {self.jobs.status(analysis_id)}",
            seconds,
        )
        return self.jobs.status(analysis_id)

    def until_runs(self, analysis_id: str, stage: str = "pose", times: int = 1) -> None:
        """Wait until a stage has begun this many times."""
        self.until(lambda: self.ran(analysis_id).count(stage) >= times, f"{stage} to run {times} times")

    def ran(self, analysis_id: str) -> list[str]:
        """Stages that ran, in order."""
        return fakes.ran(self.data, analysis_id)

    def outcomes(self, analysis_id: str) -> list[str]:
        """Outcomes of the attempts."""
        return [attempt.outcome for attempt in self.catalog.attempts.of(analysis_id)]

    def files(self, analysis_id: str) -> list[str]:
        """Names below the analysis' storage folder."""
        return [key.split("/", 2)[2] for key in self.storage.list(f"analyses/{analysis_id}")]

    def work_left(self) -> list[str]:
        """Work folders that exist."""
        return [path.name for path in (self.data / "work").glob("*") if path.is_dir()]
