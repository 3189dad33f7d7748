"""Processes of a test's installation, forked from one that has imported the project already.

Workers and clocks are real processes with their own memory, files and signals; only the half second of imports, which
each of some hundred would spend anew, is spent once.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from shadow_trainer.settings import ROOT
from tests.jobs import processes

PRELOADED = ["tests.jobs.processes", "workers.clock", "workers.pose_worker"]


class Forked:
    """What tests use of `subprocess.Popen`, for a process of the fork server."""

    def __init__(self, order: dict[str, Any], log: Path) -> None:
        self._process: BaseProcess = _context().Process(
            target=_run, args=(order, str(log), dict(os.environ)), daemon=True
        )
        self._process.start()
        assert self._process.pid is not None
        self.pid: int = self._process.pid

    @property
    def returncode(self) -> int | None:
        """Exit code, or the negative number of the signal that ended it; None while it runs."""
        return self._process.exitcode

    def poll(self) -> int | None:
        """See :attr:`returncode`."""
        return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int:
        """The exit code; raises subprocess.TimeoutExpired like Popen."""
        self._process.join(timeout)
        if self._process.exitcode is None:
            raise subprocess.TimeoutExpired("tests.jobs.processes", timeout or 0)
        return self._process.exitcode

    def send_signal(self, number: int) -> None:
        """Send it, unless the process has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        """Send SIGTERM."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """Send SIGKILL."""
        self.send_signal(signal.SIGKILL)


def _context() -> multiprocessing.context.ForkServerContext:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(
        PRELOADED
    )  # heard before the server starts, which is with the first process
    return context


def _run(order: dict[str, Any], log: str, environ: dict[str, str]) -> None:
    """In the new process: its own output, the surroundings that a new program would find, and the order."""
    os.environ.clear()
    os.environ.update(environ)
    os.chdir(ROOT)
    output = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    for number in (1, 2):
        os.dup2(output, number)
    os.close(output)
    processes.run(order)
