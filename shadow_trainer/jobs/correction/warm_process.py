"""A warm process: a child that has loaded its libraries before a correction needs it. Loading is half of the wait."""

from __future__ import annotations

import subprocess
import sys
import threading

from ...settings import ROOT


class WarmProcess:
    """Children of one module, each used once: it reads its task to the end of stdin and prints its answer.

    The next one is started when one has answered. It ends by itself when nobody needs it, and when this process
    ends, as its stdin does.
    """

    def __init__(self, module: str) -> None:
        self.module = module
        self._lock = threading.Lock()
        self._waiting: tuple[dict[str, str], subprocess.Popen[str]] | None = None

    def ask(self, task: str, environment: dict[str, str], timeout_s: float) -> str:
        """What a child prints for ``task``. Raises subprocess.TimeoutExpired."""
        waiting = self._take(environment)
        answer = _answer(waiting, task, timeout_s) if waiting is not None else ""
        # One that had waited may have ended just now.
        if not answer:
            answer = _answer(self._start(environment), task, timeout_s)
        with self._lock:
            if self._waiting is None:
                self._waiting = (environment, self._start(environment))
        return answer

    def _take(self, environment: dict[str, str]) -> subprocess.Popen[str] | None:
        with self._lock:
            waiting, self._waiting = self._waiting, None
        if waiting is not None:
            made_for, child = waiting
            if made_for == environment and child.poll() is None:
                return child
            child.kill()
            child.communicate()
        return None

    def _start(self, environment: dict[str, str]) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", self.module], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, text=True, cwd=ROOT, env=environment,
        )  # fmt: skip


def _answer(child: subprocess.Popen[str], task: str, timeout_s: float) -> str:
    try:
        return child.communicate(task, timeout=timeout_s)[0]
    except subprocess.TimeoutExpired:
        child.kill()
        child.communicate()
        raise
