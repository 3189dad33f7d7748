"""The parent's handle on its one persistent child process."""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict

import psutil

from shadow_trainer.settings import ROOT, Settings

# Answers of the child, one byte each.
READY, DONE, REPLACE_ME, FAILED = b"R", b".", b"x", b"E"
MB = 1_000_000
EXIT_S = 3.0


class ChildFailed(Exception):
    """The child could not get ready; the text says why."""


class Child:
    """At most one running child: start it, wait until it is ready, give it jobs, end it.

    ``test_overrides`` are dotted names that replace parts inside the child (tests); none in production.
    """

    def __init__(
        self, settings: Settings, worker: str, queue: str, test_overrides: dict[str, str] | None = None
    ) -> None:
        self.settings = settings
        self._header = json.dumps(
            {
                "settings": asdict(settings),
                "worker": worker,
                "queue": queue,
                "test_overrides": test_overrides or {},
            }
        )
        self._process: subprocess.Popen[bytes] | None = None
        self._answers = -1
        self.ready = False
        self.jobs = 0

    @property
    def pid(self) -> int:
        """Process id of the running child; 0 without one."""
        return self._process.pid if self._process and self._process.poll() is None else 0

    @property
    def memory_mb(self) -> float:
        """Resident memory in megabytes; 0 without a child."""
        with contextlib.suppress(psutil.Error):
            return psutil.Process(self.pid).memory_info().rss / MB if self.pid else 0.0
        return 0.0

    def start(self) -> None:
        """Start a fresh child in a process group of its own; a former one is ended first."""
        self.stop()
        answers, child_end = os.pipe()
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "workers.worker_child", str(child_end)],
                cwd=ROOT,
                stdin=subprocess.PIPE,
                pass_fds=(child_end,),
                process_group=0,
            )
        finally:
            os.close(child_end)
        self._answers, self.ready, self.jobs = answers, False, 0
        self._write(self._header)

    def wait_ready(self, timeout_s: float, tick: Callable[[], None]) -> None:
        """Wait for the child's word that it may be given a job; ``tick`` is called each second.

        Raises ChildFailed with the child's own words when it cannot, dies, or takes too long.
        """
        deadline = time.monotonic() + timeout_s
        while not self.ready:
            answer = self.answer(1.0)
            if answer == READY:
                self.ready = True
            elif answer is not None:
                words = os.read(self._answers, 4096).decode(errors="replace") if answer == FAILED else ""
                self.kill()
                raise ChildFailed(words or "the child ended before it was ready")
            elif time.monotonic() > deadline:
                self.kill()
                raise ChildFailed(f"the child was not ready after {timeout_s:g} s")
            else:
                tick()

    def give(self, job_id: str, execution_id: str) -> None:
        """Hand over one job. A child that died meanwhile is noticed by :meth:`answer`."""
        self.jobs += 1
        self._write(f"{job_id} {execution_id}")

    def answer(self, timeout_s: float) -> bytes | None:
        """The child's next byte; None when it says nothing within the time; empty when it is dead."""
        if self._answers < 0:
            return b""
        readable, _, _ = select.select([self._answers], [], [], timeout_s)
        if readable:
            return os.read(self._answers, 1)
        # A process that the child started may still hold the pipe open.
        return None if self.pid else b""

    def kill(self) -> None:
        """End the child and everything in its group, at once. Safe from any thread."""
        process = self._process
        if process is not None and process.poll() is None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)

    def reap(self) -> int | None:
        """Wait for a child that is ending; its return code (negative: the signal)."""
        code = None
        if self._process is not None:
            try:
                code = self._process.wait(EXIT_S)
            except subprocess.TimeoutExpired:
                self.kill()
                code = self._process.wait()
            if self._process.stdin:
                with contextlib.suppress(OSError):
                    self._process.stdin.close()
        if self._answers >= 0:
            os.close(self._answers)
        self._process, self._answers, self.ready = None, -1, False
        return code

    def stop(self) -> None:
        """End an idle child in order: it leaves when its stdin closes."""
        if self._process is not None and self._process.stdin:
            with contextlib.suppress(OSError):
                self._process.stdin.close()
        self.reap()

    def _write(self, line: str) -> None:
        stdin = self._process.stdin if self._process else None
        with contextlib.suppress(OSError):
            if stdin is not None:
                stdin.write(line.encode() + b"\n")
                stdin.flush()
