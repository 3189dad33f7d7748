"""Films and report of a finished analysis again, after its numbers changed: no pose model, only drawing.

``analysis.json`` carries a revision that every change renews; ``drawn.json`` says which revision the films
show. While the two differ the pages say so. The report comes first, because it takes a second and may be
mailed at once. A drawing that was overtaken by a newer change publishes nothing: that has asked for its own.
"""

from __future__ import annotations

import io
import json
import logging
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any

from ...errors import NotFound
from ...pitching.stored import upgraded
from ...settings import Settings
from ..attempt import publish
from ..pipeline import shadow_file
from ..pipeline.artifacts import Drawing
from ..pipeline.request import AnalysisRequest
from .remeasure import REVISION

log = logging.getLogger(__name__)

DRAWN = "drawn.json"
NO_FILM = "The film itself is no longer kept, so that it cannot be drawn again."


def is_due(storage: Any, document: Mapping[str, Any], analysis_id: str) -> bool:
    """Whether the films show other numbers than ``document``, the analysis.json."""
    revision = document.get(REVISION)
    return revision is not None and drawn(storage, analysis_id) != revision


def drawn(storage: Any, analysis_id: str) -> str | None:
    """The revision that the films show; None when they are as the pipeline drew them."""
    try:
        with storage.open(publish.key(analysis_id, DRAWN)) as file:
            return json.loads(file.read())[REVISION]
    except NotFound:
        return None


def redraw(
    settings: Settings,
    catalog: Any,
    storage: Any,
    analysis_id: str,
    revision: str,
    *,
    check: Callable[[], None] = lambda: None,
) -> bool:
    """Draw what shows the numbers of ``revision`` and publish it; False when a newer change overtook it.

    Raises NotFound when the film is no longer kept.
    """
    row = catalog.analyses.find(analysis_id)
    if row is None or not _is_current(storage, analysis_id, revision):
        return False
    if not storage.exists(row.original_key):
        raise NotFound(NO_FILM, code="original_missing")
    from threadpoolctl import threadpool_limits

    settings.data_path.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="redraw-", dir=settings.data_path) as folder:
        work = Path(folder)
        film = storage.get(row.original_key, work / f"original{PurePosixPath(row.original_key).suffix}")
        request = AnalysisRequest.from_stored(row.options)
        drawing = prepare(film, request, lambda name: _fetch(storage, analysis_id, name, work), check)
        with threadpool_limits(1):
            for draw in (drawing.report, partial(drawing.films, check=check)):
                names = draw(work)
                if not _is_current(storage, analysis_id, revision):
                    return False
                for name in names:
                    if name in row.files:
                        storage.put(publish.key(analysis_id, name), work / name)
    storage.put(publish.key(analysis_id, DRAWN), io.BytesIO(json.dumps({REVISION: revision}).encode()))
    log.info("drawn again: %s", analysis_id)
    return True


def prepare(
    film: Path, request: AnalysisRequest, fetch: Callable[[str], Path | None], check: Callable[[], None]
) -> Drawing:
    """What is to be drawn of a published analysis; ``fetch(name)`` gives a result file or None."""
    from ...body.series import PoseSeries
    from ...video import probe

    found, curves, pose = (fetch(name) for name in ("analysis.json", "series.json", "pose.npz"))
    if found is None or pose is None:
        raise NotFound("The results of this analysis are not there.", code="no_such_file")
    document = upgraded(json.loads(found.read_text(encoding="utf-8")))
    video = document["video"]
    facts = probe(film, start_s=request.start_s, end_s=request.end_s, turn_deg=request.turn_deg, check=check)
    ghost = fetch(shadow_file.NAME)
    return Drawing(
        film,
        replace(facts, capture_fps=video["capture_fps"], time_scale=video["time_scale"]),
        PoseSeries.load(pose),
        document,
        json.loads(curves.read_text(encoding="utf-8"))["deliveries"] if curves else [],
        shadow_file.for_films(ghost) if ghost else {},
    )


def _fetch(storage: Any, analysis_id: str, name: str, work: Path) -> Path | None:
    key = publish.key(analysis_id, name)
    return storage.get(key, work / name) if storage.exists(key) else None


def _is_current(storage: Any, analysis_id: str, revision: str) -> bool:
    try:
        with storage.open(publish.key(analysis_id, "analysis.json")) as file:
            return json.loads(file.read()).get(REVISION) == revision
    except NotFound:
        return False
