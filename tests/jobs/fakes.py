"""A pipeline of three tiny real stages whose behaviour is written in the video itself, as JSON.

The stages run through the real pipeline (receipts, resuming, progress), so what is tested around it is real.
``{"do": ..., "seconds": 0.1, "times": 1}``: ``do`` is one of the names in :data:`ACTS`; ``times`` limits how
often it misbehaves. Every stage that really runs appends a line to ``runs.log`` in the data folder.
"""

from __future__ import annotations

import errno
import json
import os
import resource
import signal
import threading
import time
from pathlib import Path
from typing import Any

from shadow_trainer.errors import BadVideo
from shadow_trainer.jobs.maintenance import self_test
from shadow_trainer.jobs.pipeline import pipeline, stages
from shadow_trainer.jobs.pipeline.stage import Run, Stage

DOCUMENT = {
    "schema": "shadow-trainer/analysis/1",
    "video": {"width": 10, "height": 20, "fps": 30.0},
    "athlete": {"throws": "left"},
    "view": {"name": "open-side"},
    "model": {"size": "xs"},
    "deliveries": [
        {
            "index": 0,
            "start_s": 1.0,
            "end_s": 3.0,
            "events": {"release": {"time_s": 2.0}},
            "metrics": [
                {"name": "stride_length", "event": "foot_contact", "value": 0.8, "confidence": "high"}
            ],
        }
    ],
    "warnings": [{"code": "odd", "message": "Odd.", "fix": "Even it."}],
    "timings_s": {},
}


class Engines:
    """No model; remembers the batch limit it was asked for."""

    def __init__(self, settings: Any) -> None:
        self.settings = settings

    def factory(self, batch_limit: int | None = None) -> Any:
        return lambda size: batch_limit

    def warm(self) -> None:
        """Ready at once, unless the test wants otherwise."""
        marker = self.settings.data_path / "unready"
        if marker.exists():
            from shadow_trainer.errors import SetupError

            raise SetupError("The weights are missing.", code="no_weights")


class _Stages:
    """The stages of this module in the pipeline's place while something runs; then the pipeline's own again.

    A thread of an installation may outlive the test that began it: no later test may find what it left.
    """

    def __init__(self) -> None:
        self.real, self.lock, self.running = stages.STAGES, threading.Lock(), 0

    def __enter__(self) -> None:
        with self.lock:
            self.running += 1
            stages.STAGES = STAGES

    def __exit__(self, *_: object) -> None:
        with self.lock:
            self.running -= 1
            if not self.running:
                stages.STAGES = self.real


_stages = _Stages()


def run(*arguments: Any, **parts: Any) -> dict[str, Any]:
    """The pipeline with the stages of this module."""
    with _stages:
        return pipeline.run(*arguments, **parts)


def log_line(run: Run, word: str) -> int:
    """Note that something ran; how often it had run for this video before."""
    path = run.settings.data_path / "runs.log"
    line = f"{run.work.name.split('-')[0]} {word}\n"
    before = path.read_text().count(line) if path.exists() else 0
    with path.open("a") as file:
        file.write(line)
    return before


def first(run: Run) -> None:
    log_line(run, "probe")
    run.write("out/preview.mp4").write_bytes(b"preview")
    run.write_json("probe.json", {"ok": True})


def second(run: Run) -> None:
    script = _script(run.video)
    before = log_line(run, "pose")
    act = ACTS[script.get("do", "work")]
    if act is not work and before >= script.get("times", 1):
        act = work
    act(run, script)
    run.write_json("pose.json", {"batch": run.engine_factory("m")})


def _script(film: Path) -> dict[str, Any]:
    """What the video wants; the self-test's real video is analysed as the test's data folder says."""
    if film.name == self_test.CLIP.name:
        film = film.parents[2] / "self_test.json"
        return json.loads(film.read_text()) if film.exists() else {}
    return json.loads(film.read_text().lstrip("\0"))


def third(run: Run) -> None:
    log_line(run, "render")
    run.write_json("out/analysis.json", {**DOCUMENT, "batch": run.read_json("pose.json")["batch"]})
    run.write("out/people/0.jpg").write_bytes(b"jpg")


def fourth(run: Run) -> None:
    log_line(run, "videos")
    run.write("out/overlay.mp4").write_bytes(b"film")


def work(run: Run, script: dict[str, Any]) -> None:
    total = max(1, int(script.get("seconds", 0.05) / 0.02))
    for done in range(total):
        time.sleep(0.02)
        if (run.settings.data_path / "disk_full").exists():
            raise OSError(errno.ENOSPC, "No space left on device")
        run.check()
        run.advance(done, total)


def hold(run: Run, script: dict[str, Any]) -> None:
    """Works until the test lets it go (:meth:`tests.jobs.rig.Rig.let_go`), however slow the machine is."""
    film = run.work.name.split("-")[0]
    while not (run.settings.data_path / f"{film}.go").exists():
        time.sleep(0.02)
        run.check()


def bad(run: Run, script: dict[str, Any]) -> None:
    raise BadVideo("This is not a video.", code="not_a_video")


def flaky(run: Run, script: dict[str, Any]) -> None:
    raise ConnectionResetError("gone")


def full(run: Run, script: dict[str, Any]) -> None:
    """Tried again a minute later, says the policy of the tests."""
    raise OSError(errno.ENOSPC, "No space left on device")


def memory(run: Run, script: dict[str, Any]) -> None:
    raise MemoryError


def greedy(run: Run, script: dict[str, Any]) -> None:
    """Takes 40 MB for each frame of a batch from a process that may have 100 MB more than it has."""
    batch = run.engine_factory("m") or 8
    old = resource.getrlimit(resource.RLIMIT_AS)
    taken = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (taken + 100_000_000, old[1]))
    try:
        bytearray(batch * 40_000_000)
    finally:
        resource.setrlimit(resource.RLIMIT_AS, old)


def crash(run: Run, script: dict[str, Any]) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def hang(run: Run, script: dict[str, Any]) -> None:
    """As native code that never returns: no check, no Python signal handler."""
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGALRM})
    time.sleep(600)


def sleepy(run: Run, script: dict[str, Any]) -> None:
    """Python that forgets to check: only the alarm of the time limit ends it."""
    time.sleep(600)


ACTS = {f.__name__: f for f in (work, hold, bad, flaky, full, memory, greedy, crash, hang, sleepy)}
STAGES = (
    Stage("probe", "one", 0.1, (), first),
    Stage("pose", "two", 0.6, (), second),
    Stage("render", "three", 0.3, (), third),
    Stage("videos", "four", 0.2, (), fourth, on_request=True),
)


def ran(data: Path, analysis_id: str) -> list[str]:
    """The stages that ran for one analysis, in order."""
    path = data / "runs.log"
    lines = path.read_text().split("\n") if path.exists() else []
    return [line.split()[1] for line in lines if line.startswith(analysis_id)]
