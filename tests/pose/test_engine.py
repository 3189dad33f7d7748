"""The engine: sizes, devices and errors."""

from __future__ import annotations

from pathlib import Path

import numpy as np
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
    assert weights.networks_for(["m"]) == ("detector", "lite", "heavy")


@pytest.mark.model
def test_torch_and_onnx_engines_agree(models_dir: Path) -> None:
    rng = np.random.default_rng(0)
    crops = rng.integers(0, 256, (5, 256, 256, 3), np.uint8)
    a = Engine("xs", device="cpu", runtime="onnx", models_dir=models_dir).landmarks(crops)
    b = Engine("xs", device="cpu", runtime="torch", models_dir=models_dir).landmarks(crops)
    assert np.abs(a.visibility - b.visibility).max() < 1e-3
    assert np.abs(a.world - b.world).max() < 1e-3


class _NoEvent:
    """Stands in for a CUDA event where there is none: copies on the CPU are done when they return."""

    def synchronize(self) -> None: ...

    def record(self) -> None: ...


@pytest.mark.model
def test_fixed_batches_in_a_ring_of_buffers_give_what_one_batch_gives(models_dir: Path) -> None:
    torch = pytest.importorskip("torch")
    from shadow_trainer.pose.inference import TorchRunner

    runner = TorchRunner("lite", models_dir=models_dir, batch=3)
    crops = np.random.default_rng(1).integers(0, 256, (8, 256, 256, 3), np.uint8)
    wanted = runner.run(crops)
    runner.staging = torch.zeros((2, 3, 256, 256, 3), dtype=torch.uint8)
    runner.copied, runner.turn = [_NoEvent(), _NoEvent()], 0
    outputs = runner.run(crops)
    assert outputs["landmarks"].shape == (8, 195) and outputs["flag"].shape == (8, 1)
    assert np.abs(outputs["landmarks"] - wanted["landmarks"]).max() < 1e-2


@pytest.mark.model
def test_half_precision_moves_landmarks_by_less_than_a_pixel(models_dir: Path, pictures: list) -> None:
    """What CUDA runs in; on the CPU it is slow, so one crop is enough."""
    torch = pytest.importorskip("torch")
    from shadow_trainer.pose.torch_module import build

    graph, values = weights.graph_and_weights("lite", models_dir=models_dir)
    x = torch.from_numpy(pictures[3][232:488, 512:768].copy()).permute(2, 0, 1)[None] / 255
    module = build(graph.keep(("landmarks",)), values)
    with torch.inference_mode():
        wanted = module(x)["landmarks"].reshape(39, 5)[:, :2]
        halved = module.half()(x.half())["landmarks"].float().reshape(39, 5)[:, :2]
    assert (halved - wanted).abs().mean() < 0.5


@pytest.mark.model
def test_a_full_card_is_tried_again_in_half_batches(models_dir: Path) -> None:
    torch = pytest.importorskip("torch")
    from shadow_trainer.errors import OutOfMemory
    from shadow_trainer.pose.inference import TorchRunner

    runner = TorchRunner("lite", models_dir=models_dir, batch=8)
    fits = 2

    def allocate() -> None:
        runner.staging = torch.zeros((2, runner.batch, 256, 256, 3), dtype=torch.uint8)
        runner.copied, runner.turn = [_NoEvent(), _NoEvent()], 0

    forward = runner._forward

    def limited(pixels):  # noqa: ANN001, ANN202
        if len(pixels) > fits:
            raise torch.OutOfMemoryError("full")
        return forward(pixels)

    allocate()
    runner._allocate, runner._forward = allocate, limited
    crops = np.zeros((5, 256, 256, 3), np.uint8)
    assert runner.run(crops)["flag"].shape == (5, 1) and runner.batch == 2
    fits = 0
    with pytest.raises(OutOfMemory):
        runner.run(crops)
