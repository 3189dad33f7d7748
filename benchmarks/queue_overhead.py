"""Overhead per do-nothing job: the warm worker beside a plain `rq worker` and Celery, one process each.

    .venv/bin/python -m benchmarks.queue_overhead [--jobs 200] [--celery PYTHON_WITH_CELERY]

All use the same embedded Redis, one after the other in one run, so that the ratios can be compared. The
warm worker's and the plain worker's job is the same function; Celery runs its own copy of it in a prefork
pool of one. Time counts from the first job's start to the last one's end, without the workers' start. Then
single jobs are sent to the idle worker, and the time from each one's submission to its end is told.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from rq import Queue

from shadow_trainer.catalog import migrate
from shadow_trainer.jobs.redis import embedded
from shadow_trainer.jobs.redis.client import address, connect
from shadow_trainer.settings import ROOT, Settings

ALONE = 20
CELERY_APP = """
import celery, os, redis
app = celery.Celery(broker=os.environ["BROKER"])
app.conf.broker_connection_retry_on_startup = True
app.conf.worker_prefetch_multiplier = 1
app.conf.task_acks_late = True
counter = redis.Redis(unix_socket_path=os.environ["SOCKET"])
@app.task(name="nothing")
def nothing(): counter.incr("done")
"""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--jobs", type=int, default=200)
    parser.add_argument("--celery", help="a Python that has celery[redis]")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="q-") as folder:
        settings = Settings(data_dir=folder, worker_max_jobs=0)
        migrate(settings)
        server = embedded.start(settings)
        try:
            results = {
                "warm worker": run_rq(settings, arguments.jobs, warm_command(settings)),
                "plain rq worker": run_rq(settings, arguments.jobs, plain_command(settings)),
            }
            if arguments.celery:
                results["celery prefork 1"] = run_celery(settings, arguments.jobs, arguments.celery, folder)
        finally:
            server.stop()
    for name, (seconds, alone_s) in results.items():
        ratio = seconds / results["warm worker"][0]
        print(
            f"{name:18} {seconds * 1000:7.1f} ms per job, {ratio:5.2f} x; one alone {alone_s * 1000:.1f} ms"
        )


def warm_command(settings: Settings) -> list[str]:
    """Our worker, its child without a model (as the plain worker has none)."""
    test_overrides = {"engines": "tests.jobs.fakes:Engines"}
    order = {
        "what": "worker",
        "settings": asdict(settings),
        "test_overrides": test_overrides,
        "name": "warm",
        "queue": "pose",
    }
    return [sys.executable, "-m", "tests.jobs.processes", json.dumps(order)]


def plain_command(settings: Settings) -> list[str]:
    """RQ's own forking worker."""
    return [str(Path(sys.executable).parent / "rq"), "worker", "-q", "-u", address(settings), "pose"]


def run_rq(settings: Settings, jobs: int, command: list[str]) -> tuple[float, float]:
    """Seconds per job, and of one job for an idle worker."""
    connection = connect(settings, "worker")
    queue = Queue("pose", connection=connection)
    finished = queue.finished_job_registry
    with worker(command):
        queue.enqueue("benchmarks.nothing.nothing")
        wait(lambda: finished.get_job_count(cleanup=False) >= 1)
        before = finished.get_job_count(cleanup=False)
        started = time.perf_counter()
        queue.enqueue_many([Queue.prepare_data("benchmarks.nothing.nothing") for _ in range(jobs)])
        wait(lambda: finished.get_job_count(cleanup=False) >= before + jobs)
        per_job = (time.perf_counter() - started) / jobs
        count = lambda: finished.get_job_count(cleanup=False)  # noqa: E731
        return per_job, alone(lambda: queue.enqueue("benchmarks.nothing.nothing"), count)


def alone(send: Callable[[], object], count: Callable[[], int]) -> float:
    """Median seconds from the submission of a single job to its end."""
    took = []
    for _ in range(ALONE):
        time.sleep(0.2)
        before, began = count(), time.perf_counter()
        send()
        wait(lambda before=before: count() > before)
        took.append(time.perf_counter() - began)
    return statistics.median(took)


def run_celery(settings: Settings, jobs: int, python: str, folder: str) -> tuple[float, float]:
    """Seconds per job, and of one job for an idle worker."""
    Path(folder, "celery_app.py").write_text(CELERY_APP)
    socket = address(settings).removeprefix("unix://")
    environ = {**os.environ, "BROKER": f"redis+socket://{socket}", "SOCKET": socket, "PYTHONPATH": folder}
    connection = connect(settings, "worker")
    send = "import sys, celery_app\nfor _ in range(int(sys.argv[1])): celery_app.nothing.delay()"

    def submit(number: int) -> None:
        subprocess.run([python, "-c", send, str(number)], env=environ, check=True)

    command = [
        python,
        "-m",
        "celery",
        "-A",
        "celery_app",
        "worker",
        "-c",
        "1",
        "-P",
        "prefork",
        "-l",
        "ERROR",
    ]
    # Its jobs are sent before it starts: the time counts from the first one's end to the last one's.
    submit(jobs + 1)
    with worker(command, env=environ):
        wait(lambda: int(connection.get("done") or 0) >= 1)
        before, started = int(connection.get("done") or 0), time.perf_counter()
        wait(lambda: int(connection.get("done") or 0) >= jobs + 1)
        per_job = (time.perf_counter() - started) / (jobs + 1 - before)
        # One process that sends when told to: its own start is not counted.
        sender = "import sys, celery_app\nfor _ in sys.stdin: celery_app.nothing.delay()"
        with subprocess.Popen(
            [python, "-c", sender], env=environ, stdin=subprocess.PIPE, text=True, bufsize=1
        ) as process:
            assert process.stdin is not None
            line = process.stdin
            return per_job, alone(lambda: line.write("\n"), lambda: int(connection.get("done") or 0))


class worker:  # noqa: N801 - reads as a statement
    """Run a worker for the length of a block."""

    def __init__(self, command: list[str], env: dict[str, str] | None = None) -> None:
        self.command, self.env = command, env

    def __enter__(self) -> None:
        self.process = subprocess.Popen(
            self.command,
            cwd=ROOT,
            env=self.env,
            start_new_session=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def __exit__(self, *_: object) -> None:
        os.killpg(self.process.pid, signal.SIGTERM)
        try:
            self.process.wait(15)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


def wait(happened: Callable[[], bool]) -> None:
    """Poll every 2 ms, for two minutes at most."""
    deadline = time.monotonic() + 120
    while not happened():
        if time.monotonic() > deadline:
            raise SystemExit("nothing happened for two minutes")
        time.sleep(0.002)


if __name__ == "__main__":
    main()
