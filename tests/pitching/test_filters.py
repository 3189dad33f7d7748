"""Filter, splines, gaps and noise: what is known exactly of each."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from shadow_trainer.pitching import filters
from shadow_trainer.pitching.reference.elite import monotone

VALUES = st.lists(st.floats(-100, 100), min_size=4, max_size=20)


@settings(max_examples=40, deadline=None)
@given(values=VALUES, seed=st.integers(0, 99))
def test_the_spline_goes_through_every_sample(values: list[float], seed: int) -> None:
    time_s = np.cumsum(np.random.default_rng(seed).uniform(0.1, 1.0, len(values)))
    assert filters.refine(np.array(values), time_s, time_s) == pytest.approx(values, abs=1e-9)


def test_the_spline_follows_a_smooth_motion_far_closer_than_straight_lines() -> None:
    time_s, grid_s = np.linspace(0, 1, 31), np.linspace(0, 1, 481)
    motion = np.stack([np.sin(6 * time_s), 2 * time_s - 1], axis=1)
    wanted = np.stack([np.sin(6 * grid_s), 2 * grid_s - 1], axis=1)
    refined = filters.refine(motion, time_s, grid_s)
    assert refined[:, 1] == pytest.approx(wanted[:, 1], abs=1e-12), "a line is a line"
    inside = slice(60, -60)  # the natural ends have no bend
    assert np.abs(refined - wanted)[inside].max() < 1e-5


def test_the_spline_invents_nothing_across_a_gap() -> None:
    time_s, grid_s = np.linspace(0, 1, 61), np.linspace(0, 1, 481)
    motion = np.stack([np.sin(time_s), np.cos(time_s)], axis=1)
    motion[20:30, 0] = np.nan
    refined = filters.refine(motion, time_s, grid_s)
    lost = (grid_s > time_s[19] + 1e-9) & (grid_s < time_s[30] - 1e-9)
    assert np.array_equal(np.isnan(refined[:, 0]), lost)
    assert np.isfinite(refined[:, 1]).all()


@settings(max_examples=40, deadline=None)
@given(values=VALUES)
@example(values=[0.0, 0.0, 0.0, 2.225073858507203e-309])
def test_between_two_key_frames_a_channel_stays_between_theirs(values: list[float]) -> None:
    x, y = np.arange(len(values), dtype=float), np.array(values)
    at = np.linspace(0, len(y) - 1, 200)
    low, high = (
        f(y[at.astype(int)], y[np.minimum(at.astype(int) + 1, len(y) - 1)]) for f in (np.minimum, np.maximum)
    )
    inside = monotone(x, y, at)
    assert (inside >= low - 1e-9).all() and (inside <= high + 1e-9).all()


@pytest.mark.parametrize(("rate", "cutoff"), [(240.0, 20.0), (240.0, 13.0), (120.0, 13.0), (60.0, 20.0)])
@pytest.mark.parametrize("share", [0.3, 1.0, 1.3])
def test_the_low_pass_has_the_gain_of_two_butterworth_passes_and_no_lag(
    rate: float, cutoff: float, share: float
) -> None:
    """A tone of ``share`` times the cut-off, at which half the power comes through."""
    time_s = np.arange(0, 6, 1 / rate)
    tone = np.sin(2 * np.pi * share * cutoff * time_s)
    bent = np.tan(np.pi * share * cutoff / rate) / np.tan(np.pi * cutoff / rate)
    gain = 1.0 / (1.0 + (np.sqrt(2) - 1.0) * bent**4)
    middle = slice(int(1.5 * rate), -int(1.5 * rate))
    passed = filters.low_pass(tone, time_s, cutoff)[middle]
    assert passed == pytest.approx(gain * tone[middle], abs=1e-3)
    if share == 1.0:
        assert (passed**2).mean() / (tone[middle] ** 2).mean() == pytest.approx(0.5, abs=2e-3)


@pytest.mark.parametrize(("fps", "cutoff"), [(30.0, 13.0), (59.94, 20.0), (240.0, 20.0)])
def test_the_ends_of_a_stretch_are_no_worse_than_its_middle(fps: float, cutoff: float) -> None:
    time_s = np.arange(0, 2, 1 / fps)
    motion = 0.3 * np.sin(2 * np.pi * 0.7 * time_s)
    assert filters.low_pass(motion, time_s, cutoff) == pytest.approx(motion, abs=0.004)


def test_stretches_of_several_columns_are_filtered_each_for_itself() -> None:
    time_s = np.arange(0, 2, 1 / 120)
    noise = np.random.default_rng(5).normal(size=(len(time_s), 3))
    noise[100:120, 1] = np.nan
    together = filters.low_pass(noise, time_s, 13.0)
    for column in range(3):
        alone = filters.low_pass(noise[:, column], time_s, 13.0)
        assert together[:, column] == pytest.approx(alone, abs=1e-12, nan_ok=True)


def test_a_constant_and_a_line_pass_unchanged() -> None:
    time_s = np.arange(0, 1, 1 / 60)
    line = np.stack([np.full(60, 2.0), 3 * time_s], axis=1)
    assert filters.low_pass(line, time_s, 13.0) == pytest.approx(line, abs=1e-9)


def test_gaps_are_bridged_only_when_short() -> None:
    time_s = np.arange(0, 1, 1 / 100)
    values = time_s.copy()
    values[10:13], values[50:60] = np.nan, np.nan
    filled = filters.fill(values, time_s, 0.041)
    assert filled[10:13] == pytest.approx(time_s[10:13])
    assert np.isnan(filled[50:60]).all()


@pytest.mark.parametrize("sigma", [0.0005, 0.003, 0.02])
def test_noise_is_told_from_motion(sigma: float) -> None:
    time_s = np.arange(0, 3, 1 / 120)
    motion = np.stack([np.sin(2 * np.pi * time_s), np.exp(-((time_s - 2) ** 2) / 0.002)], axis=1)
    noisy = motion + np.random.default_rng(1).normal(0, sigma, motion.shape)
    assert filters.noise(noisy) == pytest.approx(sigma, rel=0.35)
    assert filters.noise(motion) < 0.0003
