"""Runs several long-lived processes as one: starts them in order, restarts, and stops them without a trace.

honcho prints the lines; its own manager is not used, because it stops everything at once (the queue's
Redis must outlive the worker that hands its job back) and everything when one process ends.
Each process leads a session of its own, so whatever it started can be found and ended with it. Should the
supervisor itself be killed, its process reaper does so (:mod:`.process_reaper`).
"""

from __future__ import annotations

import contextlib
import datetime
import itertools
import json
import os
import queue
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from honcho.colour import get_colours
from honcho.printer import Message, Printer

from . import process_reaper
from .process_reaper import kill_sessions

TICK_S = 0.1
# A process that ends sooner than this after its start has failed to start.
QUICK_S = 10.0
QUICK_LIMIT = 5
BACKOFF_S = (1.0, 2.0, 4.0, 8.0, 15.0)
KILL_WAIT_S = 5.0
LAST_WORDS_S = 1.0


@dataclass(frozen=True)
class Service:
    """One process: started in the order of ``rank``, stopped in the opposite order.

    ``ready`` is asked until it says yes before the next rank starts. ``stop_s``: how long the process
    may take after SIGTERM before it is killed.
    """

    name: str
    command: tuple[str, ...]
    rank: int = 0
    ready: Callable[[], bool] | None = None
    ready_s: float = 60.0
    stop_s: float = 10.0


@dataclass
class _Child:
    """A service that was started, and what happened to it."""

    service: Service
    colour: str
    popen: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    failures: int = 0
    again_at: float | None = None
    reader: threading.Thread | None = None
    sessions: set[int] = field(default_factory=set)

    @property
    def running(self) -> bool:
        return self.popen is not None and self.popen.poll() is None


class Supervisor:
    """Runs services until a signal, a call of :meth:`stop`, or a service that keeps failing."""

    def __init__(
        self,
        services: Iterable[Service],
        *,
        cwd: Path,
        env: Mapping[str, str],
        printer: Printer | None = None,
        on_ready: Callable[[], None] = lambda: None,
        json_lines: bool = False,
    ) -> None:
        """``json_lines``: what is printed is one JSON object a line, whoever says it."""
        colours = get_colours()
        self._children = [_Child(s, next(colours)) for s in sorted(services, key=lambda s: s.rank)]
        self._printer = printer or Printer(sys.stdout, prefix=not json_lines)
        self._json_lines = json_lines
        self._printer.width = max(len("system"), *(len(c.service.name) for c in self._children))
        self._cwd, self._env, self._on_ready = cwd, dict(env), on_ready
        self._lines: queue.Queue[tuple[_Child, bytes]] = queue.Queue()
        self._stop = threading.Event()
        self._signals = itertools.count(1)
        self._hurry = False
        self._reaper: subprocess.Popen[bytes] | None = None
        self.returncode = 0

    def stop(self) -> None:
        """Ask for an orderly stop; may be called from any thread."""
        self._stop.set()

    def run(self) -> int:
        """Start everything, watch over it, stop everything; 0 unless a service could not be kept alive."""
        previous = {
            s: signal.signal(s, self._on_signal) for s in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
        }
        self._start_reaper()
        try:
            if self._start_all():
                self._on_ready()
            while not self._stop.is_set():
                self._watch()
                self._print_lines(TICK_S)
        finally:
            self._stop_all()
            self._stop_reaper()
            for number, handler in previous.items():
                signal.signal(number, handler)
        return self.returncode

    def say(self, text: str) -> None:
        """One line of the supervisor itself."""
        self._write("system", text + "\n", None)

    def _on_signal(self, number: int, _frame: object) -> None:
        # The second Ctrl-C means "now": no more waiting for the worker's hand-back.
        self._hurry = next(self._signals) > 1
        self._stop.set()

    def _start_all(self) -> bool:
        for _, group in itertools.groupby(self._children, key=lambda c: c.service.rank):
            members = list(group)
            for child in members:
                self._start(child)
            for child in members:
                if not self._wait_ready(child):
                    return False
        return True

    def _start_reaper(self) -> None:
        # One that comes late knows from its start what there is.
        known = [_words(session, child.service) for child in self._children for session in child.sessions]
        self._reaper = subprocess.Popen(
            [sys.executable, process_reaper.__file__, *known], stdin=subprocess.PIPE, start_new_session=True
        )

    def _stop_reaper(self) -> None:
        self._tell_reaper(".")
        if self._reaper and self._reaper.stdin:
            with contextlib.suppress(OSError, subprocess.TimeoutExpired):
                self._reaper.stdin.close()
                self._reaper.wait(KILL_WAIT_S)

    def _tell_reaper(self, words: str) -> None:
        # Should it have been killed, there is nobody to tell; the services are still ours to stop.
        with contextlib.suppress(OSError):
            if self._reaper and self._reaper.stdin:
                self._reaper.stdin.write(words.encode() + b"\n")
                self._reaper.stdin.flush()

    def _start(self, child: _Child) -> None:
        lowest = self._children[0].service.rank
        # What the others need must outlive them: it is left to the process reaper.
        prefix = _dies_with_us() if child.service.rank > lowest else ()
        child.popen = subprocess.Popen(
            [*prefix, *child.service.command],
            cwd=self._cwd,
            env=self._env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        child.started, child.again_at = time.monotonic(), None
        child.sessions.add(child.popen.pid)
        self._tell_reaper(_words(child.popen.pid, child.service))
        child.reader = threading.Thread(target=self._read, args=(child, child.popen), daemon=True)
        child.reader.start()

    def _wait_ready(self, child: _Child) -> bool:
        """Wait until a service says it is ready; stops everything when it does not in time."""
        if child.service.ready is None:
            return True
        deadline = time.monotonic() + child.service.ready_s
        while not self._stop.is_set():
            self._print_lines(TICK_S)
            self._watch()
            if child.running and child.service.ready():
                return True
            if time.monotonic() > deadline:
                self._give_up(f"{child.service.name} is not ready after {child.service.ready_s:.0f} s")
        return False

    def _watch(self) -> None:
        """Restart what has ended, each time after a longer pause; give up on what never stays."""
        if self._reaper is not None and self._reaper.poll() is not None:
            self._start_reaper()
        now = time.monotonic()
        for child in self._children:
            if child.popen is None or child.running or self._stop.is_set():
                continue
            if child.again_at is None:
                self._ended(child, now)
            elif now >= child.again_at:
                self._start(child)

    def _ended(self, child: _Child, now: float) -> None:
        code = child.popen.returncode if child.popen else None
        # What it left running would go on with work that is about to be given to its successor.
        kill_sessions(child.sessions)
        for session in child.sessions:
            self._tell_reaper(f"- {session}")
        child.sessions.clear()
        quick = now - child.started < QUICK_S
        child.failures = child.failures + 1 if quick else 0
        self._print_lines(0.2)
        if child.failures >= QUICK_LIMIT:
            self._give_up(f"{child.service.name} ends as soon as it is started (exit code {code})")
            return
        pause = BACKOFF_S[min(child.failures, len(BACKOFF_S) - 1)]
        child.again_at = now + pause
        self.say(f"{child.service.name} ended (exit code {code}); starting it again in {pause:.0f} s")

    def _give_up(self, why: str) -> None:
        self.say(f"{why}; its lines above say why. Stopping everything.")
        self.returncode = 1
        self._stop.set()

    def _stop_all(self) -> None:
        if any(child.running for child in self._children):
            self.say("stopping (Ctrl-C again: at once)")
        for _, group in itertools.groupby(reversed(self._children), key=lambda c: c.service.rank):
            self._stop_group(list(group))

    def _stop_group(self, members: list[_Child]) -> None:
        """SIGTERM, a bounded wait, SIGKILL; then whatever the members left in their sessions."""
        for child in members:
            _signal(child, signal.SIGTERM)
        began = time.monotonic()
        while any(child.running for child in members):
            self._print_lines(TICK_S)
            waited = time.monotonic() - began
            late = [c for c in members if c.running and (self._hurry or waited > c.service.stop_s)]
            for child in late:
                self.say(f"{child.service.name} does not stop; killing it")
                _signal(child, signal.SIGKILL)
            if late:
                _wait(late, KILL_WAIT_S)
        for child in members:
            kill_sessions(child.sessions)
        for child in members:
            if child.reader is not None:  # its last words, before those of who stops next
                child.reader.join(LAST_WORDS_S)
        self._print_lines(0.0)

    def _read(self, child: _Child, popen: subprocess.Popen[bytes]) -> None:
        for line in popen.stdout or ():
            self._lines.put((child, line))

    def _print_lines(self, seconds: float) -> None:
        """Print what has been said; wait up to ``seconds`` for the first line."""
        with contextlib.suppress(queue.Empty):
            child, line = self._lines.get(timeout=seconds) if seconds else self._lines.get_nowait()
            while True:
                self._write(child.service.name, line, child.colour)
                child, line = self._lines.get_nowait()

    def _write(self, name: str, data: bytes | str, colour: str | None) -> None:
        now = datetime.datetime.now().astimezone()
        if self._json_lines:
            data = json_lines(name, data, now)
        # A terminal that was closed must not keep the processes from being stopped.
        with contextlib.suppress(OSError, ValueError):
            self._printer.write(Message(type="line", data=data, time=now, name=name, colour=colour))


def json_lines(name: str, data: bytes | str, moment: datetime.datetime) -> str:
    """What a process said, each line a JSON object: its own as it is, another's (a traceback, Redis) wrapped in one."""
    text = data.decode("utf-8", "replace") if isinstance(data, bytes) else data
    return "\n".join(
        line if _is_object(line) else _as_object(name, line, moment) for line in text.splitlines()
    )


def _is_object(line: str) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except ValueError:
        return False


def _as_object(name: str, line: str, moment: datetime.datetime) -> str:
    utc = moment.astimezone(datetime.UTC)
    time_ = f"{utc:%Y-%m-%dT%H:%M:%S}.{utc.microsecond // 1000:03d}Z"
    return json.dumps({"time": time_, "level": "INFO", "process": name, "message": line}, ensure_ascii=False)


def _words(session: int, service: Service) -> str:
    """What the process reaper reads of a session."""
    return f"+ {session} {service.rank} {service.stop_s}"


def _dies_with_us() -> tuple[str, ...]:
    """On Linux, a prefix that ends the process when the supervisor is killed without a chance to stop it."""
    tool = shutil.which("setpriv") if sys.platform.startswith("linux") else None
    return (tool, "--pdeathsig", "TERM", "--") if tool else ()


def _signal(child: _Child, number: signal.Signals) -> None:
    if child.popen is not None and child.running:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.popen.pid, number)


def _wait(children: list[_Child], seconds: float) -> None:
    for child in children:
        with contextlib.suppress(subprocess.TimeoutExpired):
            if child.popen is not None:
                child.popen.wait(seconds)
