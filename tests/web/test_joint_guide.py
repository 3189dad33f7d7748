"""Guide me proposes what would shrink the printed errors most, and nothing that is set already."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest

from shadow_trainer.pitching.metrics import evidence
from shadow_trainer.vocabulary import Event, Hand
from shadow_trainer.web.presenters import joint_guide


def document(hand: Hand = Hand.RIGHT, **errors: float) -> dict[str, Any]:
    """A pitch whose elbow flexion has these errors, by event; 8 degrees where none is given."""
    moments = {event: {"time_s": 1.0 + 0.1 * n} for n, event in enumerate(evidence.MOMENTS)}
    metrics = [
        {
            "name": "elbow_flexion",
            "event": event,
            "error": errors.get(event, 8.0),
            "unit": "deg",
            "norm": {"sd": 10.0},
        }
        for event in moments
    ]
    return {
        "athlete": {"throws": hand}, "video": {"capture_fps": 60.0}, "joints": [],
        "deliveries": [{"index": 0, "events": moments, "metrics": metrics}],
    }  # fmt: skip


def test_the_greatest_gain_comes_first_and_three_are_enough() -> None:
    wanted = joint_guide.proposals(document(release=30.0, foot_contact=20.0))
    assert len(wanted) == 3 and [one["event"] for one in wanted[:2]] == [Event.RELEASE, Event.FOOT_CONTACT]
    assert wanted[0]["joints"][:2] == ["right_wrist", "right_elbow"]
    share = evidence.set_share("elbow_flexion")
    assert share < 1 and wanted[0]["gain"].endswith(f"± 30° → ± {30 * share:.0f}°")
    assert "release" in wanted[0]["words"]


def test_a_left_handers_throwing_arm_is_the_left_one() -> None:
    assert joint_guide.proposals(document(Hand.LEFT))[0]["joints"][:2] == ["left_wrist", "left_elbow"]


@pytest.mark.parametrize("off_s, proposed", [(0.0, False), (0.2, True)])
def test_what_is_set_is_not_proposed_again(off_s: float, proposed: bool) -> None:
    one = document(release=30.0)
    at_s = one["deliveries"][0]["events"][Event.RELEASE]["time_s"] + off_s
    one["joints"] = [
        {"kind": "set", "joint": f"right_{part}", "at_s": at_s} for part in ("wrist", "elbow")
    ]  # fmt: skip
    assert (Event.RELEASE in [each["event"] for each in joint_guide.proposals(one)]) is proposed


def test_numbers_that_are_no_surer_for_it_are_no_reason() -> None:
    one = copy.deepcopy(document())
    for metric in one["deliveries"][0]["metrics"]:
        metric["name"] = "trunk_forward_tilt"
    assert joint_guide.proposals(one) == []


@pytest.mark.parametrize("name", sorted(evidence.SET_SHARES))
def test_an_error_shrinks_by_what_the_guide_promised(name: str) -> None:
    usual = evidence.model()["usual"]
    none, both = (np.concatenate([usual, np.full((*usual.shape[:2], 1), part)], -1) for part in (0.0, 1.0))
    before, after = (evidence.factor(known, name, Event.RELEASE) for known in (none, both))
    assert before == evidence.factor(usual, name, Event.RELEASE)
    assert after == pytest.approx(evidence.set_share(name) * before)
