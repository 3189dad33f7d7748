"""The timing of a delivery: its intervals beside the reference's, and the kinematic sequence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ...labels import event_label, quantity, signed
from ...vocabulary import Unit

LAG = "pelvis_to_trunk_peak_lag"


@dataclass(frozen=True)
class Interval:
    """From one event to another in ms. ``guessed``: one of its ends was inferred and not seen, so that the
    difference says nothing; ``words`` what else is to be said of it."""

    label: str
    athlete: str
    reference: str
    difference: str
    guessed: bool
    words: str


@dataclass(frozen=True)
class Peak:
    """One segment at its fastest: its place in the order, when, and how fast."""

    label: str
    after_contact: str
    percent: str
    typical: str
    speed: str


@dataclass(frozen=True)
class Sequence:
    """The segments in the order of their peaks. ``sure``: more than a trend; ``lag`` from pelvis to trunk."""

    peaks: tuple[Peak, ...]
    lag: str
    certainty: str
    sure: bool


def intervals(delivery: Mapping[str, Any], fps: float) -> tuple[Interval, ...]:
    """Those of the similarity; what differs by less than a frame (1 / ``fps`` seconds) is no difference."""
    events = delivery.get("events") or {}
    shown = []
    for row in (delivery.get("similarity") or {}).get("intervals_ms") or ():
        ends = [events.get(row[end]) or {} for end in ("from", "to")]
        guessed = any(end.get("estimated") for end in ends)
        within = abs(row["difference_ms"]) < 1000.0 / fps
        label = f"{event_label(row['from'])} to {event_label(row['to']).lower()}"
        shown.append(
            Interval(
                label,
                f"{row['athlete_ms']:.0f} ms",
                f"{row['reference_ms']:.0f} ms",
                "–" if guessed else signed(row["difference_ms"], Unit.MILLISECONDS),
                guessed,
                "" if guessed or not within else "less than a frame",
            )
        )
    return tuple(shown)


def sequence(delivery: Mapping[str, Any]) -> Sequence | None:
    """None where no segment's peak was found."""
    stored = delivery.get("sequence") or {}
    contact = ((delivery.get("events") or {}).get("foot_contact") or {}).get("time_s")
    rows = {row["name"]: row for row in stored.get("segments") or ()}
    if not rows or contact is None:
        return None
    peaks = tuple(_peak(rows[name], contact) for name in stored["order"])
    sure = str(stored.get("confidence") or "low")
    return Sequence(peaks, _lag(delivery), sure, sure != "low")


def _peak(row: Mapping[str, Any], contact: float) -> Peak:
    return Peak(
        label=row["label"],
        after_contact=signed(1000 * (row["time_s"] - contact), Unit.MILLISECONDS),
        percent="–" if row["percent"] is None else f"{row['percent']:.0f} %".replace("-", "−"),
        typical=f"{row['typical_percent']} %",
        speed=quantity(row["peak_deg_s"], Unit.DEGREES_PER_SECOND),
    )


def _lag(delivery: Mapping[str, Any]) -> str:
    """``The trunk is fastest 19 ± 12 ms after the pelvis.``"""
    metric = next((m for m in delivery.get("metrics") or () if m["name"] == LAG), None)
    if metric is None or metric["value"] is None:
        return ""
    value, error = metric["value"], metric.get("error")
    amount = f"{abs(value):.0f}" + ("" if error is None else f" ± {error:.0f}") + " ms"
    return f"The trunk is fastest {amount} {'before' if value < 0 else 'after'} the pelvis."
