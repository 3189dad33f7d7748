"""The engine: sizes, devices and errors."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from shadow_trainer.errors import BadRequest, SetupError
from shadow_trainer.pose import weights
from shadow_trainer.pose.engine import Engine
from shadow_trainer.pose.runners import resolve_device


def test_an_unknown_size_is_refused() -> None:
    with pytest.raises(BadRequest, match="xs, s, m, l"):
        Engine("xl", device="cpu")


def test_asking_for_an_absent_graphics_card_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    torch = pytest.importorskip("torch")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(SetupError, match="PyTorch sees none") as error:
        resolve_device("cuda")
    assert error.value.code == "no_cuda"


def test_auto_falls_back_to_the_cpu_and_says_so(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    torch = pytest.importorskip("torch")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with caplog.at_level("INFO"):
        assert resolve_device("auto") == "cpu"
    assert "CPU" in caplog.text


def test_broken_weights_stop_the_engine_with_one_line(tmp_path: Path) -> None:
    with pytest.raises(SetupError) as error:
        Engine("xs", device="cpu", models_dir=tmp_path).warm()
    assert error.value.code == "weights_missing"


def test_every_size_has_a_network() -> None:
    assert set(weights.SIZES) == {"xs", "s", "m", "l"}
    assert weights.networks_for(["m"]) == ("detector", "lite", "heavy")


@pytest.mark.model
def test_torch_and_onnx_engines_agree(models_dir: Path) -> None:
    rng = np.random.default_rng(0)
    crops = rng.integers(0, 256, (5, 256, 256, 3), np.uint8)
    a = Engine("xs", device="cpu", runtime="onnx", models_dir=models_dir).landmarks(crops)
    b = Engine("xs", device="cpu", runtime="torch", models_dir=models_dir).landmarks(crops)
    assert np.abs(a.visibility - b.visibility).max() < 1e-3
    assert np.abs(a.world - b.world).max() < 1e-3
