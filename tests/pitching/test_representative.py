"""Best and typical pitch: named only when the numbers can tell."""

from __future__ import annotations

from typing import Any

from shadow_trainer.pitching import representative

NAMES = ("stride_length", "lead_knee_flexion", "trunk_rotation", "pelvis_rotation", "arm_slot")


def pitch(
    shift: float = 0.0, *, z: float | None = 0.5, faults: int = 0, sure: str = "high"
) -> dict[str, Any]:
    metrics = [
        {"name": name, "event": "release", "value": 50 + shift, "error": 2.0, "confidence": sure, "z": z}
        for name in NAMES
    ]
    return {"metrics": metrics, "faults": [{"id": str(n)} for n in range(faults)]}


def test_the_best_pitch_has_the_fewest_findings_and_then_the_most_usual_numbers() -> None:
    assert representative.best([pitch(faults=1), pitch(z=2.5), pitch(z=1.5)]) == 2
    assert representative.best([pitch(z=1.2, faults=2), pitch(z=3.0)]) == 1


def test_no_pitch_is_best_alone_or_without_scores() -> None:
    assert representative.best([pitch()]) is None
    assert representative.best([pitch(), pitch(z=None)]) is None
    assert representative.best([pitch(), pitch(sure="low")]) is None


def test_the_typical_pitch_lies_in_the_middle_of_three_or_more() -> None:
    assert representative.typical([pitch(0), pitch(9), pitch(5)]) == 2
    assert representative.typical([pitch(0), pitch(9)]) is None
    assert representative.typical([pitch(0), pitch(9), pitch(5, sure="low")]) is None
