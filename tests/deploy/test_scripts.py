"""start.sh and stop.sh, for machines without a service manager: everything runs, and nothing is left."""

from __future__ import annotations

import os
import socket
import subprocess
import time
from pathlib import Path

import psutil
import pytest

from shadow_trainer.settings import ROOT, load
from tests.jobs.conftest import needs_redis

SCRIPTS = ROOT / "deploy" / "scripts"


def run(name: str, environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["sh", str(SCRIPTS / name), *arguments],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


# What people call folders; with what is around it, more than a socket's address may be long.
ODD = "Jürgens Labor #1, 100 % (Trainer's Ägypten)/" + "Spring training " * 9


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    empty = dict.fromkeys(("REDIS_URL", "DATABASE_URL", "SHADOW_STORAGE_URL"), "")
    ours = {"SHADOW_DATA_DIR": str(tmp_path / ODD.strip()), "PORT": str(port), "SHADOW_SECRET_KEY": "s" * 40}
    return {**os.environ, **empty, **ours, "SHADOW_MODELS_DIR": str(load().models_path)}


def test_everything_starts_once_and_ends_without_a_trace(environment: dict[str, str]) -> None:
    needs_redis()
    data = Path(environment["SHADOW_DATA_DIR"])
    started = run("start.sh", environment)
    try:
        assert started.returncode == 0, started.stdout + started.stderr
        pids = {path.stem: int(path.read_text().split()[0]) for path in (data / "run").glob("*.pid")}
        assert set(pids) == {"redis", "worker-1", "clock", "web"}
        family = [p for pid in pids.values() for p in psutil.Process(pid).children(recursive=True)]
        again = ". deploy/scripts/processes.sh; start web false"
        said = subprocess.run(
            ["sh", "-c", again], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
        )
        assert said.stdout == f"web runs already ({pids['web']}).\n"
        # A number that another program has got by now is not ours to end.
        bystander = subprocess.Popen(["sleep", "60"])
        (data / "run" / "worker-9.pid").write_text(f"{bystander.pid}\nThu Jan  1 00:00:00 1970\n")
    finally:
        stopped = run("stop.sh", environment)
    assert stopped.returncode == 0, stopped.stdout + stopped.stderr
    assert bystander.poll() is None
    bystander.kill()
    bystander.wait()
    deadline = time.monotonic() + 10
    while left := [p for p in [*map(maybe, pids.values()), *family] if p and p.is_running()]:
        assert time.monotonic() < deadline, left
        time.sleep(0.05)
    assert not list((data / "run").iterdir())
    assert "leads" in (data / "log" / "clock.log").read_text()


def maybe(pid: int) -> psutil.Process | None:
    try:
        return psutil.Process(pid)
    except psutil.NoSuchProcess:
        return None


def test_the_scripts_are_sound_shell() -> None:
    for path in SCRIPTS.glob("*.sh"):
        done = subprocess.run(["sh", "-n", str(path)], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
