"""The lifter: the same in numpy as in torch, blind to place, size and side."""

from __future__ import annotations

import numpy as np
import pytest

from shadow_trainer.pose.motion import features, lifter
from shadow_trainer.pose.motion.body import MIRROR_NODE
from training.lifter import deliveries, observe


def seen(seed: int) -> tuple[np.ndarray, observe.Observed]:
    rng = np.random.default_rng(seed)
    made = deliveries.make(rng, wildness=0.4, style="plain")
    return made.time_s, observe.observe(rng, made)


def test_numpy_runs_what_torch_trained() -> None:
    torch = pytest.importorskip("torch")
    from safetensors.torch import load_file

    from training.lifter.network import Lifter

    model = Lifter()
    model.load_state_dict({k: v.float() for k, v in load_file(lifter.WEIGHTS).items()})
    x = np.random.default_rng(0).standard_normal((40, features.CHANNELS)).astype(np.float32)
    with torch.no_grad():
        wanted = model(torch.from_numpy(x)[None])[0].numpy()
    assert lifter.run(x, lifter.weights()) == pytest.approx(wanted, abs=1e-4)


def test_what_is_mirrored_twice_is_itself() -> None:
    rng = np.random.default_rng(1)
    x, y = rng.standard_normal((5, features.CHANNELS)), rng.standard_normal((5, features.OUTPUTS))
    assert np.array_equal(features.mirrored_inputs(features.mirrored_inputs(x)), x)
    assert np.array_equal(features.mirrored_outputs(features.mirrored_outputs(y)), y)


def test_the_mirror_image_is_lifted_to_the_mirror_image() -> None:
    time_s, view = seen(2)
    flip = np.array([-1.0, 1.0, 1.0])
    one = lifter.lift(time_s, view.rays, view.confidence, view.shape)
    two = lifter.lift(time_s, view.rays[:, MIRROR_NODE] * flip[:2], view.confidence[:, MIRROR_NODE],
                      view.shape[:, MIRROR_NODE] * flip)  # fmt: skip
    assert two.shape[:, MIRROR_NODE] * flip == pytest.approx(one.shape, abs=1e-3)
    assert two.up * flip == pytest.approx(one.up, abs=1e-3)


def test_the_size_in_the_networks_metres_does_not_matter() -> None:
    time_s, view = seen(3)
    one = lifter.lift(time_s, view.rays, view.confidence, view.shape)
    two = lifter.lift(time_s, view.rays, view.confidence, 1.7 * view.shape)
    assert two.shape == pytest.approx(one.shape, abs=1e-4)


@pytest.mark.parametrize("seed", range(4))
def test_lifting_beats_the_network_it_starts_from(seed: int) -> None:
    time_s, view = seen(10 + seed)
    lifted = lifter.lift(time_s, view.rays, view.confidence, view.shape)
    scale = (view.shape * view.points).sum() / (view.shape**2).sum()
    before = np.abs(scale * view.shape - view.points).mean()
    assert np.abs(lifted.shape - view.points).mean() < 0.75 * before
    assert np.degrees(np.arccos(np.clip(lifted.up @ view.up, -1, 1))) < 12


def test_its_uncertainty_tells_its_errors() -> None:
    ratio = []
    for seed in range(6):
        time_s, view = seen(20 + seed)
        lifted = lifter.lift(time_s, view.rays, view.confidence, view.shape)
        off = np.abs(lifted.shape - view.points)
        ratio += [
            off[..., :2].mean() / lifted.sd[..., 0].mean(),
            off[..., 2].mean() / lifted.sd[..., 1].mean(),
        ]
    assert 0.2 < np.median(ratio) < 2.0
