"""The promise of `make run`: everything starts, and after Ctrl-C nothing of it is left."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from shadow_trainer.cli import up
from shadow_trainer.jobs.redis import embedded
from shadow_trainer.pose.convert import install
from shadow_trainer.settings import ROOT, Settings

START_S, STOP_S = 90, 45


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


class Stack:
    """A real `python -m shadow_trainer up` on a data folder and a port of its own."""

    def __init__(self, folder: Path) -> None:
        install.ensure_weights(models_dir=folder / "models")
        self.port = free_port()
        self.log = folder / "up.log"
        env = {
            **os.environ,
            "PORT": str(self.port),
            "SHADOW_DATA_DIR": str(folder),
            "SHADOW_SECRET_KEY": "x" * 40,
            "REDIS_URL": "",
            "DATABASE_URL": "",
            "SHADOW_USE_RQ": "true",
        }
        with self.log.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "shadow_trainer", "up"],
                cwd=ROOT,
                env=env,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def said(self, words: str) -> bool:
        assert self.process.poll() is None, self.log.read_text()
        return words in self.log.read_text()

    def family(self) -> list[psutil.Process]:
        """The supervisor and everything below it."""
        me = psutil.Process(self.process.pid)
        return [me, *me.children(recursive=True)]


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[Stack]:
    if embedded.find_binary() is None:
        pytest.skip("no Redis server on this machine")
    running = Stack(tmp_path)
    yield running
    for process in running.family() if running.process.poll() is None else ():
        process.kill()


def wait_for(condition: Callable[[], bool], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it took too long"
        time.sleep(0.1)


@pytest.mark.model
def test_everything_starts_survives_a_killed_worker_and_leaves_no_process(stack: Stack) -> None:
    wait_for(lambda: stack.said("Shadow Trainer is ready: open"), START_S)
    connection = http.client.HTTPConnection("127.0.0.1", stack.port, timeout=10)
    connection.request("GET", "/health")
    assert connection.getresponse().status == 200
    connection.close()
    wait_for(lambda: stack.said("the model is loaded"), START_S)

    worker = next(p for p in stack.family() if "worker" in p.cmdline())
    child = worker.children()[0]
    worker.kill()
    wait_for(lambda: stack.said("worker ended (exit code -9); starting it again"), 20)
    wait_for(lambda: not child.is_running() or child.status() == psutil.STATUS_ZOMBIE, 10)

    family = stack.family()
    assert len(family) >= 5
    stack.process.send_signal(signal.SIGINT)
    assert stack.process.wait(STOP_S) == 0
    assert [p for p in family if p.is_running() and p.status() != psutil.STATUS_ZOMBIE] == []
    with socket.socket() as again:
        again.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        again.bind(("127.0.0.1", stack.port))


def names(settings: Settings, **more: int) -> list[str]:
    return [service.name for service in up.services(settings, **more)]


def test_a_redis_of_ones_own_is_not_started_again(tmp_path: Path) -> None:
    assert "redis" in names(Settings(data_dir=str(tmp_path)))
    assert "redis" not in names(Settings(data_dir=str(tmp_path), redis_url="redis://127.0.0.1:9"))


def test_legacy_mode_runs_the_web_server_alone(tmp_path: Path) -> None:
    assert names(Settings(data_dir=str(tmp_path), use_rq=False)) == ["web"]


def test_redis_outlives_whoever_needs_it(tmp_path: Path) -> None:
    services = up.services(Settings(data_dir=str(tmp_path)), workers=2)
    ranks = {service.name: service.rank for service in services}
    assert all(ranks["redis"] < rank for name, rank in ranks.items() if name != "redis")
    assert {"worker.1", "worker.2"} <= set(ranks)


def test_a_worker_gets_its_whole_grace_before_it_is_killed(tmp_path: Path) -> None:
    settings = Settings(data_dir=str(tmp_path), shutdown_grace_s=100)
    worker = next(s for s in up.services(settings) if s.name == "worker")
    assert worker.stop_s > 100


def test_without_any_redis_server_threads_are_used_and_it_is_said_loudly(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(embedded, "find_binary", lambda: None)
    made = up.supervisor(Settings(data_dir=str(tmp_path)))
    said = capsys.readouterr().err
    assert "No Redis server" in said and "!!!!!!" in said
    assert [child.service.name for child in made._children] == ["web"]
    assert made._env["SHADOW_USE_RQ"] == "false"


def test_a_damaged_weight_file_is_one_line_before_anything_starts(tmp_path: Path) -> None:
    install.ensure_weights(models_dir=tmp_path / "models")
    file = tmp_path / "models" / "heavy.safetensors"
    file.write_bytes(file.read_bytes()[:-1] + b"x")
    done = subprocess.run(
        [sys.executable, "-m", "shadow_trainer", "up"],
        cwd=ROOT,
        env={
            **os.environ,
            "SHADOW_DATA_DIR": str(tmp_path),
            "SHADOW_SECRET_KEY": "x" * 40,
            "PORT": str(free_port()),
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert done.stderr.startswith("weights_broken: ")
    assert "models ensure" in done.stderr
