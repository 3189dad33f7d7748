"""The report page's view of analysis.json."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from ...jobs.correction.remeasure import MOVED
from ...labels import HANDS, LEVELS, VIEWS, certainty_parts, event_confidence, event_label, signed
from ...pitching import faults, representative
from ...pitching.document import AnalysisDocument, VideoWarning
from ...pitching.document import Delivery as DeliveryEntry
from ...pitching.metrics import norms
from ...pitching.metrics.labels import validated
from ...vocabulary import EVENTS, Unit, View
from .keypoints import time_scale
from .metrics import Phase, phases, sources
from .similarity import Similarity, Spread, drifts, repeated, similarity_of, spreads
from .timing import Interval, Sequence, intervals, sequence

MAX_FINDINGS = 3
BEST_FPS = 240
SOURCE_WORDS = {
    "given": "as you said",
    "measured": "found in the video",
    "auto": "found in the video",
    "estimated": "estimated",
    "guess": "a guess",
}
MODEL_WORDS = {
    "xs": "Quick-look model: positions are rough and nothing is scored.",
    "s": "Fast model: nothing is scored.",
}


@dataclass(frozen=True)
class Event:
    """One event: real time, when it is in the video's own time, and how sure we are."""

    number: int
    name: str
    label: str
    time_s: float
    video_s: float
    frame: int | None
    from_release: str
    estimated: bool
    confidence: str  # high, medium, low; empty where it is not known
    moved: bool  # by a coach
    place: float  # 0..1000 along the time line of the delivery


@dataclass(frozen=True)
class Finding:
    """A fault or a strength in words, with the moment to look at."""

    kind: str  # "fault" or "strength"
    title: str  # its short name
    headline: str  # what was seen, as a sentence about this pitcher
    reason: str
    text: str
    level: str
    drill: str
    source: str
    certainty: str
    confidence: str
    basis: str  # what the certainty rests on
    video_s: float | None
    event: str
    marked: bool  # clearly outside in most of three or more pitches


@dataclass(frozen=True)
class Delivery:
    """One pitch of the clip."""

    index: int
    start_s: float
    end_s: float
    video_start_s: float
    video_end_s: float
    events: tuple[Event, ...]
    phases: tuple[Phase, ...]
    findings: tuple[Finding, ...]
    more_findings: tuple[Finding, ...]
    strengths: tuple[Finding, ...]
    not_judged: tuple[str, ...]
    similarity: Similarity | None
    intervals: tuple[Interval, ...]
    sequence: Sequence | None
    validated: str
    norm_sources: tuple[str, ...]
    raw: Mapping[str, Any]
    doubt: str  # said where it is less likely than not a pitch
    picked: tuple[str, ...] = ()  # "best", "typical"


@dataclass(frozen=True)
class Report:
    """Everything the report page shows that comes from analysis.json."""

    facts: tuple[tuple[str, str], ...]
    deliveries: tuple[Delivery, ...]
    selected: Delivery | None
    people: tuple[Mapping[str, Any], ...]
    warnings: tuple[VideoWarning, ...]
    consistency: tuple[Spread, ...]
    drifts: tuple[str, ...]
    repeated: tuple[Mapping[str, Any], ...]
    model_note: str
    width: int
    height: int
    time_scale: float
    fps: float  # of the browser's copy of the video
    capture_fps: float
    level_words: str
    stand_in: str
    footer: str
    next_time: str  # how to film so that more can be judged


def build(document: AnalysisDocument, *, delivery: int | None = None) -> Report:
    """The report; ``delivery`` is the index of the pitch to show (the first one when absent)."""
    video = document["video"]
    scale = time_scale(video)
    scored = document["model"]["size"] not in MODEL_WORDS
    together = (document.get("consistency") or {}) if scored else {}
    picked = _picked(document["deliveries"]) if scored else {}
    rows = tuple(
        replace(
            _delivery(row, scale, scored, _moved(document, row)),
            picked=picked.get(place, ()),
            intervals=intervals(row, float(video["capture_fps"])) if scored else (),
        )
        for place, row in enumerate(document["deliveries"])
    )
    selected = next((row for row in rows if row.index == delivery), rows[0] if rows else None)
    return Report(
        facts=_facts(document),
        deliveries=rows,
        selected=selected,
        people=tuple(document.get("people") or ()),
        warnings=tuple(document.get("warnings") or ()),
        consistency=spreads(together),
        drifts=drifts(together),
        repeated=repeated(together),
        model_note=MODEL_WORDS.get(document["model"]["size"], ""),
        width=video["width"],
        height=video["height"],
        time_scale=scale,
        fps=float(video.get("preview_fps") or video["fps"]),
        capture_fps=float(video["capture_fps"]),
        stand_in=_stand_in(document.get("level") or "adult", rows),
        footer=faults.FOOTER,
        next_time=_next_time(document),
        level_words=LEVELS.get(document.get("level") or "adult", ""),
    )


def _next_time(document: AnalysisDocument) -> str:
    """What to change about the filming so that more can be judged, in one sentence."""
    advice = []
    if document["view"]["name"] != View.OPEN_SIDE:
        advice.append("film from the open side, square to the line from rubber to plate")
    if document["video"]["capture_fps"] < BEST_FPS - 1:
        advice.append(f"set the camera to {BEST_FPS} fps")
    return _sentences(
        ", ".join([*advice, "come so close that the whole body fills the height of the picture"])
    )


def _stand_in(level: str, rows: Iterable[Delivery]) -> str:
    """What is said where adults' numbers stand in for those of a level; empty where none do."""
    if level == "adult" or not any(s.startswith(norms.STAND_IN) for row in rows for s in row.norm_sources):
        return ""
    wider = ", with a spread half as wide again" if level == "youth" else ""
    return f"Where this level has no published numbers, those of adults stand in{wider}; the sources below say which."


def _moved(document: Mapping[str, Any], row: Mapping[str, Any]) -> Collection[str]:
    """Names of a pitch's events that a coach moved."""
    return (document.get(MOVED) or {}).get(str(row["index"])) or ()


def _picked(deliveries: list[DeliveryEntry]) -> dict[int, tuple[str, ...]]:
    """Place of a pitch -> what it is chosen as."""
    chosen: dict[int, tuple[str, ...]] = {}
    for words, place in (
        ("best", representative.best(deliveries)),
        ("typical", representative.typical(deliveries)),
    ):
        if place is not None:
            chosen[place] = (*chosen.get(place, ()), words)
    return chosen


def clock(seconds: float) -> str:
    """``75.2`` -> ``1:15.2``; ``2.413`` -> ``2.413 s``."""
    if seconds < 60:
        return f"{seconds:.3f} s"
    return f"{int(seconds // 60)}:{seconds % 60:04.1f}"


def _facts(document: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    video, athlete, view = document["video"], document["athlete"], document["view"]
    hand = HANDS.get(athlete.get("throws"), "Not known")
    guessed = any(warning["code"] == "hand_uncertain" for warning in document.get("warnings") or ())
    rate = f"{video['capture_fps']:.0f} fps"
    if abs(video["capture_fps"] - video["fps"]) > 0.5:
        rate += f", plays at {video['fps']:.0f}"
    facts = [
        ("Throws", _sourced(hand, "guess" if guessed else athlete.get("throws_source"))),
        ("View", _sourced(VIEWS.get(view.get("name"), "not found in the video"), view.get("source"))),
        ("Video", f"{video['width']} × {video['height']}, {rate}, {clock(video['duration_s'])}"),
    ]
    if part := video.get("part"):
        end = "the end" if part["end_s"] is None else clock(part["end_s"])
        facts.append(("Part", f"{clock(part['start_s'])} to {end} of the video as uploaded"))
    if athlete.get("height_m"):
        height = _sourced(f"{athlete['height_m']:.2f} m", athlete.get("height_source"))
        facts.insert(2, ("Height", height))
    return tuple(facts)


def _sourced(words: str, source: str | None) -> str:
    said = SOURCE_WORDS.get(str(source or ""), "")
    return f"{words} ({said})" if said else words


def _delivery(row: Mapping[str, Any], scale: float, scored: bool, moved: Collection[str]) -> Delivery:
    events = _events(row, scale, moved)
    numbers = phases(row.get("metrics") or [], scored=scored)
    # A model that is too coarse to be scored is too coarse for praise and blame as well.
    faults = [_finding(item, "fault", row, scale) for item in row.get("faults") or () if scored]
    strengths = [_finding(item, "strength", row, scale) for item in row.get("strengths") or () if scored]
    return Delivery(
        index=row["index"],
        start_s=row["start_s"],
        end_s=row["end_s"],
        video_start_s=row["start_s"] / scale,
        video_end_s=row["end_s"] / scale,
        events=events,
        phases=numbers,
        findings=tuple(faults[:MAX_FINDINGS]),
        more_findings=tuple(faults[MAX_FINDINGS:]),
        strengths=tuple(strengths),
        not_judged=tuple(item["title"] for item in row.get("not_judged") or () if scored),
        similarity=similarity_of(row.get("similarity") or {}, scored=scored),
        intervals=(),
        sequence=sequence(row) if scored else None,
        norm_sources=sources(numbers),
        validated=validated(row.get("metrics") or []),
        raw=row,
        doubt=_doubt(row),
    )


def _doubt(row: Mapping[str, Any]) -> str:
    """What is said of a pitch that is less likely than not one; empty for any other, and for older results."""
    if not row.get("questionable"):
        return ""
    return f"Not sure this is a pitch: {100 * row['probability']:.0f} %. It was measured; nothing of it is scored or judged."


def _events(row: Mapping[str, Any], scale: float, moved: Collection[str]) -> tuple[Event, ...]:
    stored = row.get("events") or {}
    release = (stored.get("release") or {}).get("time_s")
    span = max(row["end_s"] - row["start_s"], 1e-6)
    events = []
    for number, name in enumerate(EVENTS, start=1):
        event = stored.get(name)
        if not event or event.get("time_s") is None:
            continue
        time_s = float(event["time_s"])
        events.append(
            Event(
                number=number,
                name=name,
                label=event_label(name),
                time_s=time_s,
                video_s=time_s / scale,
                frame=event.get("frame"),
                from_release=_from_release(time_s, release),
                estimated=bool(event.get("estimated")),
                confidence=event_confidence(event) or "",
                moved=name in moved,
                place=round(1000 * min(1.0, max(0.0, (time_s - row["start_s"]) / span)), 1),
            )
        )
    return tuple(events)


def _from_release(time_s: float, release: float | None) -> str:
    return "" if release is None else signed(1000 * (time_s - release), Unit.MILLISECONDS)


def _sentences(*parts: str | None) -> str:
    """Parts as sentences, one after the other."""
    texts = [part.strip().rstrip(".").replace(" -", " −").replace(" %", "\u00a0%") for part in parts if part]
    return " ".join(f"{text[:1].upper()}{text[1:]}." for text in texts)


def _headline(item: Mapping[str, Any]) -> str:
    """What was seen; where those words begin with a number, they need the name before it."""
    seen = str(item.get("seen") or "")
    return _sentences(seen if seen[:1].isalpha() else f"{item['title']}: {seen}".rstrip(": "))


def _why(item: Mapping[str, Any], kind: str) -> str:
    stored = str(item.get("why") or "")
    return faults.reason(item["id"], stored) if kind == "fault" else stored


def _finding(item: Mapping[str, Any], kind: str, row: Mapping[str, Any], scale: float) -> Finding:
    event = item.get("event") or ""
    time_s = item.get("time_s")
    if time_s is None:
        time_s = ((row.get("events") or {}).get(event) or {}).get("time_s")
    level, basis = certainty_parts(str(item.get("certainty") or ""))
    return Finding(
        kind=kind,
        title=item["title"],
        headline=_headline(item),
        reason=_sentences(item.get("norm"), _why(item, kind)),
        text=_sentences(item.get("seen"), item.get("norm"), _why(item, kind)),
        level=item.get("severity") or "",
        drill=item.get("drill") or "",
        source=item.get("source") or "",
        certainty=str(item.get("certainty") or ""),
        confidence=level,
        basis=basis,
        video_s=None if time_s is None else float(time_s) / scale,
        event=event,
        marked=bool(item.get("marked") and item.get("n")),
    )
