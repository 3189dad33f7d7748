"""Guide me: the frames whose joints would shrink the printed errors most, were they set by hand."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from ...labels import event_label, number, with_sign
from ...pitching.document import AnalysisDocument, Delivery, MetricEntry
from ...pitching.metrics import evidence
from ...pitching.metrics.labels import metric_label
from ...vocabulary import Event, Hand, JointEditKind

MOST = 3
ARMS = ("throwing_arm", "glove_arm")
PARTS = ("wrist", "elbow")
# Of the norm's SD: what shrinks by less is not worth a coach's hand.
LEAST_GAIN_SD = 0.05


def proposals(document: AnalysisDocument) -> list[dict[str, Any]]:
    """At most three, the greatest gain first: ``{delivery, event, at_s, joints, words, gain}``; times are real seconds.

    The gain of a frame is that of all numbers with a norm that are read in it, each in its norm's SD.
    """
    hand = document["athlete"]["throws"]
    gains = [
        one
        for delivery in document["deliveries"]
        for event in evidence.MOMENTS
        if (one := _proposal(document, delivery, event, hand)) is not None
    ]
    gains.sort(key=lambda one: -one[0])
    return [one for _, one in gains[:MOST]]


def _proposal(
    document: AnalysisDocument, delivery: Delivery, event: Event, hand: Hand
) -> tuple[float, dict[str, Any]] | None:
    """``(gain in SD, what is proposed)`` of one frame; None where nothing is gained."""
    at_s = delivery["events"][event]["time_s"]
    by_limb: dict[str, list[tuple[float, MetricEntry]]] = defaultdict(list)
    for metric in delivery["metrics"]:
        limb = list(evidence.LIMBS)[evidence.limb_of(metric["name"])]
        norm, error = metric["norm"], metric["error"]
        if metric["event"] != event or limb not in ARMS or not norm or not norm["sd"] or not error:
            continue
        by_limb[limb].append(((1 - evidence.set_share(metric["name"])) * error / norm["sd"], metric))
    open_limbs = {limb: rows for limb, rows in by_limb.items() if not _is_set(document, limb, at_s, hand)}
    gain = sum(part for rows in open_limbs.values() for part, _ in rows)
    if gain < LEAST_GAIN_SD:
        return None
    _, best = max((one for rows in open_limbs.values() for one in rows), key=lambda one: one[0])
    limbs = [limb for limb in ARMS if not _is_set(document, limb, at_s, hand)]
    return gain, {
        "delivery": delivery["index"],
        "event": event,
        "at_s": at_s,
        "joints": [f"{side_of(limb, hand)}_{part}" for limb in limbs for part in PARTS],
        "words": _words(delivery, event, limbs, several=len(document["deliveries"]) > 1),
        "gain": _gain(best),
    }


def side_of(limb: str, hand: Hand) -> str:
    """The side of an arm of this athlete."""
    return str(hand) if limb == "throwing_arm" else str(Hand.LEFT if hand == Hand.RIGHT else Hand.RIGHT)


def _is_set(document: AnalysisDocument, limb: str, at_s: float, hand: Hand) -> bool:
    near = evidence.SET_NEAR_S + 0.5 / document["video"]["capture_fps"]
    there = {
        one["joint"]
        for one in document.get("joints") or ()
        if one["kind"] == JointEditKind.SET and abs(one["at_s"] - at_s) <= near
    }
    return {f"{side_of(limb, hand)}_{part}" for part in PARTS} <= there


def _words(delivery: Delivery, event: Event, limbs: list[str], *, several: bool) -> str:
    """``Set both wrists and elbows at release``."""
    which = (
        "both wrists and elbows" if len(limbs) > 1 else f"wrist and elbow of the {limbs[0].replace('_', ' ')}"
    )
    where = f" of pitch {delivery['index'] + 1}" if several else ""
    return f"Set {which} at {event_label(event).lower()}{where}"


def _gain(metric: MetricEntry) -> str:
    """``Elbow flexion at release: ± 19° → ± 9°``."""
    error, unit, share = metric["error"] or 0.0, metric["unit"], evidence.set_share(metric["name"])
    before, after = (with_sign(number(value, unit), unit) for value in (error, error * share))
    return f"{metric_label(metric['name'], metric['event'])}: ± {before} → ± {after}"
