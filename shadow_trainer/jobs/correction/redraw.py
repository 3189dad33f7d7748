"""The report file and the stills of a finished analysis, made again after its numbers changed, without a pose model.

``analysis.json`` carries a revision that every change renews; ``drawn.json`` says which revision the report file, the
stills and the drawn videos show. Videos that show other numbers go, and are drawn again when somebody asks for them
(:mod:`.videos`). A redraw that was overtaken by a newer change publishes nothing: that has asked for its own.
"""

from __future__ import annotations

import json
import logging
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from ...errors import Conflict, NotFound
from ...pitching.stored import upgraded
from ..attempt import publish
from ..attempt.staged import Staged
from ..pipeline import shadow_file
from ..pipeline.artifacts import VIDEOS, Artifacts
from ..pipeline.request import AnalysisRequest
from .revisions import DRAWN, REVISION, drawn

if TYPE_CHECKING:
    from ...catalog import Analysis
    from ...services import Services
    from ...storage import Storage

log = logging.getLogger(__name__)

NO_ORIGINAL = "The video itself is no longer kept, so nothing can be drawn on it again."


def is_due(storage: Storage, document: Mapping[str, Any], analysis_id: str) -> bool:
    """Whether report file, stills and videos show other numbers than ``document``, the analysis.json."""
    revision = document.get(REVISION)
    return revision is not None and drawn(storage, analysis_id) != revision


def redraw(
    services: Services, analysis_id: str, revision: str, *, check: Callable[[], None] = lambda: None
) -> bool:
    """Make what shows the numbers of ``revision`` and publish it; False when a newer change or run overtook it.

    Raises NotFound when the video is no longer kept.
    """
    row = services.catalog.analyses.find(analysis_id)
    if row is None or current_revision(services.storage, analysis_id) != revision:
        return False
    if drawn(services.storage, analysis_id) == revision:
        return True
    with desk(services, row, check) as at:
        if not report(at):
            return False
    log.info("made again: the report of %s", analysis_id)
    return True


@dataclass(frozen=True)
class Desk:
    """Where one drawing is made: the row it began with, the revision of its numbers, a folder, what is drawn."""

    services: Services
    row: Analysis
    revision: str | None
    work: Path
    artifacts: Artifacts


@contextmanager
def desk(services: Services, row: Analysis, check: Callable[[], None]) -> Iterator[Desk]:
    """Everything that a drawing needs, in a folder that goes afterwards; NotFound without the video."""
    from threadpoolctl import threadpool_limits

    storage = services.storage
    if not storage.exists(row.original_key):
        raise NotFound(NO_ORIGINAL, code="original_missing")
    services.settings.data_path.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="redraw-", dir=services.settings.data_path) as folder:
        work = Path(folder)
        video = storage.get(row.original_key, work / f"original{PurePosixPath(row.original_key).suffix}")
        request = AnalysisRequest.from_stored(row.options)
        artifacts = prepare(video, request, lambda name: _fetch(storage, row.id, name, work), check)
        with threadpool_limits(1):
            yield Desk(services, row, artifacts.document.get(REVISION), work, artifacts)


def report(at: Desk) -> bool:
    """Report file and stills of this revision, and with them the end of videos that show another; False when
    they are overtaken."""
    names = [name for name in at.artifacts.report(at.work) if name in at.row.files]
    old = [name for name in VIDEOS if name in at.row.files]
    (at.work / DRAWN).write_text(json.dumps({REVISION: at.revision}), encoding="utf-8")
    # The note vouches for the videos, too: it comes when the old ones are gone.
    return _publish(at, names, removed=old) and _publish(at, [DRAWN])


def video(at: Desk, name: str, progress: Callable[[int, int], None], check: Callable[[], None]) -> bool:
    """One of :data:`VIDEOS` of this revision; False when it was overtaken."""
    at.artifacts.videos(at.work, names=[name], progress=lambda place: progress, check=check)
    return _publish(at, [name], added=[name])


def _publish(
    at: Desk, names: Sequence[str], *, added: Sequence[str] = (), removed: Sequence[str] = ()
) -> bool:
    """Publish these files while the analysis is as it was when the drawing began; False when it is not."""
    from ...catalog.corrections import Basis

    storage, begun = at.services.storage, False
    # The release before corrected without telling the row: its analysis.json tells.
    if current_revision(storage, at.row.id) != at.revision:
        return False
    staged = Staged(storage, at.row.id)

    def replace_files() -> None:
        nonlocal begun
        # Another process made the report meanwhile: what it drew since then must not go.
        if removed and not begun and drawn(storage, at.row.id) == at.revision:
            raise Conflict("The report was made again by somebody else.", code="drawn_meanwhile")
        begun = True
        staged.replace(names, removed)

    try:
        staged.put(names, at.work)
        return at.services.catalog.corrections.replace_files(
            at.row.id, Basis.of(at.row), replace_files, added=added, removed=removed
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
    from ...video import Stills, cut_out, probe

    analysis, curves, pose = (fetch(name) for name in ("analysis.json", "series.json", "pose.npz"))
    if analysis is None or pose is None:
        raise NotFound("The results of this analysis are not there.", code="no_such_file")
    document = upgraded(json.loads(analysis.read_text(encoding="utf-8")))
    stored = document["video"]
    facts = probe(video, start_s=request.start_s, end_s=request.end_s, turn_deg=request.turn_deg, check=check)
    facts = cut_out(video, facts, Stills(_spans(stored, "held"), _spans(stored, "stalled")))
    reference = fetch(shadow_file.NAME)
    return Artifacts(
        video,
        replace(facts, capture_fps=stored["capture_fps"], time_scale=stored["time_scale"]),
        PoseSeries.load(pose),
        document,
        json.loads(curves.read_text(encoding="utf-8"))["deliveries"] if curves else [],
        shadow_file.for_videos(reference) if reference else {},
    )


def current_revision(storage: Storage, analysis_id: str) -> str | None:
    """The revision of the numbers now; None as the pipeline measured them, or without any."""
    try:
        with storage.open(publish.key(analysis_id, "analysis.json")) as file:
            revision: str | None = json.loads(file.read()).get(REVISION)
    except NotFound:
        return None
    return revision


def _spans(video: Mapping[str, Any], name: str) -> tuple[tuple[float, float], ...]:
    """What was cut out of the video, as its facts have it."""
    return tuple((float(span["start_s"]), float(span["end_s"])) for span in video.get(name, ()))


def _fetch(storage: Storage, analysis_id: str, name: str, work: Path) -> Path | None:
    key = publish.key(analysis_id, name)
    return storage.get(key, work / name) if storage.exists(key) else None
