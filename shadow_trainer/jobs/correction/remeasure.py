"""Measuring a finished analysis again from its stored pose, with what a coach changed.

Moved events, what is a pitch and what is none, or another hand, height, capture rate, level, reference or view: it
takes a second and no pose model.

The videos and the report file are drawn again afterwards (:mod:`.redraw`). It runs in a process of its own
(:func:`in_child`), because the numbers need libraries that the web process does not load:
``python -m shadow_trainer.jobs.correction.remeasure``, with settings, subject and change as a line of JSON on stdin
and the answer as a line of JSON on stdout. It knows no database: loading that would take longer than the numbers do.
"""

from __future__ import annotations

import io
import json
import secrets
import select
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...errors import BadRequest, Conflict, ShadowError, Unavailable
from ...pitching.document import AnalysisDocument, Result
from ...pitching.stored import upgraded
from ...settings import Settings
from ...vocabulary import Event
from ..attempt import publish
from ..attempt.staged import Staged
from ..pipeline import assumptions, joints, shadow_file
from ..pipeline.references import References
from ..pipeline.request import AnalysisRequest
from . import motion_coverage, resolve
from .revisions import REVISION
from .warm_process import WarmProcess

if TYPE_CHECKING:
    from ...body.series import PoseSeries
    from ...catalog import Analysis
    from ...pitching.document import Result
    from ...services import Services
    from ...storage import Storage

TIMEOUT_S = 60
WARM_S = 300  # a child that waits for the next correction ends after this
MOVED, FOUND = "moved_events", "found_events"
NO_PITCH = (
    "With these assumptions no pitch is left in the video; nothing was changed.",
    "Check the throwing hand and the capture rate.",
)
Moved = dict[str, dict[str, float]]
# A correction that another one overtook begins again, so often.
TRIES = 5
_children = WarmProcess("shadow_trainer.jobs.correction.remeasure", OMP_NUM_THREADS="1")
# Measuring again takes a second of a processor: one at a time in each web process.
_one_at_a_time = threading.Lock()


@dataclass(frozen=True)
class Change:
    """``moved``: every event moved by hand (delivery index -> event -> seconds; None: as it was);
    ``assumed``: options that changed, by name (see :mod:`shadow_trainer.jobs.pipeline.assumptions`); ``verdicts``: all
    of what a coach says is a pitch and what is none (None: as it was); ``joints``: all steps of setting joints by hand
    (None: as they were)."""

    moved: Moved | None = None
    assumed: Mapping[str, Any] = field(default_factory=dict)
    verdicts: list[dict[str, Any]] | None = None
    joints: list[dict[str, Any]] | None = None

    @property
    def pitches_may_change(self) -> bool:
        """Whether a pitch may have another number, or be none, afterwards."""
        return self.verdicts is not None or self.joints is not None or bool(self.assumed)


@dataclass(frozen=True)
class Subject:
    """What the measuring needs to know of an analysis' row."""

    id: str
    options: Mapping[str, Any]
    attempt: int
    files: list[str]

    @classmethod
    def of(cls, row: Analysis) -> Subject:
        """From the catalog."""
        return cls(row.id, dict(row.options), row.attempt, list(row.files))


def apply(services: Services, analysis_id: str, change: Callable[[], Change]) -> str:
    """Measure again in a child process, replace files and row, and return the new revision.

    ``change`` is asked each time the measuring begins: when another correction was published meanwhile, it begins
    again on top of that one. Raises Conflict while the analysis is not finished and when it was run again
    meanwhile, and the errors of :func:`remeasure`.
    """
    from ...catalog.corrections import OVERTAKEN

    with _one_at_a_time:
        for tries_left in reversed(range(TRIES)):
            try:
                return _apply_once(services, analysis_id, change)
            except Conflict as conflict:
                if conflict.code != OVERTAKEN or not tries_left:
                    raise
    raise AssertionError("every try returns or raises")


def _apply_once(services: Services, analysis_id: str, change: Callable[[], Change]) -> str:
    from ...catalog.corrections import Basis, Correction

    # The row is read first: whoever replaces files after this is noticed when the row is locked.
    row = services.catalog.analyses.get(analysis_id)
    basis = Basis.of(row)
    answer = in_child(services.settings, Subject.of(row), change())
    with Staged(services.storage, analysis_id, answer.pop("staged")) as staged:
        correction = Correction(**answer)
        services.catalog.corrections.publish(
            analysis_id, basis, correction, lambda: staged.replace(correction.files, correction.removed)
        )
    return correction.revision


def in_child(settings: Settings, subject: Subject, change: Change) -> dict[str, Any]:
    """Measure again in a child process; what :func:`remeasure` returns, and its errors."""
    task = json.dumps({"settings": asdict(settings), "subject": asdict(subject), "change": asdict(change)})
    try:
        answer: dict[str, Any] = json.loads(_children.ask(task, TIMEOUT_S))
    except (subprocess.TimeoutExpired, ValueError) as error:
        raise Unavailable("The numbers could not be measured again.", code="remeasure_failed") from error
    if "code" in answer:
        kind = BadRequest if answer["permanent"] else ShadowError
        raise kind(answer["message"], code=answer["code"], fix=answer["fix"])
    return answer


def remeasure(storage: Storage, row: Subject, change: Change) -> dict[str, Any]:
    """Measure with what changed and stage the files; a :class:`...catalog.corrections.Correction` as JSON, and the
    token of the files as ``staged``. Raises BadRequest for what cannot be.
    """
    document = upgraded(_read(storage, row.id, "analysis.json"))
    request = assumptions.changed(row.options, change.assumed)
    if change.verdicts is not None:
        request = replace(request, verdicts=tuple(change.verdicts))
    if change.joints is not None:
        request = replace(request, joints=tuple(change.joints))
    solved = assumptions.solved_under(document, row.options)
    stored = _pose(storage, row)
    solved_again = _with_joints(storage, row, stored, request, solved, document)
    series, video = assumptions.reassumed(solved_again, request, solved, document)
    moved = _moved(change, document, request, video)
    factor, scale = video["time_scale"] / solved["time_scale"], video["time_scale"]
    if change.verdicts is not None:
        motion_coverage.check(series, solved, factor, request.verdicts, scale)
    result = _measured(
        series, request, storage, moved, video,
        windows=motion_coverage.windows(solved, factor),
        releases_before=_releases(document, video) if change.pitches_may_change else None,
        moved_must_fit=change.joints is None,
    )  # fmt: skip
    _check_count(result, document, change)
    if change.verdicts is not None:
        motion_coverage.check_found(result, request.verdicts, scale)
    document = _document(document, result, request, solved, video)
    option = assumptions.as_option(
        document["moved_events"], document["deliveries"], scale, document.get("found_events")
    )
    request = replace(request, moved=tuple(option))
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder)
        _write(out, document, series, result, References(storage).find(request.reference))
        if series is not stored or storage.exists(_solved_key(row)):
            _keep_solved(storage, row)
            series.save(out / "pose.npz")
        names = sorted(path.name for path in out.iterdir())
        staged = Staged(storage, row.id)
        staged.put(names, out)
    went = {shadow_file.NAME} & set(row.files) - set(names)
    return {
        REVISION: document["revision"],
        "result": publish.summary(document),
        "deliveries": publish.delivery_rows(document),
        "options": request.as_stored(),
        "warnings": document["warnings"],
        "files": names,
        "removed": sorted(went),
        "staged": staged.token,
    }


def _moved(
    change: Change, document: AnalysisDocument, request: AnalysisRequest, video: dict[str, Any]
) -> Moved:
    """The events moved by hand that still hold: those of another hand's delivery are other events."""
    moved = document.get("moved_events") or {} if change.moved is None else change.moved
    if request.throws not in ("auto", document["athlete"]["throws"]):
        return {}
    return assumptions.moved_times(moved, document["video"], video)


def _releases(document: AnalysisDocument, video: Mapping[str, Any]) -> list[float]:
    """When the pitches of the document were released, in seconds of the capture rate that ``video`` has now."""
    factor = float(document["video"]["capture_fps"]) / float(video["capture_fps"])
    return [delivery["events"][Event.RELEASE]["time_s"] * factor for delivery in document["deliveries"]]


def _measured(
    series: Any, request: AnalysisRequest, storage: Storage, moved: Moved, video: dict[str, Any], *,
    windows: list[tuple[float, float]] | None, releases_before: list[float] | None, moved_must_fit: bool,
) -> Result:  # fmt: skip
    from ... import pitching

    return pitching.analyse(
        series,
        throws=request.throws,
        height_m=request.height_m,
        fps=assumptions.clock_fps(video),
        view=request.view,
        level=request.level,
        events={int(index): events for index, events in moved.items()},
        reference=References(storage).find(request.reference),
        scored=request.scored,
        windows=windows,
        verdicts=pitching.verdicts.given(request.verdicts, video["time_scale"]),
        releases_before=releases_before,
        moved_must_fit=moved_must_fit,
    )


def _with_joints(
    storage: Storage, row: Subject, series: PoseSeries, request: AnalysisRequest, solved: dict[str, Any],
    document: AnalysisDocument,
) -> PoseSeries:  # fmt: skip
    """The stored motion with joints as they are set by hand; itself where none is and none was."""
    steps = joints.read(request.joints)
    if not joints.in_force(steps) and not solved.get("joints_at_s"):
        return series
    from ...pose.raw_track import RawTrack

    key = publish.key(row.id, "track.npz")
    if not storage.exists(key):
        raise resolve.missing()
    with storage.open(key) as file:
        track = RawTrack.load(io.BytesIO(file.read()))
    size = int(document["video"]["width"]), int(document["video"]["height"])
    return resolve.motion(series, track, steps, solved, size)


def _check_count(result: Result, document: AnalysisDocument, change: Change) -> None:
    if change.verdicts is not None:
        return
    if document["deliveries"] and not result["deliveries"]:
        raise BadRequest(NO_PITCH[0], code="no_pitch_found", fix=NO_PITCH[1])
    if not change.pitches_may_change and len(result["deliveries"]) != len(document["deliveries"]):
        raise Conflict(
            "This analysis was made by another release.", code="old_analysis", fix="Press “Run again” first."
        )


def _document(
    before: AnalysisDocument, result: Result, request: AnalysisRequest, solved: dict[str, Any],
    video: dict[str, Any],
) -> AnalysisDocument:  # fmt: skip
    """analysis.json with everything that follows from the change, and a new revision."""
    from ...pitching import film_warnings, no_pitch
    from ..pipeline.document import plain, said, set_joints

    stale = film_warnings.CODES | no_pitch.CODES | {assumptions.RATE_CHANGED["code"]}
    if request.capture_fps is not None:
        stale |= {"slow_motion_found", "slow_motion_unsure"}
    kept = [warning for warning in before["warnings"] if warning["code"] not in stale]
    if abs(assumptions.clock_fps(video) - solved["capture_fps"]) > 1e-6 * solved["capture_fps"]:
        kept.append(assumptions.RATE_CHANGED)
    later: AnalysisDocument = plain(
        {
            **before,
            "athlete": result["athlete"],
            "view": result["view"],
            "level": result["level"],
            "deliveries": result["deliveries"],
            "dropped": result["dropped"],
            "verdicts": said(request.verdicts, video["time_scale"]),
            "joints": set_joints(request.joints, video["time_scale"]),
            "consistency": result["consistency"],
            "video": video,
            "warnings": [*kept, *result["warnings"]],
            assumptions.SOLVED: solved,
            MOVED: result["moved_events"],
            FOUND: _events_before(before, result, video),
            REVISION: secrets.token_hex(6),
        }
    )
    return later


def _events_before(before: AnalysisDocument, result: Result, video: Mapping[str, Any]) -> Moved:
    """Where each moved event was found; nothing where pitches or seconds are others than before."""
    same_clock = before["video"]["capture_fps"] == video["capture_fps"]
    if not same_clock or len(before["deliveries"]) != len(result["deliveries"]):
        return {}
    known, moved, out = before.get("found_events") or {}, before.get("moved_events") or {}, {}
    for index, events in result["moved_events"].items():
        at = {**before["deliveries"][int(index)]["events"]}
        own = {name: known.get(index, {}).get(name) for name in events if name in moved.get(index, {})}
        own |= {name: at[name]["time_s"] for name in events if name not in own}
        out[index] = {str(name): when for name, when in own.items() if when is not None}
    return out


def _write(out: Path, document: AnalysisDocument, series: Any, result: Result, reference: Any) -> None:
    from ...render import exports
    from ..pipeline.document import plain

    curves = plain({"schema": document["schema"], "deliveries": result["series"]})
    (out / "analysis.json").write_text(json.dumps(document, allow_nan=False), encoding="utf-8")
    (out / "series.json").write_text(json.dumps(curves, allow_nan=False), encoding="utf-8")
    exports.metrics_csv(document, out / "metrics.csv")
    if reference is not None:
        shadow_file.write(out / shadow_file.NAME, series, result, reference)


def _read(storage: Storage, analysis_id: str, name: str) -> Any:
    with storage.open(publish.key(analysis_id, name)) as file:
        return json.loads(file.read())


def _pose(storage: Storage, row: Subject) -> Any:
    """The motion as it was solved: restating always starts there, so that no change is made twice."""
    from ...body.series import PoseSeries

    kept = _solved_key(row)
    with storage.open(kept if storage.exists(kept) else publish.key(row.id, "pose.npz")) as file:
        return PoseSeries.load(io.BytesIO(file.read()))


def _solved_key(row: Subject) -> str:
    """A run of the pipeline makes its own: what an earlier run left is never mistaken for it."""
    return publish.key(row.id, f"pose_solved_{row.attempt}.npz")


def _keep_solved(storage: Storage, row: Subject) -> None:
    """Keep the solved motion beside the reassumed one, once per run of the pipeline."""
    kept = _solved_key(row)
    if not storage.exists(kept):
        with storage.open(publish.key(row.id, "pose.npz")) as file:
            storage.put(kept, io.BytesIO(file.read()))


def main() -> None:
    """The child: a line of JSON for each task: what :func:`remeasure` returns, or the error.

    What takes long to load is loaded before the first task is there; without another one it ends after a while.
    """
    for slow in (
        "shadow_trainer.pitching",
        "shadow_trainer.pose.motion",
        "shadow_trainer.render.exports",
        "scipy.interpolate",
        "scipy.signal",
    ):
        import_module(slow)
    # Who asks waits for an answer before asking again: no line is ever read that nobody has waited for.
    while select.select([sys.stdin], [], [], WARM_S)[0] and (line := sys.stdin.readline()):
        print(json.dumps(_answer(json.loads(line))), flush=True)


def _answer(given: dict[str, Any]) -> dict[str, Any]:
    from ...storage import open_storage

    settings = Settings(**given["settings"])
    try:
        storage = open_storage(settings.storage_address, settings)
        return remeasure(storage, Subject(**given["subject"]), Change(**given["change"]))
    except ShadowError as error:
        return {**error.as_dict(), "permanent": error.permanent}


if __name__ == "__main__":
    main()
