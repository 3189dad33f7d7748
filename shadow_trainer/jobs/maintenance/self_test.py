"""The workers' self-test: a short film that ships with the project goes through the real stages.

It runs as a job of its own (queue ``maintenance``) inside a worker's child with the model that is loaded there,
in legacy mode in the pool; it leaves no analysis behind. What came of it is a mark in the catalog, which
/ready, /metrics, the alerts and the admin's page read.
"""

from __future__ import annotations

import logging
import shutil
import tempfile
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...catalog import Catalog, utcnow
from ...errors import ShadowError, Unavailable
from ...settings import ROOT, Settings
from ..attempt import workdir
from ..attempt.retry_policy import as_shadow
from ..pipeline.request import AnalysisRequest

if TYPE_CHECKING:
    from ..attempt.runner import Runner
    from ..queue.manager import JobManager

log = logging.getLogger(__name__)

CLIP = ROOT / "static" / "samples" / "self_test.mp4"
# As in the whole sample at its own rate and size; with xs, s and m it is found within 10 ms of it.
RELEASE_S, TOLERANCE_S = 1.974, 0.1
MARK = "self_test"
JOB_ID = "self-test"
TASK = "workers.tasks.self_test"
TIMEOUT_S = 600
LOOK_S = 0.1
WANTED = ("analysis.json", "overlay.mp4", "preview.mp4")


class SelfTestFailed(ShadowError):
    """The worker's result for a known film is not what it should be."""

    code = "self_test_failed"
    fix = "Run `python -m shadow_trainer doctor` on the worker's machine; its log says more."


def request(manager: JobManager) -> str:
    """Ask for one; whichever worker is free on ``maintenance`` makes it."""
    manager.request_self_test()
    return "asked for"


def make(manager: JobManager, *, patience_s: float = TIMEOUT_S) -> dict[str, Any]:
    """Ask for one and wait for what came of it, see :func:`last`; Unavailable without a worker that makes it."""
    if not manager.worker_count():
        raise _nobody("No worker is running.")
    before, deadline = last(manager.catalog), time.monotonic() + patience_s
    # One that is just ending has written its result already: then it is asked for again.
    asked = manager.request_self_test()
    while (found := last(manager.catalog)) is None or found == before:
        if time.monotonic() > deadline:
            raise _nobody(f"No worker made the self-test within {patience_s:g} s.")
        time.sleep(LOOK_S)
        asked = asked or manager.request_self_test()
    return found


def _nobody(words: str) -> Unavailable:
    fix = "Start a worker: `python -m shadow_trainer worker`."
    return Unavailable(words, code="no_self_test", fix=fix)


def run(runner: Runner, worker: str) -> dict[str, Any]:
    """Make it here and write down what came of it; raises what went wrong."""
    started, error = time.monotonic(), None
    try:
        _analyse(runner.settings, runner.pipeline_or_real(), runner.engines)
    except Exception as caught:
        log.exception("the self-test failed")
        error = as_shadow(caught)
    found = _write(runner.catalog, worker, time.monotonic() - started, error)
    if error is not None:
        raise error
    log.info("the self-test passed in %.1f s", found["took_s"])
    return found


def died(catalog: Catalog, worker: str, words: str) -> None:
    """The process that made it is dead."""
    _write(catalog, worker, 0.0, SelfTestFailed(words))


def last(catalog: Catalog) -> dict[str, Any] | None:
    """``{ok, at, took_s, worker, error}`` of the last one; None when there was none yet."""
    return catalog.key_values.all(MARK).get(MARK)


def problem(catalog: Catalog) -> str:
    """What is wrong by the last self-test; empty when it passed or none was made."""
    found = last(catalog)
    if found is None or found["ok"]:
        return ""
    at = datetime.fromisoformat(found["at"])
    return (
        f"The self-test of {at:%Y-%m-%d %H:%M} UTC failed on {found['worker']}: {found['error']['message']}"
    )


def _analyse(settings: Settings, pipeline: Callable[..., dict[str, Any]], engines: Any) -> None:
    folder = workdir.root(settings)
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=workdir.SELF_TEST, dir=folder) as place:
        work = Path(place)
        film = Path(shutil.copyfile(CLIP, work / CLIP.name))
        document = pipeline(
            AnalysisRequest(model_size=settings.model_size),
            film,
            work,
            settings=settings,
            engine_factory=engines.factory(None),
        )
        missing = [name for name in WANTED if not (work / "out" / name).is_file()]
    if missing:
        raise SelfTestFailed(f"The known film gave no {', '.join(missing)}.")
    judge(document)


def judge(document: Mapping[str, Any]) -> None:
    """Whether an analysis.json is that of the known film; SelfTestFailed when it is not."""
    found = document.get("deliveries", [])
    if len(found) != 1:
        raise SelfTestFailed(f"The known film has one delivery; {len(found)} were found.")
    release_s = float(found[0]["events"]["release"]["time_s"])
    if abs(release_s - RELEASE_S) > TOLERANCE_S:
        raise SelfTestFailed(
            f"The known film's ball leaves the hand at {RELEASE_S} s, not at {release_s:.2f} s."
        )


def _write(catalog: Catalog, worker: str, took_s: float, error: ShadowError | None) -> dict[str, Any]:
    found = {
        "ok": error is None,
        "at": utcnow().isoformat(),
        "took_s": round(took_s, 2),
        "worker": worker,
        "error": error.as_dict() if error else None,
    }
    catalog.key_values.put(MARK, found)
    return found
