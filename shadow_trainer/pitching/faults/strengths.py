"""What is as it is in good deliveries, in words a coach can use (docs/method.md, section 4.4: after the faults, a strength).

Nothing is praised that is not sure and typical, or that is part of a fault.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ...labels import quantity, rounded
from ..metrics.confidence import HIGH
from .rules import BR, FC, MER
from .words import certainty, usual

MOST = 2
# Of two numbers that are equally typical, one of medium certainty counts as this much farther from the middle, and
# each place in the list below as this much.
LESS_SURE_Z, PLACE_Z = 0.3, 0.05


@dataclass(frozen=True)
class Praise:
    """What is said of a typical value; ``seen`` with ``{value}``; below ``least`` the words would not fit it."""

    metric: str
    event: str
    title: str
    seen: str
    why: str = ""
    source: str = ""
    least: float | None = None


# What a coach hears with most profit stands first.
PRAISES: tuple[Praise, ...] = (
    Praise("stride_length", FC, "A good stride", "At foot contact the stride was {value}",
           "Shorter strides go with slower pitches in most studies.", "Fortenbaugh 2009; OpenBiomechanics"),
    Praise("lead_knee_extension", "foot_contact_to_release", "A firm front leg",
           "From foot contact to release the lead knee straightened by {value}",
           "Most fast throwers straighten it.", "Matsuo 2001; OpenBiomechanics", least=5.0),
    Praise("hip_shoulder_separation", FC, "Good separation",
           "At foot contact the hips led the shoulders by {value}",
           "Separation is one of the few positions that goes with pitch speed between pitchers.",
           "OpenBiomechanics; Kageyama 2015"),
    Praise("trunk_rotation", FC, "The chest stays closed",
           "At foot contact the chest had not opened yet: {value} of trunk rotation",
           "What is still closed then can turn with the throw.", "Bullock 2021; OpenBiomechanics"),
    Praise("trunk_forward_tilt", BR, "Reaching out at release",
           "At release the trunk was bent {value} forward",
           "Less forward tilt at release is found in slower pitches.", "Matsuo 2001; Stodden 2005"),
    Praise("elbow_flexion", FC, "The arm is bent at landing", "At foot contact the elbow was bent {value}",
           "A bent arm is a short lever, and turns quickly.", "OpenBiomechanics"),
    Praise("elbow_flexion", MER, "The arm stays bent at layback", "At layback the elbow was bent {value}",
           "A bent arm is a short lever, and turns quickly.", "OpenBiomechanics"),
    Praise("trunk_lateral_tilt", BR, "A usual side lean",
           "At release the trunk leaned {value} to the glove side", source="OpenBiomechanics", least=1.0),
    Praise("shoulder_abduction", FC, "Elbow level with the shoulders",
           "At foot contact the upper arm was at {value} to the trunk; 90° is level", source="OpenBiomechanics"),
    Praise("pelvis_rotation", FC, "The hips lead",
           "At foot contact the hips had turned {value} toward the plate", source="OpenBiomechanics", least=5.0),
    Praise("time_foot_contact_to_release", "", "Landing and release fit together",
           "From foot contact to release took {value}", source="OpenBiomechanics"),
)  # fmt: skip
_PLACES = {(praise.metric, praise.event): place for place, praise in enumerate(PRAISES)}
# Measured in two ways: praising one where the other is a fault would only confuse.
_SAME_THING = (("trunk_frontal_lean", "trunk_lateral_tilt"), ("trunk_lateral_tilt", "trunk_frontal_lean"))


def strengths(
    metrics: list[dict[str, Any]],
    events: dict[str, dict[str, Any]],
    faults: list[dict[str, Any]] | None = None,
    *,
    fps: float = 240.0,
    view: str = "other",
) -> list[dict[str, Any]]:
    """One or two things that are as they are in good deliveries, the best first; of what may be scored only."""
    blamed = {fault["metric"] for fault in faults or []}
    blamed |= {other for name, other in _SAME_THING if name in blamed}
    usually = [m for m in metrics if m["z"] is not None and abs(m["z"]) < 1 and m["name"] not in blamed]
    best: dict[str, dict[str, Any]] = {}
    for row in sorted(filter(_fits, usually), key=_rank):
        best.setdefault(row["name"], row)
    found = [_told(row, events, fps, view) for row in list(best.values())[:MOST]]
    return found or [_in_order(events)]


def _praise(row: dict[str, Any]) -> Praise | None:
    place = _PLACES.get((row["name"], row["event"]))
    return None if place is None else PRAISES[place]


def _fits(row: dict[str, Any]) -> bool:
    praise = _praise(row)
    return praise is None or praise.least is None or rounded(row["value"], row["unit"]) >= praise.least


def _rank(row: dict[str, Any]) -> float:
    place = _PLACES.get((row["name"], row["event"]), len(PRAISES))
    return abs(row["z"]) + (0.0 if row["confidence"] == HIGH else LESS_SURE_Z) + PLACE_Z * place


def _told(row: dict[str, Any], events: dict[str, dict[str, Any]], fps: float, view: str) -> dict[str, Any]:
    when = row["phase"] if row["phase"] in events else "release"
    amount = quantity(row["value"], row["unit"])
    praise = _praise(row) or Praise(
        row["name"], row["event"], row["label"], "{value}, in the middle of what good deliveries show"
    )
    return _entry(
        events,
        id=row["name"],
        title=praise.title,
        event=when,
        metric=row["name"],
        seen=f"{praise.seen.format(value=amount)}.",
        norm=usual(row),
        why=praise.why,
        source=praise.source,
        certainty=certainty(row["confidence"], fps, view),
    )


def _in_order(events: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """What is left to praise when no number may be scored: one flowing delivery."""
    return _entry(
        events,
        id="one_movement",
        title="One movement",
        event="release",
        metric=None,
        seen="From leg lift through foot contact to release the delivery ran in one movement.",
        norm=None,
        why="",
        source="",
        certainty="medium",
    )


def _entry(events: dict[str, dict[str, Any]], **said: Any) -> dict[str, Any]:
    """The contract's form: as a fault's, without drill and severity."""
    norm = f" ({said['norm']})" if said["norm"] else ""
    text = " ".join(filter(None, (f"{said['seen'].rstrip('.')}{norm}.", said["why"])))
    return {
        **said,
        "name": said["id"],
        "time_s": events[said["event"]]["time_s"],
        "text": text,
        "message": f"{said['title']}: {text}",
    }
