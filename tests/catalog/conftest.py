"""A migrated catalog on SQLite and, where its server is installed, on Postgres."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
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


KINDS = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]


def new_settings(request: pytest.FixtureRequest, folder: Path, *, migrated: bool) -> Settings:
    """Settings of a place with its own database of the kind that the fixture is asked for: empty, or a copy of a
    ``migrated`` one, as migrating takes longer than most tests."""
    settings = Settings(data_dir=str(folder / "data"))
    if request.param == "postgres":
        server = request.getfixturevalue("postgres")
        return replace(settings, database_url=server.new_database(migrated=migrated))
    if migrated:
        shutil.copytree(request.getfixturevalue("migrated"), folder / "data")
    return settings


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with a migrated SQLite database, to copy."""
    folder = tmp_path_factory.mktemp("migrated")
    migrate(Settings(data_dir=str(folder)))
    return folder


@pytest.fixture(params=KINDS)
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    """As :func:`new_settings`, for one test: empty unless the test takes a catalog."""
    return new_settings(request, tmp_path, migrated="catalog" in request.fixturenames)


@pytest.fixture(scope="module", params=KINDS)
def shared_catalog(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Catalog]:
    """A catalog at the newest schema for the tests of a module; each brings its own rows and minds no others."""
    settings = new_settings(request, tmp_path_factory.mktemp("shared"), migrated=True)
    opened = open_catalog(settings)
    yield opened
    opened.close()


@pytest.fixture
def catalog(settings: Settings) -> Iterator[Catalog]:
    """A catalog at the newest schema."""
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
