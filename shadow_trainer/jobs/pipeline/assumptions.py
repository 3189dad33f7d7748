"""The assumptions of an analysis, which a coach may correct afterwards.

Hand, height, capture rate, level, reference, view. The pose model is not needed again: see
:mod:`shadow_trainer.pitching.reassume`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from ...errors import BadRequest
from ...pitching.document import Delivery, VideoWarning
from ...vocabulary import Event, Hand
from .request import AnalysisRequest

if TYPE_CHECKING:
    from ...body.series import PoseSeries

FIELDS = ("throws", "height_m", "capture_fps", "level", "reference", "view")
SAME_RATE = 0.02  # 29.97 is 30
# The name in analysis.json of what the motion was solved under.
SOLVED = "solved"
RATE_CHANGED: VideoWarning = {
    "code": "capture_rate_changed",
    "message": "The capture rate was corrected after the video was measured. The times are right; the motion "
    "was smoothed for the former rate.",
    "fix": "Press “Run again” to have the motion made anew for this rate.",
}


def check_names(names: Iterable[str]) -> None:
    """BadRequest for what cannot be changed on a finished analysis."""
    if unknown := sorted(set(names) - set(FIELDS)):
        raise BadRequest(
            f"{', '.join(unknown)} cannot be changed on a finished analysis.",
            code="unknown_option",
            fix=f"What can be changed: {', '.join(FIELDS)}.",
        )


def changed(options: Mapping[str, Any], changes: Mapping[str, Any]) -> AnalysisRequest:
    """The analysis' options with a coach's changes; BadRequest for what cannot be."""
    check_names(changes)
    return AnalysisRequest.from_dict({**AnalysisRequest.from_stored(options).as_dict(), **changes})


def solved_under(document: Mapping[str, Any], options: Mapping[str, Any]) -> dict[str, Any]:
    """Under what the stored motion was made: ``throws``, ``height_m``, ``capture_fps``, ``time_scale``;
    ``rate_given`` whether a person had said the rate; ``usual_height_m`` what stands in for no height.
    """
    if SOLVED in document:
        return dict(document[SOLVED])
    athlete, video = document["athlete"], document["video"]
    return {
        "throws": athlete["throws"],
        "height_m": athlete["height_m"] if athlete.get("height_source") == "given" else usual_height(),
        "capture_fps": clock_fps(video),
        "time_scale": float(video.get("time_scale") or video["fps"] / video["capture_fps"]),
        "rate_given": options.get("capture_fps") is not None,
        "usual_height_m": usual_height(),
    }


def reassumed(
    series: PoseSeries, request: AnalysisRequest, solved: Mapping[str, Any], document: Mapping[str, Any]
) -> tuple[PoseSeries, dict[str, Any]]:
    """``(series, video)`` under the request: the stored motion made to fit it, and the video's facts to match."""
    from ...pitching import clock, reassume

    if request.capture_fps is not None:
        series = clock.trusted(series)
    share = float(document["video"].get("repeated", 0.0))
    rate = float(document["video"]["fps"]) if solved["rate_given"] else float(solved["capture_fps"])
    if request.capture_fps:
        rate = _clock_rate(float(request.capture_fps), float(solved["capture_fps"]), share)
    factor = solved["capture_fps"] / rate
    video = {
        **document["video"],
        "capture_fps": rate * (1.0 - share),
        "time_scale": solved["time_scale"] * factor,
    }
    series = reassume.at_rate(series, factor)
    series = reassume.at_height(series, (request.height_m or solved["usual_height_m"]) / solved["height_m"])
    if request.throws not in ("auto", solved["throws"]):
        series = reassume.toward_plate(series, Hand(request.throws))
    return series, video


def clock_fps(video: Mapping[str, Any]) -> float:
    """Frames of the file per second of real time, those that only repeat the one before among them."""
    return float(video["capture_fps"]) / (1.0 - float(video.get("repeated", 0.0)))


def _clock_rate(given: float, solved: float, share: float) -> float:
    """What a person's capture rate makes of the clock, where this ``share`` of the frames are repeats.

    It is the camera's rate, which counts no repeats; the file's own rate is taken as that, too.
    """
    if not share or any(abs(given - rate) <= SAME_RATE * rate for rate in (solved, solved * (1.0 - share))):
        return given if not share else solved
    return given / (1.0 - share)


def moved_times(
    moved: Mapping[str, Any], before: Mapping[str, Any], video: Mapping[str, Any]
) -> dict[str, Any]:
    """Events moved by hand, on the seconds of another capture rate."""
    factor = float(before["capture_fps"]) / float(video["capture_fps"])
    return {index: {name: when * factor for name, when in events.items()} for index, events in moved.items()}


def moved_by_release(
    moved: Iterable[Mapping[str, Any]], time_scale: float
) -> tuple[dict[int, dict[str, float]], list[float]]:
    """``(events, releases)`` of the option ``moved`` in real seconds, as :func:`...pitching.analyse` takes them."""
    rows = list(moved)
    events = {
        place: {name: when * time_scale for name, when in row["events"].items()}
        for place, row in enumerate(rows)
    }
    return events, [row["at_s"] * time_scale for row in rows]


def as_option(
    moved: Mapping[str, Mapping[Event, float]],
    deliveries: list[Delivery],
    time_scale: float,
    before: Mapping[str, Mapping[Event, float]] | None = None,
) -> list[dict[str, Any]]:
    """The option ``moved`` from a document's own ``moved_events``: each pitch by the time of its release; ``before`` are
    its ``found_events``, which nothing but statistics reads."""
    return [
        {
            "at_s": deliveries[int(index)]["events"][Event.RELEASE]["time_s"] / time_scale,
            "events": {str(name): when / time_scale for name, when in events.items()},
            "found": {str(name): when / time_scale for name, when in (before or {}).get(index, {}).items()},
        }
        for index, events in moved.items()
        if events and int(index) < len(deliveries)
    ]


def usual_height() -> float:
    """Metres: the height that a motion is solved at when nobody gave one."""
    from ...pose.motion.body import DEFAULT_HEIGHT_M

    return DEFAULT_HEIGHT_M
