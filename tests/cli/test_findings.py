"""The terminal's promises: everything found is told, nothing is made up where nothing is known."""

from __future__ import annotations

from shadow_trainer.cli.findings import lines

ANALYSIS = {
    "athlete": {"throws": "left", "throws_source": "found"},
    "view": {"name": "open-side", "source": "found"},
    "deliveries": [
        {
            "index": 0,
            "start_s": 0.4,
            "end_s": 2.6,
            "events": {
                "release": {"time_s": 2.01, "frame": 120, "confidence": 0.9, "estimated": True},
                "leg_lift": {"time_s": 1.0, "frame": 60, "confidence": 0.9, "estimated": False},
            },
            "metrics": [
                {
                    "name": "stride_length",
                    "event": "foot_contact",
                    "value": 81.23,
                    "unit": "%height",
                    "error": None,
                    "confidence": "low",
                    "norm": {"mean": 85.2, "sd": 6.6},
                    "z": None,
                },
                {
                    "name": "arm_slot",
                    "event": "release",
                    "value": None,
                    "unit": "deg",
                    "error": 5.0,
                    "confidence": "high",
                    "norm": None,
                    "z": -1.2,
                },
            ],
            "faults": [{"name": "early_rotation", "message": "The trunk turns before the foot is down."}],
            "strengths": [],
        }
    ],
    "warnings": [{"code": "x", "message": "Slow.", "fix": "Film faster."}],
}


def test_events_are_in_order_of_time_and_estimates_are_marked() -> None:
    text = "\n".join(lines(ANALYSIS))
    assert text.index("Leg lift") < text.index("Release")
    assert [line for line in text.splitlines() if "estimated" in line][0].split()[0] == "Release"


def test_metrics_have_unit_norm_and_confidence() -> None:
    text = "\n".join(lines(ANALYSIS))
    assert "Stride length " in text and "81 % of height  norm 85 ± 7" in text
    assert "± 5" in text and "z -1.2" in text and "low confidence" in text


def test_faults_are_told_and_an_empty_list_says_so() -> None:
    text = "\n".join(lines(ANALYSIS))
    assert "Early rotation: The trunk turns before the foot is down." in text
    assert "strengths: none found" in text
    assert "note: Slow. Film faster." in text


def test_what_is_not_known_is_a_dash() -> None:
    arm_slot = next(line for line in lines(ANALYSIS) if "Arm slot at release" in line)
    assert "–  ± 5" in arm_slot
