"""analysis.json: the document of one analysis, put together from what the stages found."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from ...pitching.document import SCHEMA, AnalysisDocument, Person, Result, SaidVerdict, VideoWarning
from ...pitching.document_joints import SetJoint
from ...pitching.document_video import Video
from ...vocabulary import JointEditKind, ModelSize, Verdict
from . import assumptions, joints
from .stage import Run, timings

if TYPE_CHECKING:
    from ...pose.tracking.candidates import Scan
    from ...pose.tracking.spans import Span
    from ...video import VideoInfo

MOST_TOLD = 4  # stretches at another speed
SLOW_MOTION_FIX = "Give the capture rate with the upload if you know it; it is in the camera's settings."


def build_document(
    run: Run,
    info: VideoInfo,
    scan: Scan,
    result: Result,
    motion: Mapping[str, Any],
    person: int | None,
    spans: Iterable[Span] = (),
) -> tuple[AnalysisDocument, dict[str, Any]]:
    """``(document, curves)``: the contract's analysis.json, and the time series for the charts.

    The curves are a file of their own: a page that lists numbers should not load every curve.
    """
    document: AnalysisDocument = {
        "schema": SCHEMA,
        # The browser's copy has a rate of its own when the video's varies: the player counts its frames.
        "video": _video(info, run.read_json("preview.json")["fps"], result["repeated"]),
        "athlete": result["athlete"],
        "view": result["view"],
        "level": result["level"],
        "model": {"size": ModelSize(run.request.model_size)},
        "people": _people(scan, person),
        "deliveries": result["deliveries"],
        "dropped": result["dropped"],
        "verdicts": said(run.request.verdicts, info.time_scale),
        "joints": set_joints(run.request.joints, info.time_scale),
        "consistency": result["consistency"],
        "warnings": [
            *map(_warning, (*info.warnings, *scan.warnings)),
            *_slow_motion(info, motion),
            *_other_speeds(info, motion),
            *result["warnings"],
        ],
        "timings_s": timings(run.work),
    }
    solved = assumptions.solved_under(document, run.request.as_dict())
    factor = float(motion["slow_motion_factor"])
    solved["spans"] = [[span.start_s / factor, span.end_s / factor, span.person] for span in spans]
    if document["joints"]:
        solved["joints_at_s"] = [
            at_s for one in document["joints"] for at_s in (one["at_s"], one["to_s"] or one["at_s"])
        ]
    return plain({**document, assumptions.SOLVED: solved}), plain(
        {"schema": SCHEMA, "deliveries": result["series"]}
    )


def said(verdicts: Iterable[Mapping[str, Any]], time_scale: float) -> list[SaidVerdict]:
    """A coach's verdicts in real seconds; ``time_scale`` real seconds per second of the video's own clock."""
    return [
        {
            "at_s": round(one["at_s"] * time_scale, 5),
            "verdict": Verdict(one["verdict"]),
            "person": one["person"],
        }
        for one in verdicts
    ]


def set_joints(steps: Iterable[Mapping[str, Any]], time_scale: float) -> list[SetJoint]:
    """The steps that hold of joints set by hand, in real seconds."""
    return [
        {
            "kind": JointEditKind(one.kind),
            "joint": one.joint,
            "at_s": round(one.at_s * time_scale, 5),
            "to_s": None if one.to_s is None else round(one.to_s * time_scale, 5),
            "x_px": one.x,
            "y_px": one.y,
            "sigma_px": one.sigma_px,
            "person": one.person,
            "by": one.by,
            "done_at": one.done_at,
        }
        for one in joints.in_force(joints.read(steps))
    ]


def plain(value: Any) -> Any:
    """Numpy scalars and arrays as JSON types; NaN and infinity as None (JSON has neither)."""
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if hasattr(value, "tolist"):
        return plain(value.tolist())
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def _video(info: VideoInfo, preview_fps: float, repeated: float) -> Video:
    """The facts that the contract names; ``repeated`` is the share of frames that only repeat the one before."""
    facts: Video = {
        "width": info.width,
        "height": info.height,
        "frame_count": info.frame_count,
        "fps": info.fps,
        "capture_fps": info.capture_fps * (1.0 - repeated),
        "duration_s": info.duration_s,
        "rotation_deg": info.rotation_deg,
        "codec": info.codec,
        "variable_frame_rate": info.variable_frame_rate,
        "truncated": info.truncated,
        "time_scale": info.time_scale,
        "preview_fps": preview_fps,
    }
    if repeated:
        facts["repeated"] = round(repeated, 4)
    if info.held:
        facts["held"] = [{"start_s": start, "end_s": end} for start, end in info.held]
    if info.stalled:
        facts["stalled"] = [{"start_s": start, "end_s": end} for start, end in info.stalled]
    if info.speed_changes:
        facts["speed_changes"] = [{"at_s": second, "ratio": ratio} for second, ratio in info.speed_changes]
    if info.filmed_on:
        facts["filmed_on"] = info.filmed_on
    if info.part:
        # Of the whole file: every other time in the document counts from this start.
        facts["part"] = {"start_s": info.part[0], "end_s": info.part[1]}
    return facts


def _people(scan: Scan, chosen: int | None) -> list[Person]:
    """The candidates without pictures and tracks; exactly one is marked as chosen."""
    choice = scan.chosen if chosen is None else chosen
    return [
        {
            "id": person.id,
            "score": person.score,
            "first_s": person.first_s,
            "last_s": person.last_s,
            "seen_s": person.seen_s,
            "height_px": person.height_px,
            "peak_speed": person.peak_speed,
            "windows": [list(window) for window in person.windows],
            "chosen": person.id == choice,
        }
        for person in scan.people
    ]


def _warning(said: Mapping[str, str]) -> VideoWarning:
    return {"code": said["code"], "message": said["message"], "fix": said["fix"]}


def _slow_motion(info: VideoInfo, motion: Mapping[str, Any]) -> list[VideoWarning]:
    """What is said when the video was found to be slow motion although nothing in the file says so."""
    factor = float(motion["slow_motion_factor"])
    if factor == 1.0:
        return []
    if motion.get("sure", True):
        message = (
            f"This video plays {factor:g} times slower than life: the throw takes longer than a throw can. "
            f"It was measured as {info.capture_fps:.0f} frames per second."
        )
        return [{"code": "slow_motion_found", "message": message, "fix": SLOW_MOTION_FIX}]
    factors = sorted({factor, *motion.get("rivals", ())})
    rates = " or ".join(f"{info.fps * one:.0f}" for one in factors)
    slower = f"{factors[0]:.2g} to {factors[-1]:.2g}" if len(factors) > 1 else f"{factor:.2g}"
    message = (
        f"This video plays about {slower} times slower than life, and the throw does not tell which: it may have been "
        f"filmed at {rates} frames per second. It was measured as {info.capture_fps:.0f}; times and speeds are only a "
        "trend until you give the capture rate."
    )
    return [{"code": "slow_motion_unsure", "message": message, "fix": SLOW_MOTION_FIX}]


def _other_speeds(info: VideoInfo, motion: Mapping[str, Any]) -> list[VideoWarning]:
    """What is said of pitches that play at another speed than those that were measured."""
    others = motion.get("left_out", ())
    if not others:
        return []
    factor = float(motion["slow_motion_factor"])
    # Their seconds are the file's: what was measured may have turned out to be the slower one.
    scale = info.time_scale * factor
    told = ", ".join(
        f"from {one['start_s'] / scale:.1f} to {one['end_s'] / scale:.1f} s "
        + (f"(about {one['factor']:.2g} times slower than life)" if one["factor"] > 1 else "(real time)")
        for one in others[:MOST_TOLD]
    )
    message = (
        f"The video shows a pitch at another speed {told}, as a replay does. Only what plays at the speed of the likeliest "
        "pitch was measured."
    )
    fix = "To measure the other one too, upload the video again and choose that part."
    return [{"code": "other_speed", "message": message, "fix": fix}]
