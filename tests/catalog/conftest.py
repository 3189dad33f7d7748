"""A migrated catalog on SQLite and, where its server is installed, on Postgres."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from shadow_trainer.catalog import Analysis, Catalog, migrate, open_catalog
from shadow_trainer.settings import Settings
from tests.catalog.postgres import Postgres


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A Postgres server of our own on a socket; skips where none is installed."""
    server = Postgres.start()
    if server is None:
        pytest.skip("no PostgreSQL server is installed (Debian: apt-get install postgresql)")
    yield server
    server.stop()


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    """Settings of an empty place with its own database."""
    if request.param == "sqlite":
        return Settings(data_dir=str(tmp_path / "data"))
    server = request.getfixturevalue("postgres")
    return Settings(data_dir=str(tmp_path / "data"), database_url=server.new_database())


@pytest.fixture
def catalog(settings: Settings) -> Iterator[Catalog]:
    """A catalog at the newest schema."""
    migrate(settings)
    opened = open_catalog(settings)
    yield opened
    opened.close()


@pytest.fixture
def analysis(catalog: Catalog) -> Analysis:
    """A queued analysis."""
    return create(catalog)


def create(catalog: Catalog, **values: object) -> Analysis:
    """A queued analysis with harmless defaults."""
    defaults = {
        "title": "Bullpen",
        "original_name": "IMG_1.MOV",
        "original_key": "analyses/x/original.mov",
        "options": {"model_size": "m"},
    }
    return catalog.analyses.create(**{**defaults, **values})
