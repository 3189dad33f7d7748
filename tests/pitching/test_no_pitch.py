"""A video without a pitch says what may be the reason, such as the other hand in a front camera's mirrored one."""

from __future__ import annotations

import numpy as np
import pytest

from shadow_trainer import pitching
from tests.pitching import bodies


def warning_of(series, chosen: str) -> dict[str, str]:
    result = pitching.analyse(series, throws=chosen, reference=None, scored=False)
    assert result["deliveries"] == []
    (warning,) = result["warnings"]
    return warning


@pytest.mark.parametrize(("chosen", "thrown"), [("left", "right"), ("right", "left")])
def test_the_hand_that_throws_is_named(chosen: str, thrown: str) -> None:
    series = bodies.pitch(60.0) if thrown == "right" else bodies.mirrored(bodies.pitch(60.0))
    warning = warning_of(series, chosen)
    assert warning["code"] == "other_hand"
    assert f"{thrown}-handed pitch" in warning["message"] and "mirror" in warning["fix"]


@pytest.mark.parametrize("chosen", ["left", "right", "auto"])
def test_a_film_without_any_pitch_names_no_hand(chosen: str) -> None:
    pitch = bodies.pitch(60.0)
    still = pitch.with_(world_m=np.repeat(pitch.world_m[:1], len(pitch), axis=0))
    warning = warning_of(still, chosen)
    assert warning["code"] == "no_pitch_found" and "Release is here" in warning["fix"]
