"""What an analysis takes as given, for the form that corrects it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ...jobs.pipeline.request import AnalysisRequest
from ...labels import VIEWS

HAND_WORDS = {"right": "right", "left": "left"}


@dataclass(frozen=True)
class Assumed:
    """``values`` as they were given (empty: the video decides); ``measured`` in words, what the video decided;
    ``references`` as (name, words)."""

    values: dict[str, str]
    measured: dict[str, str]
    references: tuple[tuple[str, str], ...]


def assumed(
    document: Mapping[str, Any], options: Mapping[str, Any], references: Iterable[tuple[str, str]]
) -> Assumed:
    """The form's content; ``references`` are those that may be chosen, as (option, words)."""
    request, known = AnalysisRequest.from_stored(options), tuple(references)
    if request.reference not in dict(known):
        known = ((request.reference, "A deleted reference"), *known)
    athlete, video, view = document["athlete"], document["video"], document["view"]
    height, rate = athlete.get("height_m"), video["capture_fps"]
    return Assumed(
        values={
            "throws": request.throws,
            "height_m": f"{request.height_m:g}" if request.height_m else "",
            "capture_fps": f"{request.capture_fps:g}" if request.capture_fps else "",
            "level": document.get("level") or request.level,
            "reference": request.reference,
            "view": request.view,
        },
        measured={
            "throws": HAND_WORDS.get(athlete.get("throws"), ""),
            "height_m": f"{height:.2f} m" if height else "",
            "capture_fps": f"{rate:.0f}",
            "view": VIEWS.get(view.get("name"), ""),
        },
        references=known,
    )
