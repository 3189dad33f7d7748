"""Any two pitches beside each other: videos, numbers with their errors, intervals, similarity."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Flask, render_template, request

from ...catalog import Analysis
from ...errors import NotFound
from ...pitching.document import AnalysisDocument, Delivery
from ...pitching.reference import comparison as pitching_compare
from ...pitching.reference import from_delivery
from ...pitching.world import as_right_hander
from ...vocabulary import State
from ..presenters import differences
from ..presenters.report import MODEL_WORDS, clock
from ..presenters.similarity import Similarity
from ..services import analyses
from ..services.urls import media_address, poster_address

blueprint = Blueprint("compare", __name__, url_prefix="/compare")

PITCH = re.compile(r"([0-9a-f]{32})(?:\.([0-9]{1,4}))?")
# Analyses that the lists offer; older ones are reached from their own page.
OFFERED = 100
NOTHING_COMPARED: dict[str, Any] = {
    "phases": (),
    "intervals": (),
    "moments": (),
    "similarity": None,
    "unscored": False,
}


def init_app(app: Flask) -> None:
    """Add the page."""
    app.register_blueprint(blueprint)


@dataclass(frozen=True)
class Pitch:
    """One of the two: its row, its place in the video, what was found, and addresses for the page."""

    row: Analysis
    place: int
    document: AnalysisDocument
    video: str | None
    poster: str | None

    @property
    def key(self) -> str:
        """How addresses name it."""
        return f"{self.row.id}.{self.place}"

    @property
    def delivery(self) -> Delivery:
        """Its entry in analysis.json."""
        return self.document["deliveries"][self.place]

    @property
    def words(self) -> str:
        """Its name."""
        several = len(self.document["deliveries"]) > 1
        return f"{self.row.title}, pitch {self.place + 1}" if several else self.row.title

    @property
    def scale(self) -> float:
        """Real seconds in a second of the video."""
        video = self.document["video"]
        return float(video.get("time_scale") or video["fps"] / video["capture_fps"])

    @property
    def video_events(self) -> dict[str, float]:
        """Events in seconds of the video's own clock."""
        return {
            name: round(float(event["time_s"]) / self.scale, 5)
            for name, event in self.delivery["events"].items()
            if event and event.get("time_s") is not None
        }

    @property
    def is_scored(self) -> bool:
        """Whether its model is fine enough to be judged."""
        return self.document["model"]["size"] not in MODEL_WORDS


@blueprint.get("")
def index() -> str:
    """The comparison, or the form that asks for two pitches."""
    a, b = (_pitch(request.args.get(name, "")) for name in ("a", "b"))
    rows = analyses.list_analyses(states=(State.COMPLETED,), limit=OFFERED)
    choices = [choice for row in rows for choice in _choices(row)]
    for pitch in (a, b):
        if pitch and pitch.key not in dict(choices):
            choices.insert(0, (pitch.key, pitch.words))
    compared = _compared(a, b) if a is not None and b is not None else NOTHING_COMPARED
    return render_template("compare.html", a=a, b=b, choices=choices, clock=clock, **compared)


def _compared(a: Pitch, b: Pitch) -> dict[str, Any]:
    """The two pitches side by side, as the page shows them."""
    scored = a.is_scored and b.is_scored
    return {
        "phases": differences.metrics(a.delivery, b.delivery),
        "intervals": differences.intervals(a.delivery, b.delivery),
        "moments": differences.moments(a.delivery, b.delivery, a.scale, b.scale),
        "similarity": _similarity(a, b) if scored else None,
        "unscored": not scored,
    }


def _choices(row: Analysis) -> list[tuple[str, str]]:
    count = int((row.result or {}).get("deliveries") or 0)
    words = f"{row.title} · {row.created_at.day} {row.created_at.strftime('%b %Y')}"
    if count == 1:
        return [(f"{row.id}.0", words)]
    return [(f"{row.id}.{place}", f"{words} · pitch {place + 1}") for place in range(count)]


def _pitch(text: str) -> Pitch | None:
    """The pitch that ``ID.PLACE`` names; None when nothing was chosen."""
    if not text:
        return None
    named = PITCH.fullmatch(text)
    row = analyses.completed(named[1] if named else text)
    place = int(named[2] or 0) if named else 0
    document = analyses.read_document(row.id)
    if place >= len(document["deliveries"]):
        raise NotFound(f"There is no pitch {place + 1} in this video.", code="no_such_delivery")
    return Pitch(row, place, document, media_address(row, "preview.mp4"), poster_address(row))


def _similarity(a: Pitch, b: Pitch) -> Similarity | None:
    """How alike the first is to the second, on the first one's body: the report's own measure."""
    series = analyses.read_pose(a.row.id)
    other = from_delivery(analyses.read_pose(b.row.id), b.document, b.place, name=b.words)
    athlete, delivery = a.document["athlete"], a.delivery
    rows = (series.time_s >= delivery["start_s"] - 1e-9) & (series.time_s <= delivery["end_s"] + 1e-9)
    similarity = pitching_compare.similarity_of(
        as_right_hander(series.world_m[rows], athlete["throws"]),
        series.time_s[rows],
        series.confidence[rows],
        pitching_compare.event_times(delivery),
        float(athlete["height_m"]),
        other,
    )
    return differences.similarity_between(similarity)
