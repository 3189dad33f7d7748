"""Our interpolation and filter do what the well-known ones do."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.interpolate import CubicSpline, PchipInterpolator
from scipy.signal import butter, sosfiltfilt

from shadow_trainer.pitching import filters
from shadow_trainer.pitching.interpolate import cubic_spline, pchip

VALUES = st.lists(st.floats(-100, 100), min_size=4, max_size=20)


@settings(max_examples=40, deadline=None)
@given(values=VALUES, seed=st.integers(0, 99))
def test_both_cubics_are_the_textbooks(values: list[float], seed: int) -> None:
    x = np.cumsum(np.random.default_rng(seed).uniform(0.1, 1.0, len(values)))
    y, at = np.array(values), np.linspace(x[0], x[-1], 57)
    assert pchip(x, y, at) == pytest.approx(PchipInterpolator(x, y)(at), abs=1e-9)
    natural = CubicSpline(x, y, bc_type="natural")(at)
    assert cubic_spline(x, y[:, None], at)[:, 0] == pytest.approx(natural, abs=1e-9)


@settings(max_examples=40, deadline=None)
@given(values=VALUES)
def test_the_monotone_one_never_overshoots(values: list[float]) -> None:
    x, y = np.arange(len(values), dtype=float), np.array(values)
    at = np.linspace(0, len(y) - 1, 200)
    low, high = (
        f(y[at.astype(int)], y[np.minimum(at.astype(int) + 1, len(y) - 1)]) for f in (np.minimum, np.maximum)
    )
    inside = pchip(x, y, at)
    assert (inside >= low - 1e-9).all() and (inside <= high + 1e-9).all()


@pytest.mark.parametrize(("rate", "cutoff"), [(240.0, 20.0), (120.0, 13.0), (60.0, 13.0)])
def test_the_low_pass_is_a_zero_lag_butterworth(rate: float, cutoff: float) -> None:
    time_s = np.arange(0, 3, 1 / rate)
    signal = np.sin(2 * np.pi * 3 * time_s) + 0.3 * np.sin(2 * np.pi * 25 * time_s + 1) + 0.1 * time_s
    sos = butter(2, cutoff / filters.TWO_PASSES, fs=rate, output="sos")
    ours, theirs = filters.low_pass(signal, time_s, cutoff), sosfiltfilt(sos, signal)
    middle = slice(int(0.2 * rate), -int(0.2 * rate))
    # The digital filter bends the frequency axis near half the rate; ours has the analogue one's gain.
    assert np.abs(ours - theirs)[middle].max() < (0.02 if cutoff < rate / 8 else 0.05)
    assert np.abs(ours - theirs).max() < 0.06


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
