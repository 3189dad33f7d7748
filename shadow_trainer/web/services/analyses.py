"""The desk between the pages and the house: accept films, find analyses, read what was written of them."""

from __future__ import annotations

import io
import json
import logging
import re
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from flask import current_app

from ...body.series import PoseSeries
from ...errors import Conflict, NotFound, ShadowError, Unavailable
from ...jobs.correction import redraw, remeasure
from ...jobs.pipeline import assumptions
from ...jobs.pipeline.request import AnalysisRequest
from ...pitching.reference.retarget import at_hips
from ...pitching.stored import upgraded
from ...services import Services
from ...settings import ROOT
from ..accounts.viewer import new_owner, own, owner_filter
from ..http.services import current
from ..uploads.receive import MB, Received, area, check_queue, title_of
from ..uploads.tickets import Claimed
from . import references

if TYPE_CHECKING:
    from .submission import Wish

log = logging.getLogger(__name__)

NO_ANALYSIS = "There is no such analysis. It may have been deleted."
ID_PATTERN = re.compile(r"[0-9a-f]{32}")
SAMPLES = {
    "lefty": ("sample_lefty.mp4", "Sample: left-hander, open side"),
    "righty-rear": ("sample_righty_rear.mp4", "Sample: right-hander from behind"),
}


def accept(received: Received | Claimed, wish: Wish) -> Any:
    """Store an uploaded film, write its row, put it in the queue; returns the row."""
    return _create(received, title_of(received.name), wish.options, "upload", wish.columns)


def accept_sample(name: str, options: AnalysisRequest) -> Any:
    """The same for a clip that ships with the project."""
    if name not in SAMPLES:
        raise NotFound(f"There is no sample called {name!r}.")
    check_queue()
    file, title = SAMPLES[name]
    path = copy_of(ROOT / "static" / "samples" / file)
    return _create(Received(path, path.stat().st_size, file, ".mp4"), title, options, "sample")


def copy_of(path: Path) -> Path:
    """A copy in the upload area: storing a film moves it."""
    with tempfile.NamedTemporaryFile(
        dir=area(current_app), prefix="upload-", suffix=".part", delete=False
    ) as to:
        with path.open("rb") as source:
            shutil.copyfileobj(source, to, MB)
        return Path(to.name)


def _create(
    received: Received | Claimed,
    title: str,
    options: AnalysisRequest,
    source: str,
    columns: Callable[[], dict[str, Any]] = dict,
) -> Any:
    shadow = current()
    key = f"analyses/{received.analysis_id}/original{received.extension}"
    try:
        received.store(shadow.storage, key)
        row = shadow.catalog.analyses.create(
            analysis_id=received.analysis_id,
            title=title,
            original_name=received.name,
            original_key=key,
            original_bytes=received.size_bytes,
            options={**options.as_stored(), "reference": references.option_of(options.reference)},
            owner_id=new_owner(),
            source=source,
            **columns(),
        )
    except BaseException:
        # No row without its film, no film without its row.
        received.take_back(shadow.storage, key)
        raise
    finally:
        received.discard()
    _submit(row.id)
    return row


def _submit(analysis_id: str) -> None:
    try:
        current().jobs.submit(analysis_id)
    except Unavailable:
        # The row says queued, and the clock puts into the queue what is missing there.
        log.exception("the queue does not answer; %s waits in the catalog", analysis_id)


def find(analysis_id: str) -> Any:
    """The analysis' row; NotFound for whatever is not an id of one, is somebody else's or lies in the trash."""
    row = find_any(analysis_id)
    if row.deleted_at is not None:
        raise NotFound(NO_ANALYSIS)
    return row


def find_any(analysis_id: str) -> Any:
    """The same with the trash."""
    row = current().catalog.analyses.find(analysis_id) if ID_PATTERN.fullmatch(analysis_id) else None
    return own(row, NO_ANALYSIS)


def is_there(analysis_id: str) -> bool:
    """Whether :func:`find` would find it."""
    try:
        find(analysis_id)
    except NotFound:
        return False
    return True


def list_analyses(**wanted: Any) -> list[Any]:
    """The viewer's analyses, the newest first; arguments as for the catalog."""
    return current().catalog.analyses.page(owner_id=owner_filter(), **wanted)


def count_analyses(**wanted: Any) -> int:
    """How many there are of them."""
    return current().catalog.analyses.count(owner_id=owner_filter(), **wanted)


def completed(analysis_id: str) -> Any:
    """The row of a finished analysis; Conflict while there is no result."""
    row = find(analysis_id)
    if row.state != "completed":
        raise Conflict(
            f"There is no result: this analysis is {row.state}.",
            code="not_completed",
            fix="Ask /status until it says completed.",
        )
    return row


def read_json(analysis_id: str, name: str) -> Any:
    """A JSON file of an analysis; NotFound when it is not there."""
    key = f"analyses/{analysis_id}/{name}"
    try:
        with current().storage.open(key) as file:
            return json.loads(file.read())
    except NotFound as error:
        raise NotFound(f"This analysis has no {name}.", code="no_such_file") from error


def read_document(analysis_id: str) -> dict[str, Any]:
    """analysis.json as this release writes it, whichever release wrote it; NotFound when it is not there."""
    return upgraded(read_json(analysis_id, "analysis.json"))


def read_pose(analysis_id: str) -> PoseSeries:
    """The landmarks of an analysis; NotFound when they are not there."""
    with current().storage.open(f"analyses/{analysis_id}/pose.npz") as file:
        return PoseSeries.load(io.BytesIO(file.read()))


def read_shadow(analysis_id: str, mode: str, pin: str = "feet") -> PoseSeries:
    """The shadow on the athlete's rows, held at the feet or the hips, sure wherever it is; NotFound without one."""
    athlete = read_pose(analysis_id)
    with current().storage.open(f"analyses/{analysis_id}/shadow.npz") as file:
        arrays = np.load(io.BytesIO(file.read()), allow_pickle=False)
        world, pixels = arrays[f"{mode}_world_m"], arrays[f"{mode}_landmarks_px"]
    if pin == "hips":
        world, pixels = at_hips(world, athlete.world_m), at_hips(pixels, athlete.landmarks_px)
    known = np.isfinite(world).all(axis=(1, 2))
    return athlete.with_(
        landmarks_px=pixels, world_m=world, confidence=np.ones(world.shape[:2]), measured=known
    )


def retry(analysis_id: str, *, queue: str | None = None) -> None:
    """Run it again from where it stopped (in another queue); Conflict while it is still running."""
    row = find(analysis_id)
    if row.state in ("queued", "processing", "retrying"):
        raise Conflict("This analysis is still running.", code="still_running")
    check_queue()
    current().jobs.retry(analysis_id, queue=queue)


def choose_person(analysis_id: str, person: int) -> None:
    """Measure another person of the film: new options, then run again."""
    row = find(analysis_id)
    options = replace(AnalysisRequest.from_stored(row.options), person=person)
    if row.state in ("queued", "processing", "retrying"):
        raise Conflict("This analysis is still running.", code="still_running")
    check_queue()  # before anything is changed
    current().catalog.analyses.set_options(analysis_id, options.as_stored())
    retry(analysis_id)


def move_events(analysis_id: str, delivery: int, events: dict[str, float]) -> dict[str, Any]:
    """Events moved by a coach, on top of those moved before; none at all: as they were found.

    Returns the new analysis.json.
    """
    completed(analysis_id)

    def change() -> remeasure.Change:
        before = read_document(analysis_id).get(remeasure.MOVED) or {}
        moved = {**before, str(delivery): {**before.get(str(delivery), {}), **events}} if events else {}
        return remeasure.Change(moved=moved)

    return _measure(analysis_id, change)


def events_of(analysis_id: str, delivery: int) -> dict[str, float]:
    """Where the events of one pitch are now, in seconds of real time; NotFound for a pitch that is not there."""
    for row in read_document(analysis_id)["deliveries"]:
        if row["index"] == delivery:
            return {name: event["time_s"] for name, event in row["events"].items() if event}
    raise NotFound(f"There is no pitch {delivery + 1} in this film.", code="no_such_delivery")


def assume(analysis_id: str, changes: dict[str, Any]) -> dict[str, Any]:
    """Another hand, height, capture rate, level, reference or view; returns the new analysis.json."""
    row = completed(analysis_id)
    if changes.get("reference", "") not in ("", row.options.get("reference")):
        changes = {**changes, "reference": references.option_of(changes["reference"])}
    assumptions.changed(row.options, changes)
    return _measure(analysis_id, lambda: remeasure.Change(assumed=changes))


def _measure(analysis_id: str, change: Callable[[], remeasure.Change]) -> dict[str, Any]:
    """The numbers again, now; the films when a worker has time. ``change`` is asked when it is its turn."""
    services = Services(current().settings, current().catalog, current().storage)
    revision = remeasure.apply(services, analysis_id, change)
    current().jobs.redraw(analysis_id, revision)
    return read_document(analysis_id)


def films_are_old(analysis_id: str, document: dict[str, Any]) -> bool:
    """Whether films and report file still show the numbers from before a change."""
    return redraw.is_due(current().storage, document, analysis_id)


def rename(analysis_id: str, title: str) -> None:
    """Another title; an empty one is ignored."""
    find(analysis_id)
    if title.strip():
        current().catalog.analyses.rename(analysis_id, " ".join(title.split())[:200])


def trash(analysis_id: str) -> Any:
    """Stop it and put it into the trash, from where it can be had back; returns the row."""
    row = find(analysis_id)
    current().jobs.delete(analysis_id)
    return row


def restore(analysis_id: str) -> None:
    """Take it out of the trash."""
    find_any(analysis_id)
    current().jobs.restore(analysis_id)


def delete(analysis_id: str) -> None:
    """Stop it, delete its files and its row, also from the trash."""
    find_any(analysis_id)
    current().jobs.delete(analysis_id, purge=True)


def ready_checks() -> dict[str, dict[str, Any]]:
    """Each dependency: ``{ok, detail}``. Nothing here raises."""
    shadow = current()

    def catalog() -> str:
        shadow.catalog.statistics.counts()
        return ""

    def storage() -> str:
        shadow.storage.check()
        return ""

    def disk() -> str:
        free = shutil.disk_usage(shadow.settings.data_path).free
        least = shadow.settings.min_free_disk_mb * MB
        return "" if free >= least else f"Only {free // MB} MB are free; {least // MB} are needed."

    wrong = {
        name: _asked(check) for name, check in (("catalog", catalog), ("storage", storage), ("disk", disk))
    }
    try:
        wrong |= shadow.jobs.ready()
    except Exception as error:  # a driver's own error is an answer here, not a crash
        log.exception("the queue could not be asked")
        wrong["queue"] = type(error).__name__
    return {name: {"ok": not words, "detail": words or "answers"} for name, words in wrong.items()}


def _asked(check: Callable[[], str]) -> str:
    try:
        return check()
    except ShadowError as error:
        return error.message
    except Exception as error:  # as above
        log.exception("a readiness check broke")
        return type(error).__name__
