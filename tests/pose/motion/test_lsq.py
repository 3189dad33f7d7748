"""The banded solver gives what dense algebra gives."""

from __future__ import annotations

import numpy as np
import pytest

from shadow_trainer.pose.motion.lsq import Rows, normal_equations, posterior_draws, step


def problem(
    rng: np.random.Generator, n: int = 40, g: int = 3, width: int = 4
) -> tuple[Rows, np.ndarray, np.ndarray]:
    rows = Rows(n, g)
    dense, residual = [], []
    for _ in range(200):
        start = int(rng.integers(0, n - width + 1))
        columns = np.append(np.arange(start, start + width), n + int(rng.integers(g)))
        values, r = rng.standard_normal(width + 1), rng.standard_normal()
        rows.add(np.array([r]), columns[None], values[None])
        line = np.zeros(n + g)
        line[columns] = values
        dense.append(line)
        residual.append(r)
    return rows, np.array(dense), np.array(residual)


def test_step_is_the_least_squares_step(rng: np.random.Generator) -> None:
    rows, jacobian, residual = problem(rng)
    wanted = -np.linalg.lstsq(jacobian, residual, rcond=None)[0]
    assert step(normal_equations(rows, 4), 0.0) == pytest.approx(wanted, abs=1e-5)


def test_globals_can_stand_still(rng: np.random.Generator) -> None:
    rows, jacobian, residual = problem(rng)
    moved = step(normal_equations(rows, 4), 0.0, free_globals=False)
    assert np.all(moved[40:] == 0)
    assert moved[:40] == pytest.approx(-np.linalg.lstsq(jacobian[:, :40], residual, rcond=None)[0], abs=1e-5)


def test_rows_with_unknown_values_are_left_out() -> None:
    rows = Rows(3, 0)
    rows.add(np.array([1.0, np.nan]), np.array([[0], [1]]), np.ones((2, 1)))
    assert rows.cost() == pytest.approx(0.5)


def test_uncertainty_is_that_of_the_inverse(rng: np.random.Generator) -> None:
    rows, jacobian, _ = problem(rng)
    wanted = np.sqrt(np.diag(np.linalg.inv(jacobian.T @ jacobian)))[:40]
    assert posterior_draws(normal_equations(rows, 4), samples=4000).std(1) == pytest.approx(wanted, rel=0.15)
