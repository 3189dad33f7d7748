"""Work on films that are kept in a bucket: nothing is needed of a shared disk."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from shadow_trainer.jobs.pipeline import stages
from shadow_trainer.storage.s3 import S3Storage
from tests.jobs.rig import Rig, small_settings
from tests.storage.service import KEYS, Service


@pytest.fixture
def rig(tmp_path: Path, service: Service) -> Iterator[Rig]:
    """An installation without Redis whose films are in a bucket."""
    real = stages.STAGES
    address = service.new_bucket()
    with Rig(small_settings(tmp_path / "data", use_rq=False, storage_url=address, **KEYS)) as installation:
        yield installation
    stages.STAGES = real


def test_a_film_is_fetched_worked_published_and_deleted(rig: Rig) -> None:
    assert isinstance(rig.storage, S3Storage)
    film = rig.send(do="work")
    rig.until_state(film, "completed")
    assert {"analysis.json", "original.mp4"} <= set(rig.files(film))
    rig.until(lambda: rig.work_left() == [], "the work folder to go")
    assert not (rig.data / "storage").exists()
    rig.jobs.delete(film, purge=True)
    assert list(rig.storage.list()) == []


def test_a_film_that_is_missing_in_the_bucket_is_named(rig: Rig) -> None:
    film = rig.add(do="work")
    rig.storage.delete(f"analyses/{film}/original.mp4")
    rig.jobs.submit(film)
    rig.until_state(film, "failed")
    assert rig.catalog.analyses.get(film).error["code"] == "original_missing"


def test_a_bucket_that_is_closed_for_a_moment_costs_no_film(rig: Rig, service: Service) -> None:
    film = rig.add(do="work")
    service.demand_keys(0)
    try:
        rig.jobs.submit(film)
        rig.until_state(film, "retrying")
        assert rig.catalog.attempts.of(film)[0].error["code"] == "bucket_forbidden"
    finally:
        service.demand_keys("inf")
    rig.until_state(film, "completed")
