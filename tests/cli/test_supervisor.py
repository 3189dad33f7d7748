"""The supervisor's promises, with real processes: order, restarts, and nothing left behind."""

from __future__ import annotations

import contextlib
import datetime
import io
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from honcho.printer import Printer

from shadow_trainer.cli import supervisor as module
from shadow_trainer.cli.supervisor import Service, Supervisor
from shadow_trainer.settings import ROOT

# Says when it starts and when it is asked to stop; the first argument is its name.
POLITE = """
import signal, sys, time
def stop(*_):
    print(sys.argv[1], "stops", flush=True); sys.exit(0)
signal.signal(signal.SIGTERM, stop)
print(sys.argv[1], "starts", flush=True)
while True: time.sleep(0.05)
"""
# Ignores SIGTERM, and so does the process it starts in a group of its own.
STUBBORN = """
import signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
inner = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('inner', flush=True); time.sleep(600)"
child = subprocess.Popen([sys.executable, "-c", inner], process_group=0)
print("pids", child.pid, flush=True)
time.sleep(600)
"""


def service(name: str, code: str = POLITE, **more: object) -> Service:
    return Service(name, (sys.executable, "-c", code, name), **more)  # type: ignore[arg-type]


def test_with_json_every_line_is_one_object_whoever_says_it() -> None:
    own = '{"time": "2026-01-01T00:00:00.000Z", "message": "published", "process": "worker"}'
    said = [
        own,
        "1:M 01 Jan 2026 Redis is ready",
        "Traceback (most recent call last):",
        '  File "x"',
        "[1, 2]",
        '"a"',
        "",
    ]
    moment = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
    told = module.json_lines("redis", "\n".join([*said, "é"]).encode() + b"\xff", moment).split("\n")
    assert told[0] == own
    for line, words in zip(told[1:], [*said[1:], "é\ufffd"], strict=True):
        entry = json.loads(line)
        assert entry == {
            "time": "2026-01-01T00:00:00.000Z", "level": "INFO", "process": "redis", "message": words,
        }  # fmt: skip


def test_the_supervisors_own_lines_are_objects_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BACKOFF_S", (0.0,))
    output = io.StringIO()
    running = Supervisor(
        [service("base", "print('plain'); print('{\"a\": 1}')")], cwd=Path.cwd(), env=dict(os.environ),
        printer=Printer(output, prefix=False), json_lines=True,
    )  # fmt: skip
    assert running.run() == 1  # it ends as soon as it is started, each time
    entries = [json.loads(line) for line in output.getvalue().splitlines()]
    assert {"a": 1} in entries and "plain" in [entry.get("message") for entry in entries]
    assert any(entry.get("process") == "system" for entry in entries)


class Running:
    """A supervisor in a thread, with what it printed."""

    def __init__(self, *services: Service) -> None:
        self.output = io.StringIO()
        self.ready = threading.Event()
        printer = Printer(self.output, prefix=False)
        env = dict(os.environ)
        self.supervisor = Supervisor(
            services, cwd=Path.cwd(), env=env, printer=printer, on_ready=self.ready.set
        )
        self.code: int | None = None
        self.thread = threading.Thread(target=self._run, daemon=True)

    def _run(self) -> None:
        self.code = self.supervisor.run()

    def stop(self, seconds: float = 20) -> str:
        self.supervisor.stop()
        self.thread.join(seconds)
        assert not self.thread.is_alive(), "the supervisor did not stop in time"
        return self.output.getvalue()

    def until(self, words: str, seconds: float = 20) -> str:
        wait_for(lambda: words in self.output.getvalue(), f"{words!r} was never printed", seconds)
        return self.output.getvalue()


def wait_for(condition: Callable[[], bool], complaint: str, seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, complaint
        time.sleep(0.02)


@pytest.fixture
def start(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Running]]:
    """Start services under a supervisor; whatever is left is stopped after the test."""
    # Signals can be handled in the main thread only, and here that is pytest's.
    monkeypatch.setattr(module.signal, "signal", lambda number, handler: None)
    started: list[Running] = []

    def run(*services: Service) -> Running:
        running = Running(*services)
        started.append(running)
        running.thread.start()
        return running

    yield run
    for running in started:
        running.stop()


def test_a_lower_rank_stops_last(start: Callable[..., Running]) -> None:
    running = start(service("user", rank=1), service("base", rank=0))
    running.until("user starts")
    running.until("base starts")
    output = running.stop()
    assert [line for line in output.splitlines() if "stops" in line] == ["user stops", "base stops"]
    assert running.code == 0


def test_the_next_rank_waits_until_the_first_one_is_ready(start: Callable[..., Running]) -> None:
    gate, asked = threading.Event(), threading.Semaphore(0)

    def ready() -> bool:
        asked.release()
        return gate.is_set()

    running = start(service("base", ready=ready), service("user", rank=1))
    running.until("base starts")
    for _ in range(3):
        assert asked.acquire(timeout=20)
    assert "user starts" not in running.output.getvalue()
    gate.set()
    running.until("user starts")
    assert running.ready.wait(5)


def test_what_never_gets_ready_stops_everything_and_says_so(start: Callable[..., Running]) -> None:
    running = start(service("base", ready=lambda: False, ready_s=0.3), service("user", rank=1))
    running.thread.join(20)
    assert running.code == 1
    assert "base is not ready" in running.output.getvalue()
    assert "user starts" not in running.output.getvalue()


def test_no_process_is_left_even_of_those_that_ignore_sigterm(start: Callable[..., Running]) -> None:
    running = start(service("stubborn", STUBBORN, stop_s=0.3))
    output = running.until("inner")
    inner = int(output.split("pids ")[1].split()[0])
    assert psutil.pid_exists(inner)
    output = running.stop()
    assert "stubborn does not stop; killing it" in output
    wait_for(lambda: not alive(inner), "the inner process was left behind", 5)


def test_a_service_that_ends_is_started_again_without_its_leftovers(
    start: Callable[..., Running], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "BACKOFF_S", (0.1,))
    running = start(service("stubborn", STUBBORN, stop_s=0.2))
    output = running.until("inner")
    inner = psutil.Process(int(output.split("pids ")[1].split()[0]))
    os.kill(os.getsid(inner.pid), signal.SIGKILL)
    running.until("starting it again")
    wait_for(lambda: running.output.getvalue().count("inner") == 2, "it was not started again")
    wait_for(lambda: not alive(inner.pid), "the first one's child was left behind", 5)


def test_a_service_that_never_stays_ends_the_whole_with_an_error(
    start: Callable[..., Running], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "BACKOFF_S", (0.0,))
    running = start(service("base"), service("broken", "import sys; print('reason'); sys.exit(3)"))
    running.thread.join(30)
    assert running.code == 1
    output = running.output.getvalue()
    assert "broken ends as soon as it is started (exit code 3)" in output
    assert "base stops" in output
    assert output.count("reason") == module.QUICK_LIMIT


# A supervisor as a process of its own, which can be killed: base (a polite one) below user and stubborn.
KILLABLE = """
import os, sys
from pathlib import Path
from tests.cli.test_supervisor import POLITE, STUBBORN, service
from shadow_trainer.cli.supervisor import Supervisor
services = [service("base", WRITES), service("user", WRITES, rank=1), service("s", STUBBORN, rank=1, stop_s=1.0)]
Supervisor(services, cwd=Path.cwd(), env=dict(os.environ)).run()
"""
# Notes the moment of its end in a file of its name.
WRITES = """
import pathlib, signal, sys, time
def stop(*_):
    time.sleep(0.2); pathlib.Path(sys.argv[1]).write_text(str(time.time())); sys.exit(0)
signal.signal(signal.SIGTERM, stop)
print(sys.argv[1], "starts", flush=True)
while True: time.sleep(0.05)
"""


@pytest.mark.parametrize("helped", [True, False], ids=["with the kernel's help", "by the pipe alone"])
def test_nothing_outlives_a_supervisor_that_is_killed(tmp_path: Path, helped: bool) -> None:
    code = f"WRITES = {WRITES!r}\n{KILLABLE}"
    if not helped:
        code = "from shadow_trainer.cli import supervisor\nsupervisor._dies_with_us = lambda: ()\n" + code
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    with (tmp_path / "log").open("wb") as log:
        killed = subprocess.Popen([sys.executable, "-c", code], cwd=tmp_path, env=env, stdout=log, stderr=log)
    said = lambda: (tmp_path / "log").read_text()  # noqa: E731
    wait_for(lambda: all(w in said() for w in ("base starts", "user starts", "inner")), "they did not start")
    family = psutil.Process(killed.pid).children(recursive=True)
    assert len(family) >= 5  # three services, the inner process, the process reaper
    if not helped:
        # A process reaper that was killed before it was needed is replaced.
        first = reapers(killed.pid)
        for process in first:
            process.kill()
        wait_for(lambda: [p for p in reapers(killed.pid) if p not in first], "no other process reaper came")
    killed.kill()
    killed.wait()
    wait_for(lambda: not any(alive(p.pid) for p in family), "something was left behind", 20)
    # The base outlived who needs it.
    assert float((tmp_path / "base").read_text()) > float((tmp_path / "user").read_text())


def reapers(pid: int) -> list[psutil.Process]:
    """The children of a supervisor that would end what it leaves."""
    processes = []
    for child in psutil.Process(pid).children():
        with contextlib.suppress(psutil.Error):
            if "process_reaper" in " ".join(child.cmdline()):
                processes.append(child)
    return processes


def alive(pid: int) -> bool:
    """Whether the process runs (a zombie does not)."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
