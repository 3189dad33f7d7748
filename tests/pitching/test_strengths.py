"""Strengths: sure, typical, no part of a fault, and said in a coach's words."""

from __future__ import annotations

from typing import Any

import pytest

from shadow_trainer import pitching
from shadow_trainer.pitching import faults, metrics
from shadow_trainer.pitching.faults import PRAISES
from shadow_trainer.vocabulary import Event, Span

from . import bodies
from .test_faults import EVENTS, FORBIDDEN

ROWS = {row.key: row for row in metrics.ROWS}


def typical(quantity: str, place: Event | Span, value: float, z: float = 0.1) -> dict[str, Any]:
    row = ROWS[metrics.key_of(quantity, place)]
    norm = {"mean": value, "sd": 10.0, "source": "test"}
    return {
        "name": row.name, "event": row.event, "span": row.span, "value": value, "unit": row.unit, "confidence": "high", "z": z,
        "phase": row.phase, "label": row.label, "norm": norm,
    }  # fmt: skip


@pytest.mark.parametrize("praise", PRAISES, ids=lambda praise: f"{praise.quantity}-{praise.place}")
def test_every_praise_belongs_to_a_metric_and_keeps_the_wording_rules(praise: faults.Praise) -> None:
    [said] = faults.strengths([typical(praise.quantity, praise.place, 60.0)], EVENTS, fps=120.0, view="rear")
    assert said["title"] == praise.title
    for text in (said["title"], said["seen"], said["why"], said["text"], said["message"]):
        assert not FORBIDDEN.search(text) and "{" not in text
    assert "60" in said["seen"] and "typical 50 to 70" in said["text"]
    assert said["certainty"] == "high — from behind, 120 fps"


def test_words_that_would_not_fit_a_value_are_not_said() -> None:
    for praise in PRAISES:
        if praise.least is not None:
            below = typical(praise.quantity, praise.place, praise.least - 1.0)
            assert faults.strengths([below], EVENTS)[0]["metric"] is None


def test_two_strengths_are_of_two_things_and_the_surest_comes_first() -> None:
    rows = [
        {**typical("elbow_flexion", Event.FOOT_CONTACT, 95.0), "confidence": "medium"},
        typical("elbow_flexion", Event.MAX_EXTERNAL_ROTATION, 91.0, z=0.5),
        typical("stride_length", Event.FOOT_CONTACT, 85.0),
        typical("trunk_forward_tilt", Event.RELEASE, 34.0, z=0.9),
    ]
    said = faults.strengths(rows, EVENTS)
    assert [item["metric"] for item in said] == ["stride_length", "elbow_flexion"]


def test_the_reference_has_a_strength_and_from_the_side_no_fault() -> None:
    delivery = pitching.analyse(bodies.pitch(), height_m=1.88, view="open-side")["deliveries"][0]
    assert delivery["strengths"] and not delivery["faults"]
    for strength in delivery["strengths"]:
        assert not FORBIDDEN.search(strength["message"])


def test_what_is_a_fault_one_way_is_not_praised_when_measured_another_way() -> None:
    """From behind, the lean in the picture and the tilt in space are two numbers for one thing."""
    delivery = pitching.analyse(bodies.pitch(), height_m=1.88, view="open-side")["deliveries"][0]
    tilt = [
        row for row in delivery["metrics"] if row["name"] == "trunk_lateral_tilt" and row["z"] is not None
    ]
    assert faults.strengths(tilt, delivery["events"])[0]["metric"] == "trunk_lateral_tilt"
    leaning = [{"metric": "trunk_frontal_lean"}]
    assert faults.strengths(tilt, delivery["events"], leaning)[0]["metric"] is None


def test_nothing_outside_of_what_is_typical_is_praised() -> None:
    delivery = pitching.analyse(bodies.pitch(), height_m=1.88, view="open-side")["deliveries"][0]
    rows = [row for row in delivery["metrics"] if row["z"] is not None]
    best = faults.strengths(rows, delivery["events"])[0]["metric"]
    assert abs(next(row["z"] for row in rows if row["name"] == best)) < 1
    unusual = [{**row, "z": 1.1} for row in rows]
    assert faults.strengths(unusual, delivery["events"])[0]["metric"] is None
