"""A film in which the other hand throws than was chosen, as in a front camera's mirrored one."""

from __future__ import annotations

import numpy as np
import pytest

from shadow_trainer.body.series import PoseSeries
from shadow_trainer.body.skeleton import MIRROR
from shadow_trainer.jobs.pipeline.stages import nothing_thrown
from tests.pitching import bodies


def mirrored(series: PoseSeries) -> PoseSeries:
    return series.with_(world_m=series.world_m[:, MIRROR] * np.array([1.0, -1.0, 1.0]))


@pytest.mark.parametrize(("chosen", "thrown"), [("left", "right"), ("right", "left")])
def test_the_hand_that_throws_is_named(chosen: str, thrown: str) -> None:
    series = bodies.pitch(60.0) if thrown == "right" else mirrored(bodies.pitch(60.0))
    error = nothing_thrown(series, chosen)
    assert error.code == "other_hand"
    assert f"{thrown}-handed pitch" in str(error) and "mirror" in error.fix


@pytest.mark.parametrize("chosen", ["left", "right", "auto"])
def test_a_film_without_any_pitch_names_no_hand(chosen: str) -> None:
    pitch = bodies.pitch(60.0)
    still = pitch.with_(world_m=np.repeat(pitch.world_m[:1], len(pitch), axis=0))
    assert nothing_thrown(still, chosen).code == "no_pitch_found"
