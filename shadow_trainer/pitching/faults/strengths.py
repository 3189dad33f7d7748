"""What is as it is in good deliveries, in words a coach can use (docs/method.md, section 4.6).

Nothing is praised that is not sure and typical, or that is part of a fault.
"""

from __future__ import annotations

from dataclasses import dataclass

from ...labels import quantity, rounded
from ...vocabulary import Confidence, Event, Span, View
from ..document import Fault, MetricEntry, Strength
from ..events.event import BR, FC, MER
from ..metrics.names import key_of, quantity_of
from .find import Moments
from .words import certainty, usual

MOST = 2
# Of two numbers that are equally typical, one of medium certainty counts as this much farther from the middle, and
# each rank in the list below as this much.
LESS_SURE_Z, RANK_Z = 0.3, 0.05


@dataclass(frozen=True)
class Praise:
    """What is said of a typical value; ``seen`` with ``{value}``; below ``least`` the words would not fit it."""

    quantity: str
    place: Event | Span
    title: str
    seen: str
    why: str = ""
    source: str = ""
    least: float | None = None


# What a coach hears with most profit stands first.
PRAISES: tuple[Praise, ...] = (
    Praise("stride_length", FC, "A good stride", "At foot strike the stride was {value}",
           "Shorter strides go with slower pitches in most studies.", "Fortenbaugh 2009; OpenBiomechanics"),
    Praise("lead_knee_extension", Span.FOOT_CONTACT_TO_RELEASE, "A firm front leg",
           "From foot strike to release the lead knee straightened by {value}",
           "Most fast throwers straighten it.", "Matsuo 2001; OpenBiomechanics", least=5.0),
    Praise("hip_shoulder_separation", FC, "Good separation",
           "At foot strike the hips led the shoulders by {value}",
           "Separation is one of the few positions that goes with pitch speed between pitchers.",
           "OpenBiomechanics; Kageyama 2015"),
    Praise("trunk_rotation", FC, "The chest stays closed",
           "At foot strike the chest had not opened yet: {value} of trunk rotation",
           "What is still closed then can turn with the throw.", "Bullock 2021; OpenBiomechanics"),
    Praise("trunk_forward_tilt", BR, "Reaching out at release",
           "At release the trunk was bent {value} forward",
           "Less forward tilt at release is found in slower pitches.", "Matsuo 2001; Stodden 2005"),
    Praise("elbow_flexion", FC, "The arm is bent at landing", "At foot strike the elbow was bent {value}",
           "A bent arm is a short lever, and turns quickly.", "OpenBiomechanics"),
    Praise("elbow_flexion", MER, "The arm stays bent at layback", "At layback the elbow was bent {value}",
           "A bent arm is a short lever, and turns quickly.", "OpenBiomechanics"),
    Praise("trunk_lateral_tilt", BR, "A usual side lean",
           "At release the trunk leaned {value} to the glove side", source="OpenBiomechanics", least=1.0),
    Praise("shoulder_abduction", FC, "Elbow level with the shoulders",
           "At foot strike the upper arm was at {value} to the trunk; 90° is level", source="OpenBiomechanics"),
    Praise("pelvis_rotation", FC, "The hips lead",
           "At foot strike the hips had turned {value} toward the plate", source="OpenBiomechanics", least=5.0),
    Praise("time_foot_contact_to_release", Span.DELIVERY, "Landing and release fit together",
           "From foot strike to release took {value}", source="OpenBiomechanics"),
)  # fmt: skip
_RANKS = {key_of(praise.quantity, praise.place): rank for rank, praise in enumerate(PRAISES)}
# Measured in two ways: praising one where the other is a fault would only confuse.
_SAME_THING = (("trunk_frontal_lean", "trunk_lateral_tilt"), ("trunk_lateral_tilt", "trunk_frontal_lean"))


def strengths(
    metrics: list[MetricEntry],
    events: Moments,
    faults: list[Fault] | None = None,
    *,
    fps: float = 240.0,
    view: View = View.OTHER,
) -> list[Strength]:
    """One or two things that are as they are in good deliveries, the best first; of what may be scored only."""
    blamed = {quantity_of(fault["metric"]) for fault in faults or []}
    blamed |= {other for name, other in _SAME_THING if name in blamed}
    usually = [
        metric
        for metric in metrics
        if metric["z"] is not None and abs(metric["z"]) < 1 and quantity_of(metric["name"]) not in blamed
    ]
    best: dict[str, MetricEntry] = {}
    for row in sorted(filter(_fits, usually), key=_rank):
        best.setdefault(quantity_of(row["name"]), row)
    praised = [_told(row, events, fps, view) for row in list(best.values())[:MOST]]
    return praised or [_in_order(events)]


def _praise(row: MetricEntry) -> Praise | None:
    rank = _RANKS.get((row["name"], row["event"]))
    return None if rank is None else PRAISES[rank]


def _fits(row: MetricEntry) -> bool:
    praise, value = _praise(row), row["value"]
    if praise is None or praise.least is None or value is None:
        return True
    return rounded(value, row["unit"]) >= praise.least


def _rank(row: MetricEntry) -> float:
    rank = _RANKS.get((row["name"], row["event"]), len(PRAISES))
    less = 0.0 if row["confidence"] == Confidence.HIGH else LESS_SURE_Z
    return abs(row["z"] or 0.0) + less + RANK_Z * rank


def _told(row: MetricEntry, events: Moments, fps: float, view: View) -> Strength:
    praise = _praise(row)
    title, seen = row["label"], "{value}, in the middle of what good deliveries show"
    if praise is not None:
        title, seen = praise.title, praise.seen
    return _entry(
        events,
        quantity_of(row["name"]),
        title,
        row["phase"] if row["phase"] in events else Event.RELEASE,
        f"{seen.format(value=quantity(row['value'] or 0.0, row['unit']))}.",
        certainty(row["confidence"], fps, view),
        metric=row["name"],
        norm=usual(row),
        why=praise.why if praise else "",
        source=praise.source if praise else "",
    )


def _in_order(events: Moments) -> Strength:
    """What is left to praise when no number may be scored: one flowing delivery."""
    return _entry(
        events,
        "one_movement",
        "One movement",
        Event.RELEASE,
        "From leg lift through foot strike to release the delivery ran in one movement.",
        str(Confidence.MEDIUM),
    )


def _entry(
    events: Moments,
    identity: str,
    title: str,
    event: Event,
    seen: str,
    certainty: str,
    *,
    metric: str | None = None,
    norm: str | None = None,
    why: str = "",
    source: str = "",
) -> Strength:
    """Its form in analysis.json: as a fault's, without drill and severity."""
    text = " ".join(filter(None, (f"{seen.rstrip('.')}{f' ({norm})' if norm else ''}.", why)))
    return {
        "id": identity,
        "title": title,
        "event": event,
        "metric": metric,
        "seen": seen,
        "norm": norm,
        "why": why,
        "source": source,
        "certainty": certainty,
        "name": identity,
        "time_s": events[event]["time_s"],
        "text": text,
        "message": f"{title}: {text}",
    }
