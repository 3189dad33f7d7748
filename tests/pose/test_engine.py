"""The engine: sizes, devices and errors."""

from __future__ import annotations

from pathlib import Path

import pytest

from shadow_trainer.errors import BadRequest, SetupError
from shadow_trainer.pose import weights
from shadow_trainer.pose.engine import Engine


def test_an_unknown_size_is_refused() -> None:
    with pytest.raises(BadRequest, match="xs, s, m, l"):
        Engine("xl", device="cpu")


def test_broken_weights_stop_the_engine_with_one_line(tmp_path: Path) -> None:
    with pytest.raises(SetupError) as error:
        Engine("xs", device="cpu", models_dir=tmp_path).warm()
    assert error.value.code == "weights_missing"


def test_every_size_has_a_network() -> None:
    assert set(weights.SIZES) == {"xs", "s", "m", "l"}
    assert weights.networks_for(["m"]) == ("detector", "lite", "heavy", "thunder")
    assert weights.networks_for(["s"]) == ("detector", "lite", "full")
