"""report.html: the whole report in one file that needs no server, prints well, and can be mailed."""

from __future__ import annotations

import base64
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..labels import (
    HANDS,
    MODELS,
    VIEWS,
    certainty_parts,
    doubt,
    doubt_key,
    event_confidence,
    event_label,
    number,
    quantity,
    readable,
    signed,
    z_words,
)
from ..pitching.faults import reason
from ..pitching.metrics.labels import metric_label, validated
from ..vocabulary import EVENTS, Confidence, Event, Span, Unit
from . import charts
from .palette import css_variables

_TEMPLATES = Path(__file__).with_name("templates")
_BAR_SD = 3.0  # the little bar shows the norm's mean ± this many standard deviations
_MOST_FINDINGS = 3
_NOT_KNOWN = "Not known"


@dataclass(frozen=True)
class Row:
    """One metric as a reader sees it."""

    label: str
    value: str
    error: str
    norm: str
    norm_source: str
    verdict: str
    confidence: str
    low: bool
    bar: float | None  # 0..100, where 50 is the norm's mean


@dataclass(frozen=True)
class Group:
    """The metrics of one event."""

    title: str
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Finding:
    """One thing we saw, in words."""

    title: str
    text: str
    drill: str
    source: str
    certainty: str
    marked: bool


@dataclass(frozen=True)
class Moment:
    """One event: seconds of real time, the distance from release, and the confidence, in words."""

    label: str
    time: str
    from_release: str
    confidence: str


@dataclass(frozen=True)
class Section:
    """One delivery of the report."""

    title: str
    facts: str
    likeness: str
    moments: tuple[Moment, ...]
    stills: tuple[Any, ...]
    findings: tuple[Finding, ...]
    strengths: tuple[Finding, ...]
    groups: tuple[Group, ...]
    has_errors: bool
    charts: tuple[tuple[str, str, str], ...]  # (title, svg, table)


def html(
    analysis: Mapping[str, Any],
    out: str | os.PathLike[str],
    *,
    stills: Sequence[Any] = (),
    curves: Sequence[Mapping[str, Any]] = (),
    title: str = "Pitching report",
) -> None:
    """Write the report; ``stills`` as :func:`.stills.event_stills` gives them, ``curves`` () leaves the charts out.

    ``analysis`` is the document of docs/architecture.md, section 4, ``curves`` the time series of each delivery.
    """
    Path(out).write_text(page(analysis, stills, curves, title=title), encoding="utf-8")


def page(
    analysis: Mapping[str, Any],
    stills: Sequence[Any],
    curves: Sequence[Mapping[str, Any]],
    *,
    title: str = "Pitching report",
) -> str:
    """The report as text."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["jpeg_uri"] = jpeg_uri
    deliveries = list(analysis.get("deliveries", []))
    sections = [
        _section(delivery, stills, curves[i] if i < len(curves) else {}, alone=len(deliveries) == 1)
        for i, delivery in enumerate(deliveries)
    ]
    return environment.get_template("report.html.j2").render(
        title=title,
        facts=_facts(analysis),
        sections=sections,
        warnings=list(analysis.get("warnings", [])),
        consistency=_consistency(analysis.get("consistency") or {}),
        validated=validated(m for d in deliveries for m in d.get("metrics", [])) or "some",
        doubt_key=doubt_key(),
        css=css_variables() + charts.CSS,
    )


def jpeg_uri(data: bytes) -> str:
    """A JPEG as a data URI, for inside the page."""
    return "data:image/jpeg;base64," + base64.b64encode(data).decode("ascii")


def _facts(analysis: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What the reader must know to trust the numbers."""
    video, athlete = analysis.get("video", {}), analysis.get("athlete", {})
    facts = [("Throws", HANDS.get(athlete.get("throws"), _NOT_KNOWN))]
    if athlete.get("height_m"):
        estimated = athlete.get("height_source") not in (None, "given", "user")
        facts.append(("Height", f"{athlete['height_m']:.2f} m" + (" (estimated)" if estimated else "")))
    facts.append(("Filmed", VIEWS.get(analysis.get("view", {}).get("name"), _NOT_KNOWN)))
    if video.get("capture_fps"):
        facts.append(("Camera", f"{video['capture_fps']:.4g} frames per second"))
    size = analysis.get("model", {}).get("size")
    facts.append(("Model", MODELS.get(size, str(size))))
    return facts


def _section(
    delivery: Mapping[str, Any], stills: Sequence[Any], curves: Mapping[str, Any], *, alone: bool
) -> Section:
    index = int(delivery.get("index", 0))
    events = delivery.get("events", {})
    contact, release = (
        (events.get(name) or {}).get("time_s") for name in (Event.FOOT_CONTACT, Event.RELEASE)
    )
    facts = f"from {delivery['start_s']:.1f} to {delivery['end_s']:.1f} s of the video"
    if contact is not None and release is not None:
        facts += f", {1000 * (release - contact):.0f} ms from foot strike to release"
    drawn = charts.delivery_charts(delivery, curves) if curves else []
    return Section(
        title="The pitch" if alone else f"Pitch {index + 1}",
        facts=facts,
        likeness=_likeness(delivery.get("similarity") or {}),
        moments=_moments(events, release),
        stills=tuple(still for still in stills if still.delivery == index),
        findings=tuple(_finding(item) for item in list(delivery.get("faults", []))[:_MOST_FINDINGS]),
        strengths=tuple(_finding(item) for item in list(delivery.get("strengths", []))[:1]),
        groups=_groups(delivery.get("metrics", [])),
        has_errors=any(m.get("error") is not None for m in delivery.get("metrics", [])),
        charts=tuple((c.title, charts.svg(c), charts.data_table(c)) for c in drawn),
    )


def _finding(item: Mapping[str, Any]) -> Finding:
    level, basis = certainty_parts(str(item.get("certainty") or ""))
    return Finding(
        title=str(item.get("title") or readable(str(item.get("name", "")))),
        text=_today(str(item.get("text") or item.get("message") or ""), item),
        drill=str(item.get("drill") or ""),
        source=str(item.get("source") or ""),
        certainty=" — ".join(filter(None, (doubt(level), basis))),
        marked=bool(item.get("marked") and item.get("n")),
    )


def _today(text: str, item: Mapping[str, Any]) -> str:
    """The text with its reason as it is said today, in a result of an earlier release too."""
    why = str(item.get("why") or "")
    return text.replace(why, reason(str(item.get("id")), why)) if why else text


def _moments(events: Mapping[str, Any], release: float | None) -> tuple[Moment, ...]:
    moments = []
    for name in EVENTS:
        event = events.get(name) or {}
        if event.get("time_s") is None:
            continue
        away = "" if release is None else signed(1000 * (event["time_s"] - release), Unit.MILLISECONDS)
        confidence = doubt(event_confidence(event) or "")
        moments.append(Moment(event_label(name), f"{event['time_s']:.3f} s", away, confidence))
    return tuple(moments)


def _likeness(similarity: Mapping[str, Any]) -> str:
    """``Like the shadow (elite): 89 of 100.``, or why there is no number; empty without a shadow."""
    if not similarity.get("reference"):
        return ""
    overall = similarity.get("overall")
    words = str(similarity.get("message") or "not known") if overall is None else f"{overall:.0f} of 100"
    return f"Like the shadow ({similarity['reference']}): {words}. A different style is not a fault."


def _groups(metrics: Sequence[Mapping[str, Any]]) -> tuple[Group, ...]:
    """Metrics by event, in the order of the delivery; those over a span come last."""
    places = [metric.get("event") or metric["span"] for metric in metrics]
    return tuple(
        Group(
            event_label(place),
            tuple(metric_row(m) for m, at in zip(metrics, places, strict=True) if at == place),
        )
        for place in (*EVENTS, *Span)
        if place in places
    )


def metric_row(metric: Mapping[str, Any]) -> Row:
    """One metric of analysis.json as a row; low confidence is never compared with the norm."""
    unit, norm = metric.get("unit") or "", metric.get("norm") or {}
    value, error = metric.get("value"), metric.get("error")
    low = metric.get("confidence") == Confidence.LOW
    z = None if low else metric.get("z")
    has_norm = norm.get("mean") is not None and norm.get("sd") is not None
    return Row(
        label=_label(metric),
        value=quantity(value, unit),
        error="" if error is None else f"± {number(error, unit)}",
        norm=_norm(norm, unit) if has_norm and not low else "",
        norm_source=str(norm.get("source") or ""),
        verdict="trend only" if low else (z_words(z) if z is not None else ""),
        confidence=doubt(str(metric.get("confidence"))),
        low=low,
        bar=None if z is None else 50 + 50 * max(-1.0, min(1.0, z / _BAR_SD)),
    )


def _label(metric: Mapping[str, Any]) -> str:
    """The metric's own words, without the event that is already the title of its group."""
    event = metric.get("event")
    words = str(metric.get("label") or metric_label(metric["name"], event))
    return words.removesuffix(f" at {event_label(event).lower()}") if event else words


def _norm(norm: Mapping[str, Any], unit: str) -> str:
    low, high = norm["mean"] - norm["sd"], norm["mean"] + norm["sd"]
    return f"{number(low, unit)} to {quantity(high, unit)}"


def _consistency(consistency: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """(metric, mean, spread) of several pitches; empty when there was only one."""
    rows = []
    for item in consistency.get("metrics", []) if isinstance(consistency.get("metrics"), list) else []:
        if item.get("mean") is None or item.get("sd") is None:
            continue
        label = item.get("label") or metric_label(item["name"], item.get("event"))
        unit = item.get("unit") or ""
        rows.append((label, quantity(item["mean"], unit), f"± {number(item['sd'], unit)}"))
    return rows
