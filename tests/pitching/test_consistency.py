"""Several pitches of one athlete: spread against the published one, drift over a session, faults that return."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from shadow_trainer.pitching import consistency, faults, metrics
from shadow_trainer.vocabulary import Event

STRIDE = ("stride_length", Event.FOOT_CONTACT)


def pitch(
    value: float,
    faults: tuple[str, ...] = (),
    confidence: str = "high",
    error: float | None = 0.5,
    strength: float = 2.4,
) -> dict:
    """One delivery with one metric."""
    metric = {
        "name": STRIDE[0], "event": STRIDE[1], "value": value, "unit": "%height", "error": error,
        "confidence": confidence, "label": "Stride length",
    }  # fmt: skip
    said = {"strength": strength, "certainty": "high — from the open side, 120 fps", "message": ""}
    told = [{"id": name, "title": name, **said} for name in faults]
    return {"metrics": [metric], "faults": told}


def spread(values: list[float], **options: Any) -> dict[str, Any]:
    [row] = consistency.over([pitch(value, **options) for value in values])["metrics"]
    return row


def test_mean_and_spread_stand_beside_the_published_spread() -> None:
    row = spread([80.0, 82.0, 84.0])
    assert (row["mean"], row["sd"], row["within_sd"], row["ratio"]) == (82.0, 2.0, 1.0, 2.0)
    assert row["verdict"] == "varies more than usual"


@pytest.mark.parametrize(
    ("values", "error", "verdict"),
    [
        ([82.0, 82.5, 83.0], 0.5, "as steady as usual"),
        ([78.0, 82.0, 86.0], 0.5, "varies much more than usual"),
        ([78.0, 82.0, 86.0], 4.0, "within the error of measurement"),
        ([78.0, 86.0], 0.5, "too few pitches to tell"),
    ],
)
def test_the_words_for_a_spread(values: list[float], error: float, verdict: str) -> None:
    assert spread(values, error=error)["verdict"] == verdict


def test_a_drift_is_told_when_it_stands_out_of_the_scatter() -> None:
    noise = np.random.default_rng(3).normal(0.0, 0.3, 12)
    assert spread(list(86.0 - 0.4 * np.arange(12) + noise))["trend_per_pitch"] == pytest.approx(-0.4, abs=0.1)
    assert spread(list(86.0 + noise))["trend_per_pitch"] is None
    assert spread([86.0, 85.0, 84.0, 83.0])["trend_per_pitch"] is None


def test_a_fault_is_marked_in_sixty_percent_of_three_or_more_pitches() -> None:
    def marks(*pattern: bool) -> list[bool]:
        thrown = [pitch(82.0, ("flying_open",) if seen else ()) for seen in pattern]
        return [fault["marked"] for fault in consistency.over(thrown)["faults"]]

    assert marks(True, True, False, True, False) == [True]
    assert marks(True, True, False, False, False) == [False]
    assert marks(True, True) == [False]


@pytest.mark.parametrize(("strength", "marked"), [(1.4, False), (2.0, True)])
def test_of_a_fault_that_returns_the_pitches_are_marked_in_which_it_is_clearly_outside(
    strength: float, marked: bool
) -> None:
    thrown = [pitch(82.0, ("flying_open",), strength=strength) for _ in range(4)]
    [counted] = consistency.over(thrown)["faults"]
    assert (counted["marked"], counted["words"]) == (True, "4 of 4 pitches")
    for one in faults.tell_repeats(thrown, [counted]):
        assert [fault["marked"] for fault in one["faults"]] == [marked]


def test_a_fault_that_gave_way_to_three_others_counts_all_the_same() -> None:
    thrown = [
        pitch(82.0) | {"faults_seen": [{"id": "short_stride", "title": "", "strength": 2.1}]}
        for _ in range(3)
    ]
    assert consistency.over(thrown)["faults"][0]["marked"]


def test_the_certainty_of_a_fault_says_in_how_many_pitches_it_was_seen() -> None:
    fault = {
        "id": "short_stride",
        "title": "Short stride",
        "strength": 2.1,
        "certainty": "medium — from the open side, 120 fps",
    }
    fault["message"] = f"Try this. Certainty: {fault['certainty']}."
    thrown = [pitch(82.0) | {"faults": [fault] if seen else []} for seen in (True, False, True, True)]
    told = faults.tell_repeats(thrown, consistency.over(thrown)["faults"])[0]["faults"][0]
    assert told["certainty"] == "medium — 3 of 4 pitches, from the open side, 120 fps"
    assert told["message"].endswith("Certainty: medium — 3 of 4 pitches, from the open side, 120 fps.")
    assert told["marked"]
    assert faults.tell_repeats(thrown[:1], [])[0]["faults"] == [fault]


def test_pitches_filmed_in_different_ways_are_not_set_against_each_other() -> None:
    thrown = [pitch(82.0), pitch(70.0, ("short_stride",)), pitch(82.5), pitch(81.5)]
    summary = consistency.over(thrown, ["open-side", "rear", "open-side", "open-side"])
    assert summary["metrics"][0]["values"] == [82.0, 82.5, 81.5]
    assert summary["n"] == 4 and summary["faults"][0]["words"] == "1 of 4 pitches"


def test_of_two_ways_equally_usual_the_latest_counts() -> None:
    thrown = [pitch(82.0), pitch(83.0), pitch(70.0), pitch(71.0)]
    assert consistency.over(thrown, ["rear", "rear", "front", "front"])["metrics"][0]["values"] == [
        70.0,
        71.0,
    ]


def test_low_certainty_and_single_pitches_say_nothing() -> None:
    assert consistency.over([pitch(80.0)]) == {}
    assert consistency.over([pitch(80.0, confidence="low"), pitch(90.0)])["metrics"] == []


def test_every_published_spread_belongs_to_a_metric() -> None:
    assert set(consistency.WITHIN_SD) <= {row.key for row in metrics.ROWS}
