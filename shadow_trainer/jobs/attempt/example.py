"""The example report: the sample, analyzed once at set-up, opened by every coach without computing.

Its files lie in the storage under a prefix of their own; the manifest comes last and vouches for them. Who opens it
gets an analysis of their own, a copy, that can be corrected, shared and deleted like any other.
"""

from __future__ import annotations

import io
import json
import tempfile
from pathlib import Path
from typing import Any

from ...errors import NotFound
from ...services import Services
from ...settings import ROOT, Settings
from ...storage import Storage
from ...version import RELEASE
from ..pipeline.request import AnalysisRequest
from ..pipeline.stage import steps, timings
from . import publish

SAMPLE = ROOT / "static" / "samples" / "sample_lefty.mp4"
PREFIX = "example"
MANIFEST, ORIGINAL = "manifest.json", "original.mp4"


def manifest(storage: Storage) -> dict[str, Any] | None:
    """What is known of the example that was made here; None when there is none."""
    try:
        with storage.open(_key(MANIFEST)) as file:
            facts: dict[str, Any] = json.loads(file.read())
    except NotFound:
        return None
    return facts


def make(settings: Settings, storage: Storage, engines: Any, pipeline: Any = None) -> bool:
    """Analyze the sample and store its files; False when this release has done it already with this model."""
    made_of = {"release": RELEASE, "model_size": settings.model_size}
    known = manifest(storage)
    if known is not None and {name: known.get(name) for name in made_of} == made_of:
        return False
    if pipeline is None:
        from ..pipeline.pipeline import run as pipeline
    request = AnalysisRequest(model_size=settings.model_size, throws="left")
    settings.data_path.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="example-", dir=settings.data_path) as folder:
        work = Path(folder)
        document = pipeline(request, SAMPLE, work, settings=settings, engine_factory=engines.factory(None))
        measured = {
            "timings_s": timings(work),
            "steps": steps(work),
            "device": getattr(engines, "device", ""),
        }
        names = publish.finished_files(work / publish.OUT)
        storage.delete(_key(MANIFEST))
        for name in names:
            storage.put(_key(name), work / publish.OUT / name)
        storage.put(_key(ORIGINAL), SAMPLE)
    facts = {
        **made_of,
        "files": names,
        "options": request.as_stored(),
        "result": publish.summary(document) | measured,
        "warnings": document.get("warnings", []),
        "deliveries": publish.delivery_rows(document),
    }
    storage.put(_key(MANIFEST), io.BytesIO(json.dumps(facts).encode()))
    return True


def put_files(storage: Storage, analysis_id: str, facts: dict[str, Any]) -> None:
    """Copy the example's files to where those of an analysis lie, which nobody has yet."""
    for name in (ORIGINAL, *facts["files"]):
        with storage.open(_key(name)) as file:
            storage.put(publish.key(analysis_id, name), file)


def complete(services: Services, analysis_id: str, facts: dict[str, Any]) -> bool:
    """Make a queued analysis, whose files are there, a finished one; False when a worker took it first."""
    attempts = services.catalog.attempts
    claim = attempts.claim(analysis_id, PREFIX)
    if claim.refused:
        return False
    names = ("files", "result", "warnings", "deliveries")
    return attempts.publish(analysis_id, claim.number, **{name: facts[name] for name in names})


def _key(name: str) -> str:
    return f"{PREFIX}/{name}"
