"""Cuts are found; flashes, black pictures, noise and slow pans are none."""

from __future__ import annotations

import numpy as np
import pytest

from shadow_trainer.pose.tracking.shot_boundaries import CutFinder


def scene(seed: int, tint: tuple[float, float, float]) -> np.ndarray:
    """A picture with large random patches, (360, 640, 3) uint8."""
    rng = np.random.default_rng(seed)
    coarse = rng.uniform(40, 220, (9, 16, 1)) * np.array(tint)
    return np.kron(np.clip(coarse, 0, 255), np.ones((40, 40, 1))).astype(np.uint8)


FIELD, STREET = scene(1, (0.5, 1.0, 0.4)), scene(2, (1.0, 0.9, 0.7))


def cuts(pictures: list[np.ndarray]) -> list[int]:
    finder = CutFinder()
    return [i for i, picture in enumerate(pictures) if finder.is_cut(picture)]


def test_a_change_of_scene_is_one_cut() -> None:
    assert cuts([FIELD] * 5 + [STREET] * 5 + [FIELD] * 3) == [5, 10]


@pytest.mark.parametrize("gain", [0.3, 0.6, 1.15])
def test_a_flash_or_strobe_is_no_cut(gain: float) -> None:
    bright = np.clip(FIELD * gain, 0, 255).astype(np.uint8)
    assert cuts([FIELD, bright] * 6) == []


def test_black_pictures_are_passed_over() -> None:
    black = np.zeros_like(FIELD)
    assert cuts([FIELD, FIELD, black, black, FIELD, FIELD]) == []
    assert cuts([FIELD, FIELD, black, STREET]) == [3]


def test_a_pan_is_no_cut() -> None:
    wide = np.concatenate([FIELD, scene(3, (0.5, 1.0, 0.4))], axis=1)
    assert cuts([wide[:, x : x + 640] for x in range(0, 640, 16)]) == []


def test_noise_is_no_cut() -> None:
    rng = np.random.default_rng(0)
    noisy = [np.clip(FIELD + rng.normal(0, 25, FIELD.shape), 0, 255).astype(np.uint8) for _ in range(8)]
    assert cuts(noisy) == []
