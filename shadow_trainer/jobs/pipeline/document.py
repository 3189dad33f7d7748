"""analysis.json: the document of one analysis, put together from what the stages found."""

from __future__ import annotations

import math
from typing import Any

from ...pitching.document import SCHEMA, Analysis, Result
from . import assumptions
from .stage import Run, timings

SLOW_MOTION_FIX = "Give the capture rate with the upload if you know it; it is in the camera's settings."


def build_document(
    run: Run, info: Any, scan: Any, result: Result, factor: float
) -> tuple[Analysis, dict[str, Any]]:
    """``(document, curves)``: the contract's analysis.json, and the time series for the charts.

    The curves are a file of their own: a page that lists numbers should not load every curve.
    """
    document = {
        "schema": SCHEMA,
        # The browser's copy has a rate of its own when the film's varies: the player counts its frames.
        "video": {**_video(info), "preview_fps": run.read_json("preview.json")["fps"]},
        "athlete": result["athlete"],
        "view": result["view"],
        "level": result["level"],
        "model": {"size": run.request.model_size},
        "people": _people(scan, run.request.person),
        "deliveries": result["deliveries"],
        "consistency": result["consistency"],
        "warnings": [*info.warnings, *scan.warnings, *_slow_motion(info, factor), *result["warnings"]],
        "timings_s": timings(run.work),
    }
    document[assumptions.SOLVED] = assumptions.solved_under(document, run.request.as_dict())
    return plain(document), plain({"schema": SCHEMA, "deliveries": result["series"]})


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


def _video(info: Any) -> dict[str, Any]:
    """The facts that the contract names."""
    names = ("width", "height", "frame_count", "fps", "capture_fps", "duration_s", "rotation_deg")
    more = ("codec", "variable_frame_rate", "truncated", "time_scale")
    found = {name: getattr(info, name) for name in (*names, *more)}
    if info.part:
        # Of the whole file: every other time in the document counts from this start.
        found["part"] = {"start_s": info.part[0], "end_s": info.part[1]}
    return found


def _people(scan: Any, chosen: int | None) -> list[dict[str, Any]]:
    """The candidates without pictures and tracks; exactly one is marked as chosen."""
    choice = scan.chosen if chosen is None else chosen
    rows = []
    for person in scan.as_dict()["people"]:
        row = {key: value for key, value in person.items() if key not in ("times", "rois", "pieces")}
        row["chosen"] = row["id"] == choice
        rows.append(row)
    return rows


def _slow_motion(info: Any, factor: float) -> list[dict[str, str]]:
    """What is said when the film was found to be slow motion although nothing in the file says so."""
    if factor == 1.0:
        return []
    message = (
        f"This film plays {factor:g} times slower than life: the throw takes longer than a throw can. "
        f"It was measured as {info.capture_fps:.0f} frames per second."
    )
    return [{"code": "slow_motion_found", "message": message, "fix": SLOW_MOTION_FIX}]
