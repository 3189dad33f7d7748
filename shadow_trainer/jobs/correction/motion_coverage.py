"""Whether the stored motion reaches a moment at which a coach says that a ball is released.

Where it does, the numbers follow within a second; where it does not (another person, another time), the networks must
look at that stretch of the video, as a job.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from ...errors import BadRequest, Conflict
from ...vocabulary import Verdict

if TYPE_CHECKING:
    from ...body.series import PoseSeries
    from ...pitching.document import Result

NOT_MEASURED = "not_measured_there"
# Real seconds around a release without which there is nothing to be said of it.
BEFORE_S, AFTER_S = 0.35, 0.1
SAME_S = 0.01


def windows(solved: Mapping[str, Any], factor: float) -> list[tuple[float, float]] | None:
    """Where deliveries are looked for, as in the pipeline; ``factor`` real seconds in one of the solved motion's. None
    for a result of an earlier release, which did not say."""
    return [(start * factor, end * factor) for start, end, _ in solved.get("spans") or ()] or None


def check(
    series: PoseSeries,
    solved: Mapping[str, Any],
    factor: float,
    verdicts: Iterable[Mapping[str, Any]],
    scale: float,
) -> None:
    """Raises Conflict with the code :data:`NOT_MEASURED` unless every release lies in the motion; ``scale`` real seconds
    in one of the verdicts'."""
    spans = [(start * factor, end * factor, person) for start, end, person in solved.get("spans") or ()]
    for one in verdicts:
        at_s = one["at_s"] * scale
        if one["verdict"] != Verdict.NO_PITCH and not _is_measured(series, spans, at_s, one["person"]):
            raise Conflict(
                f"The body was not measured at {at_s:.2f} s.",
                code=NOT_MEASURED,
                fix="Run the analysis again: this stretch of the video is measured as well then.",
            )


def check_found(result: Result, verdicts: Iterable[Mapping[str, Any]], scale: float) -> None:
    """Raises BadRequest when a release that was set gave no pitch: too little of the body is known around it."""
    releases = [
        delivery["events"] for delivery in result["deliveries"] if delivery["verdict"] == Verdict.RELEASE
    ]
    wanted = [one["at_s"] * scale for one in verdicts if one["verdict"] == Verdict.RELEASE]
    if len(releases) < len(wanted):
        raise BadRequest(
            "Too little of the body is seen around this release to measure a pitch.",
            code="too_little_seen",
            fix="Choose the frame in which the ball leaves the hand of somebody whose whole body is in the picture.",
        )


def _is_measured(
    series: PoseSeries, spans: list[tuple[float, float, Any]], at_s: float, person: int | None
) -> bool:
    import numpy as np

    rows = (series.time_s >= at_s - BEFORE_S) & (series.time_s <= at_s + AFTER_S)
    if not rows.any() or np.isfinite(series.world_m[rows]).any(axis=(1, 2)).mean() < 0.5:
        return False
    inside = [who for start, end, who in spans if start - SAME_S <= at_s <= end + SAME_S]
    return not spans or (bool(inside) and (person is None or person in inside))
