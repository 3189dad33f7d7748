"""Drawing the videos and the report of a finished analysis again after its numbers changed, without a pose model.

``analysis.json`` carries a revision that every change renews; ``drawn.json`` says which revision the videos
show. While the two differ the pages say so. The report comes first, because it takes a second and may be
mailed at once. A redraw that was overtaken by a newer change publishes nothing: that has asked for its own.
"""

from __future__ import annotations

import json
import logging
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from ...errors import Conflict, NotFound
from ...pitching.stored import upgraded
from ..attempt import publish
from ..pipeline import shadow_file
from ..pipeline.artifacts import Artifacts
from ..pipeline.request import AnalysisRequest
from .remeasure import REVISION
from .staged import Staged

if TYPE_CHECKING:
    from ...catalog import Analysis
    from ...services import Services
    from ...storage import Storage

log = logging.getLogger(__name__)

DRAWN = "drawn.json"
NO_ORIGINAL = "The film itself is no longer kept, so that it cannot be drawn again."


def is_due(storage: Storage, document: Mapping[str, Any], analysis_id: str) -> bool:
    """Whether the videos show other numbers than ``document``, the analysis.json."""
    revision = document.get(REVISION)
    return revision is not None and drawn(storage, analysis_id) != revision


def drawn(storage: Storage, analysis_id: str) -> str | None:
    """The revision that the videos show; None when they are as the pipeline drew them."""
    try:
        with storage.open(publish.key(analysis_id, DRAWN)) as file:
            return str(json.loads(file.read())[REVISION])
    except NotFound:
        return None


def redraw(
    services: Services, analysis_id: str, revision: str, *, check: Callable[[], None] = lambda: None
) -> bool:
    """Draw what shows the numbers of ``revision`` and publish it; False when a newer change or run overtook it.

    Raises NotFound when the video is no longer kept.
    """
    row = services.catalog.analyses.find(analysis_id)
    if row is None or not _is_current(services.storage, analysis_id, revision):
        return False
    if not services.storage.exists(row.original_key):
        raise NotFound(NO_ORIGINAL, code="original_missing")
    services.settings.data_path.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="redraw-", dir=services.settings.data_path) as folder:
        if not _draw(services, row, revision, Path(folder), check):
            return False
    log.info("drawn again: %s", analysis_id)
    return True


def _draw(services: Services, row: Analysis, revision: str, work: Path, check: Callable[[], None]) -> bool:
    """Report, then videos, then the note of the revision; False as soon as they are overtaken."""
    from threadpoolctl import threadpool_limits

    storage = services.storage
    video = storage.get(row.original_key, work / f"original{PurePosixPath(row.original_key).suffix}")
    request = AnalysisRequest.from_stored(row.options)
    artifacts = prepare(video, request, lambda name: _fetch(storage, row.id, name, work), check)
    (work / DRAWN).write_text(json.dumps({REVISION: revision}), encoding="utf-8")
    with threadpool_limits(1):
        for draw in (artifacts.report, partial(artifacts.videos, check=check)):
            names = [name for name in draw(work) if name in row.files]
            if not _publish(services, row, revision, names, work):
                return False
        return _publish(services, row, revision, [DRAWN], work)


def _publish(services: Services, row: Analysis, revision: str, names: list[str], work: Path) -> bool:
    """Replace these files while the analysis is as it was when the redraw began; False when it is not."""
    from ...catalog.corrections import Basis

    # The release before corrected without telling the row: its analysis.json tells.
    if not _is_current(services.storage, row.id, revision):
        return False
    staged = Staged(services.storage, row.id)
    try:
        staged.put(names, work)
        return services.catalog.corrections.replace_files(
            row.id, Basis.of(row), lambda: staged.replace(names)
        )
    except Conflict:
        return False
    finally:
        staged.discard()


def prepare(
    video: Path, request: AnalysisRequest, fetch: Callable[[str], Path | None], check: Callable[[], None]
) -> Artifacts:
    """What is to be drawn of a published analysis; ``fetch(name)`` gives a result file or None."""
    from ...body.series import PoseSeries
    from ...video import probe

    analysis, curves, pose = (fetch(name) for name in ("analysis.json", "series.json", "pose.npz"))
    if analysis is None or pose is None:
        raise NotFound("The results of this analysis are not there.", code="no_such_file")
    document = upgraded(json.loads(analysis.read_text(encoding="utf-8")))
    stored = document["video"]
    facts = probe(video, start_s=request.start_s, end_s=request.end_s, turn_deg=request.turn_deg, check=check)
    reference = fetch(shadow_file.NAME)
    return Artifacts(
        video,
        replace(facts, capture_fps=stored["capture_fps"], time_scale=stored["time_scale"]),
        PoseSeries.load(pose),
        document,
        json.loads(curves.read_text(encoding="utf-8"))["deliveries"] if curves else [],
        shadow_file.for_videos(reference) if reference else {},
    )


def _fetch(storage: Storage, analysis_id: str, name: str, work: Path) -> Path | None:
    key = publish.key(analysis_id, name)
    return storage.get(key, work / name) if storage.exists(key) else None


def _is_current(storage: Storage, analysis_id: str, revision: str) -> bool:
    try:
        with storage.open(publish.key(analysis_id, "analysis.json")) as file:
            return bool(json.loads(file.read()).get(REVISION) == revision)
    except NotFound:
        return False
