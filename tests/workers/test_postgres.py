"""The same queue on Postgres, whose server is restarted hard while a video is worked on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.catalog.conftest import postgres
from tests.catalog.postgres import Postgres
from tests.jobs.conftest import needs_redis
from tests.jobs.rig import Rig, small_settings

pytestmark = pytest.mark.postgres
__all__ = ["postgres"]


@pytest.fixture
def rig(tmp_path: Path, postgres: Postgres) -> Iterator[Rig]:
    needs_redis()
    with Rig(small_settings(tmp_path / "data", database_url=postgres.new_database())) as installation:
        installation.worker()
        installation.clock()
        yield installation


def test_a_restarted_database_loses_nothing(rig: Rig, postgres: Postgres) -> None:
    film, waiting = rig.send(do="work", seconds=4), rig.send(do="work")
    rig.until_runs(film)
    postgres.restart()
    for each in (film, waiting):
        rig.until_state(each, "completed")
    assert rig.outcomes(film)[-1] == "completed" and rig.outcomes(film).count("completed") == 1
    assert rig.ran(film).count("probe") == 1
