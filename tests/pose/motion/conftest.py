"""Solved synthetic films, shared by the tests of this folder."""

from __future__ import annotations

import numpy as np
import pytest

from shadow_trainer.body.series import PoseSeries
from shadow_trainer.pose.motion import solve

from . import synthetic


@pytest.fixture(scope="session")
def open_side() -> tuple[synthetic.Film, PoseSeries]:
    """An ordinary right-hander from the open side, and what was made of him."""
    film = synthetic.film(5)
    return film, solve_film(film)


def solve_film(film: synthetic.Film, **options: object) -> PoseSeries:
    return solve(film.raw, synthetic.WIDTH, synthetic.HEIGHT, height_m=film.height_m, **options)


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(7)
