"""A warm process: a child that has loaded its libraries before a correction needs it. Loading is most of the wait."""

from __future__ import annotations

import os
import selectors
import subprocess
import sys
import threading
import time

from ...settings import ROOT

CHUNK_BYTES = 1 << 16


class WarmProcess:
    """A child of one module that answers each line of its stdin by one line, kept for the next task.

    It ends by itself when nobody needs it, and when this process ends, as its stdin does.
    """

    def __init__(self, module: str, **environment: str) -> None:
        """``environment`` is added to this process' own."""
        self.module, self.environment = module, environment
        self._lock = threading.Lock()
        self._waiting: subprocess.Popen[bytes] | None = None

    def ask(self, task: str, timeout_s: float) -> str:
        """What a child says to ``task``, a line; empty when it died of it. Raises subprocess.TimeoutExpired."""
        child = self._take()
        answer = _exchange(child, task, timeout_s) if child is not None else ""
        if child is None or not answer:
            # One that had waited may have ended just now.
            child = self._start()
            answer = _exchange(child, task, timeout_s)
        self._keep(child)
        return answer

    def stop(self) -> None:
        """End the child that waits."""
        child = self._take()
        if child is not None:
            _end(child)

    def _take(self) -> subprocess.Popen[bytes] | None:
        """The child that waits, for one who asks; None without a living one."""
        with self._lock:
            child, self._waiting = self._waiting, None
        if child is not None and child.poll() is not None:
            _end(child)
            return None
        return child

    def _keep(self, child: subprocess.Popen[bytes]) -> None:
        with self._lock:
            if self._waiting is None and child.poll() is None:
                self._waiting = child
                return
        _end(child)

    def _start(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-m", self.module], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, cwd=ROOT, env={**os.environ, **self.environment}, bufsize=0,
        )  # fmt: skip


def _exchange(child: subprocess.Popen[bytes], task: str, timeout_s: float) -> str:
    """Write a line and read one; empty when the child ends first. One that takes too long is killed."""
    deadline = time.monotonic() + timeout_s
    left, answer = memoryview(task.encode() + b"\n"), bytearray()
    assert child.stdin is not None and child.stdout is not None
    os.set_blocking(child.stdin.fileno(), False)
    with selectors.DefaultSelector() as ready:
        ready.register(child.stdin, selectors.EVENT_WRITE)
        ready.register(child.stdout, selectors.EVENT_READ)
        while not answer.endswith(b"\n"):
            events = ready.select(max(0.0, deadline - time.monotonic()))
            if not events:
                _end(child)
                raise subprocess.TimeoutExpired(child.args, timeout_s)
            for key, _ in events:
                if key.fileobj is child.stdout:
                    part = os.read(key.fd, CHUNK_BYTES)
                    if not part:
                        _end(child)
                        return ""
                    answer += part
                    continue
                try:
                    left = left[os.write(key.fd, left) :]
                except BrokenPipeError:
                    _end(child)
                    return ""
                if not left:
                    ready.unregister(child.stdin)
    return answer.decode()


def _end(child: subprocess.Popen[bytes]) -> None:
    """Kill it if it lives, and close what led to it."""
    child.kill()
    child.wait()
    for pipe in (child.stdin, child.stdout):
        if pipe is not None:
            pipe.close()
