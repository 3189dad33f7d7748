"""The workers' self-test: a short video that ships with the project goes through the real stages.

It runs as a job of its own (queue ``maintenance``) inside a worker's child with the model that is loaded there,
in legacy mode in the pool; it leaves no analysis behind. What came of it is written down by
:mod:`shadow_trainer.jobs.queue.self_test_record`.
"""

from __future__ import annotations

import logging
import shutil
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...errors import Unavailable
from ...settings import ROOT, Settings
from ..attempt import workdir
from ..attempt.retry_policy import as_shadow_error
from ..pipeline.request import AnalysisRequest
from ..queue import self_test_record

if TYPE_CHECKING:
    from ..attempt.runner import Runner
    from ..queue.manager import JobManager

log = logging.getLogger(__name__)

CLIP = ROOT / "static" / "samples" / "self_test.mp4"
# As in the whole sample at its own rate and size; with xs, s and m it is found within 10 ms of it.
RELEASE_S, TOLERANCE_S = 1.974, 0.1
LOOK_S = 0.1
WANTED = ("analysis.json", "overlay.mp4", "preview.mp4")


def request(manager: JobManager) -> str:
    """Ask for one; whichever worker is free on ``maintenance`` makes it."""
    manager.request_self_test()
    return "asked for"


def make(manager: JobManager, *, patience_s: float = self_test_record.TIMEOUT_S) -> dict[str, Any]:
    """Ask for one and wait for its record; Unavailable without a worker that makes it."""
    if not manager.worker_count():
        raise _nobody("No worker is running.")
    before, deadline = self_test_record.last(manager.catalog), time.monotonic() + patience_s
    # One that is just ending has written its result already: then it is asked for again.
    asked = manager.request_self_test()
    while (record := self_test_record.last(manager.catalog)) is None or record == before:
        if time.monotonic() > deadline:
            raise _nobody(f"No worker made the self-test within {patience_s:g} s.")
        time.sleep(LOOK_S)
        asked = asked or manager.request_self_test()
    return record


def _nobody(words: str) -> Unavailable:
    fix = "Start a worker: `python -m shadow_trainer worker`."
    return Unavailable(words, code="no_self_test", fix=fix)


def run(runner: Runner, worker: str) -> dict[str, Any]:
    """Make it here and write down what came of it; raises what went wrong."""
    started, error = time.monotonic(), None
    try:
        _analyse(runner.services.settings, runner.pipeline_or_real(), runner.engines)
    except Exception as caught:
        log.exception("the self-test failed")
        error = as_shadow_error(caught)
    record = self_test_record.write(runner.services.catalog, worker, time.monotonic() - started, error)
    if error is not None:
        raise error
    log.info("the self-test passed in %.1f s", record["took_s"])
    return record


def _analyse(settings: Settings, pipeline: Callable[..., dict[str, Any]], engines: Any) -> None:
    folder = workdir.root(settings)
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=workdir.SELF_TEST, dir=folder) as place:
        work = Path(place)
        video = Path(shutil.copyfile(CLIP, work / CLIP.name))
        document = pipeline(
            AnalysisRequest(model_size=settings.model_size),
            video,
            work,
            settings=settings,
            engine_factory=engines.factory(None),
            videos=True,
        )
        missing = [name for name in WANTED if not (work / "out" / name).is_file()]
    if missing:
        raise self_test_record.SelfTestFailed(f"The known video gave no {', '.join(missing)}.")
    judge(document)


def judge(document: Mapping[str, Any]) -> None:
    """Whether an analysis.json is that of the known video; SelfTestFailed when not."""
    deliveries = document.get("deliveries", [])
    if len(deliveries) != 1:
        raise self_test_record.SelfTestFailed(
            f"The known video has one delivery; {len(deliveries)} were found."
        )
    release_s = float(deliveries[0]["events"]["release"]["time_s"])
    if abs(release_s - RELEASE_S) > TOLERANCE_S:
        raise self_test_record.SelfTestFailed(
            f"The known video's ball leaves the hand at {RELEASE_S} s, not at {release_s:.2f} s."
        )
