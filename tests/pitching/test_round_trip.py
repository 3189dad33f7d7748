"""A delivery exported to another system and imported again is the same delivery, whatever its hand and heading."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from shadow_trainer.pitching import importers
from shadow_trainer.pitching.reference import Reference, comparison, elite
from shadow_trainer.render import exports

from . import bodies


def likeness(reference: Reference) -> float:
    """Similarity to the delivery that was exported."""
    seen = np.ones((len(reference.time_s), 33))
    similarity = comparison.similarity_of(
        reference.points, reference.time_s, seen, reference.events, reference.height_m, elite()
    )
    return similarity["overall"]


@pytest.mark.parametrize("hand", ["right", "left"])
@pytest.mark.parametrize("kind", ["trc", "c3d", "bvh"])
def test_exported_and_imported_is_the_same_delivery(tmp_path: Path, kind: str, hand: str) -> None:
    series = bodies.pitch() if hand == "right" else bodies.mirrored(bodies.pitch())
    path = tmp_path / f"pitch.{kind}"
    exports.write(kind, exports.Source(bodies.turned(series, 70.0), {"deliveries": []}), path)
    reference = importers.as_reference(importers.read(path), name="mine")
    assert reference.hand == hand
    assert reference.events["release"] - reference.events["foot_contact"] == pytest.approx(0.140, abs=0.012)
    assert likeness(reference) > 97


def test_our_own_pose_file_is_a_reference_too(tmp_path: Path) -> None:
    path = tmp_path / "pose.npz"
    bodies.pitch().save(path)
    assert likeness(importers.as_reference(importers.read(path), name="mine")) > 97
