"""A fitted joint's confidence: read anew, never upside down, and nothing is known of what was not seen."""

from __future__ import annotations

import numpy as np

from shadow_trainer.body.skeleton import COUNT, MIRROR
from shadow_trainer.pose.motion import joint_confidence


def test_more_confidence_of_the_network_is_never_less_of_the_joint() -> None:
    said = np.linspace(0.02, 0.98, 50)[:, None] * np.ones(COUNT)
    joints = joint_confidence.of_fitted(said)
    assert (np.diff(joints, axis=0) > 0).all()
    assert ((joints > 0) & (joints < 1)).all()


def test_what_was_not_seen_stays_unknown() -> None:
    assert (joint_confidence.of_fitted(np.zeros((3, COUNT))) == 0).all()


def test_left_and_right_are_judged_alike(rng: np.random.Generator) -> None:
    said = rng.uniform(0.05, 0.95, (4, COUNT))
    assert np.array_equal(
        joint_confidence.of_fitted(said)[:, MIRROR], joint_confidence.of_fitted(said[:, MIRROR])
    )
