"""The upload form: its fields, their choices in a coach's words, and how text becomes options."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from typing import Any

from ... import labels
from ...errors import BadRequest, FieldErrors
from ...jobs.pipeline import assumptions, verdicts
from ...jobs.pipeline.request import CAPTURE_FPS_RANGE, HEIGHT_M_RANGE, PART_S_RANGE, AnalysisRequest

THROWS_CHOICES = [("auto", "Auto-detect"), ("right", "Right"), ("left", "Left")]
VIEW_CHOICES = [
    ("auto", "Auto-detect"),
    ("open-side", "Open side (chest faces the camera in the set)"),
    ("rear", "From behind the mound"),
    ("front", "From the plate"),
    ("other", "Something between"),
]
MODEL_CHOICES = [
    ("xs", "Quick look — not scored"),
    ("s", "Fast — not scored"),
    ("m", "Standard"),
    ("l", "Most careful, twice the time"),
]
RATE_CHOICES = ["30", "60", "120", "240", "480"]
NUMBER_WORDS = {
    "capture_fps": "The capture rate",
    "start_s": "The beginning of the part",
    "end_s": "The end of the part",
    "turn_deg": "The turn of the picture",
}
LEVEL_CHOICES = [(str(level), words) for level, words in labels.LEVELS.items()]
INCH_M = 0.0254
EVENT_STEP_S = 0.001  # times of events in forms
FEET = re.compile(
    r"""(\d)\s*(?:'|′|’|ft\.?|feet|foot)\s*(?:(\d{1,2}(?:\.\d+)?)\s*(?:"|″|”|''|in\.?|inch(?:es)?)?)?"""
)
METRIC = re.compile(r"(\d+(?:[.,]\d+)?)\s*(cm|m)?")
OPTION_NAMES = (
    "throws", "view", "model_size", "capture_fps", "height_m", "reference", "person", "level",
    "start_s", "end_s", "turn_deg", "verdicts",
)  # fmt: skip


CHOICES = {
    "throws": THROWS_CHOICES,
    "view": VIEW_CHOICES,
    "model_size": MODEL_CHOICES,
    "rates": RATE_CHOICES,
    "level": LEVEL_CHOICES,
}


def options_from(values: Mapping[str, Any], *, default_model: str = "m") -> AnalysisRequest:
    """AnalysisRequest from a form's texts or a JSON body's values; empty means not given.

    Raises FieldErrors with every wrong field, not only the first.
    """
    options: dict[str, Any] = {"model_size": default_model}
    errors: list[dict[str, str]] = []
    aliases = {"model": "model_size", "height": "height_m"}
    given = {aliases.get(name, name): value for name, value in values.items()}
    for name in OPTION_NAMES:
        value = given.get(name)
        if value is None or value == "":
            continue
        try:
            options[name] = _parsed(name, value)
            # The part's end is judged against its beginning, so that is given with it.
            begin = {"start_s": options["start_s"]} if name == "end_s" and "start_s" in options else {}
            AnalysisRequest(**{**begin, name: options[name]})
        except BadRequest as error:
            errors.append({"field": name, **error.as_dict()})
    if errors:
        raise FieldErrors.of(errors)
    return AnalysisRequest(**options)


def changes_from(values: Mapping[str, Any]) -> dict[str, Any]:
    """What a coach corrects on a finished analysis: only the names that are given; empty is not known.

    Raises FieldErrors, and BadRequest for what cannot be changed afterwards.
    """
    assumptions.check_names(values)
    request = options_from(values)
    return {name: getattr(request, name) for name in values}


def _parsed(name: str, value: Any) -> Any:
    if isinstance(value, dict | list):
        raise BadRequest(f"{name} is not one value.", code=f"bad_{name}", fix="Give a text or a number.")
    if name == "height_m":
        return parse_height(value)
    if name == "capture_fps":
        return _number(name, value, CAPTURE_FPS_RANGE, "frames per second")
    if name in ("start_s", "end_s"):
        return _number(name, value, PART_S_RANGE, "seconds of the video")
    if name == "turn_deg":
        return int(_number(name, value, (0, 270), "0, 90, 180 or 270 degrees"))
    if name == "person":
        return int(_number(name, value, (0, 10_000), "the number of a candidate"))
    if name == "verdicts":
        return _verdicts(value)
    return value if isinstance(value, str) else str(value)


def _verdicts(value: Any) -> Any:
    """The list itself; in a form its JSON."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError as error:
        raise BadRequest("verdicts is no JSON.", code="bad_verdicts", fix=verdicts.FIX) from error


def parse_height(value: Any) -> float:
    """Body height in metres from ``1.88``, ``188``, ``188 cm``, ``1,88 m``, ``6'2"`` or ``6 ft 2``.

    Raises BadRequest when it cannot be read or is not a person's height.
    """
    text = str(value).strip().lower()
    feet, metric = FEET.fullmatch(text), METRIC.fullmatch(text)
    if feet:
        height = (int(feet[1]) * 12 + float(feet[2] or 0)) * INCH_M
    elif metric:
        number = float(metric[1].replace(",", "."))
        height = number / 100 if metric[2] == "cm" or (metric[2] is None and number >= 3) else number
    else:
        height = math.nan
    low, high = HEIGHT_M_RANGE
    if not low <= height <= high:
        raise BadRequest(
            f"The height “{str(value)[:20]}” is not a height between {low:.1f} and {high:.1f} meters.",
            code="bad_height_m",
            fix="Write it like 1.88, 188 cm or 6'2\", or leave it empty.",
        )
    return round(height, 4)


def _number(name: str, value: Any, limits: tuple[float, float], unit: str) -> float:
    try:
        number = float(str(value).replace(",", ".").lower().removesuffix("fps").strip())
    except ValueError:
        number = math.nan
    if not limits[0] <= number <= limits[1]:
        words = NUMBER_WORDS.get(name, name)
        raise BadRequest(
            f"{words} “{str(value)[:20]}” is not a number from {limits[0]:g} to {limits[1]:g}.",
            code=f"bad_{name}",
            fix=f"Give {unit}, or leave it empty.",
        )
    return number


def changed_events(values: Mapping[str, str], times_s: Mapping[str, float]) -> dict[str, float]:
    """Times of the events form that differ from where the events are, in seconds; what is no number is left out.

    The form shows milliseconds: less than that is no change.
    """
    moved = {}
    for name, now in times_s.items():
        try:
            time = float(values.get(name, "").replace(",", "."))
        except ValueError:
            continue
        if math.isfinite(time) and abs(time - now) > EVENT_STEP_S / 2 + 1e-9:
            moved[name] = time
    return moved
