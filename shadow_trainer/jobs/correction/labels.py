"""What coaches corrected, as labels: a place or a time that a person gave, with the engine's answer beside it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from ...body.skeleton import INDEX
from ...pitching.document import AnalysisDocument
from ...vocabulary import JointEditKind

if TYPE_CHECKING:
    from ...pose.raw_track import RawTrack


def of_analysis(
    document: AnalysisDocument, options: Mapping[str, Any], track: RawTrack | None, time_s: np.ndarray
) -> Iterator[dict[str, Any]]:
    """Labels of one analysis: joints, events, pitches, the person. Nobody's name is in them.

    ``track`` is what the network said (None where it was not kept), ``time_s`` (T,) the real seconds of its rows.
    """
    video = document["video"]
    scene = {
        "view": document["view"]["name"],
        "fps": round(video["capture_fps"], 2),
        "throws": document["athlete"]["throws"],
        "model": document["model"]["size"],
    }
    for one in document.get("joints") or ():
        yield {**scene, **_joint(dict(one), track, time_s)}
    before = document.get("found_events") or {}
    for index, events in (document.get("moved_events") or {}).items():
        for name, at_s in events.items():
            then = before.get(index, {}).get(name)
            yield {**scene, "label": "event", "event": name, "at_s": at_s, "engine": {"at_s": then}}
    for said in document.get("verdicts") or ():
        yield {**scene, "label": "pitch", "at_s": said["at_s"], "verdict": said["verdict"]}
    if options.get("person") is not None:
        yield {**scene, "label": "person", "person": options["person"]}


def _joint(one: dict[str, Any], track: RawTrack | None, time_s: np.ndarray) -> dict[str, Any]:
    """A joint's label; ``engine`` is what the network said in this frame, ``body_px`` how tall the athlete is in it."""
    names = ("kind", "joint", "at_s", "to_s", "x_px", "y_px", "sigma_px")
    label = {"label": "joint", **{name: one[name] for name in names}, "engine": None, "body_px": None}
    if track is None or one["kind"] == JointEditKind.EXCHANGE or len(track) != len(time_s):
        return label
    row, joint = int(np.abs(time_s - one["at_s"]).argmin()), INDEX[one["joint"]]
    px, sure = track.landmarks_px[row], track.confidence[row, joint]
    if np.isfinite(px[joint]).all():
        x, y = (round(float(value), 1) for value in px[joint])
        label["engine"] = {"x_px": x, "y_px": y, "confidence": round(float(sure), 3)}
        label["body_px"] = round(float(np.ptp(px[np.isfinite(px[:, 1]), 1])), 1)
    return label
