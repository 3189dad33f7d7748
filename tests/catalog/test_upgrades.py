"""Upgrades: every step forward and back with data in it, and two releases side by side on one database."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.script import ScriptDirectory

from shadow_trainer.catalog import migrate, open_catalog
from shadow_trainer.catalog.database import make_engine
from shadow_trainer.catalog.migrate import _config, downgrade
from shadow_trainer.settings import Settings

REVISIONS = [script.revision for script in ScriptDirectory.from_config(_config(None)).walk_revisions()][::-1]
STEPS = list(zip(REVISIONS, REVISIONS[1:], strict=False))
# JSON columns that hold a list; every other one holds an object.
LISTS = {"files", "warnings", "tags"}
MOMENT = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)


@pytest.fixture
def engine(settings: Settings) -> Iterator[sa.Engine]:
    made = make_engine(settings.database_address)
    yield made
    made.dispose()


def tables(engine: sa.Engine) -> list[sa.Table]:
    """The tables as they are in the database, parents before children."""
    metadata = sa.MetaData()
    metadata.reflect(engine)
    return [table for table in metadata.sorted_tables if table.name != "alembic_version"]


def values_for(table: sa.Table, number: int) -> dict[str, Any]:
    """One row with something in every column, the only one of its table with this number."""
    row: dict[str, Any] = {}
    for column in table.columns:
        kind = column.type
        if column.foreign_keys:
            parent = next(iter(column.foreign_keys)).column.type
            row[column.name] = number if isinstance(parent, sa.Integer) else f"{number:032x}"
        elif isinstance(kind, sa.JSON):
            row[column.name] = ["a", number] if column.name in LISTS else {"model_size": "m", "n": number}
        elif isinstance(kind, sa.Boolean):
            row[column.name] = True
        elif isinstance(kind, sa.Integer):
            row[column.name] = number
        elif isinstance(kind, sa.Float | sa.Numeric):
            row[column.name] = number + 0.5
        elif isinstance(kind, sa.DateTime):
            row[column.name] = MOMENT if kind.timezone else MOMENT.replace(tzinfo=None)
        elif isinstance(kind, sa.Date):
            row[column.name] = MOMENT.date()
        elif column.primary_key:
            row[column.name] = f"{number:032x}"[: getattr(kind, "length", None) or 32]
        else:
            row[column.name] = f"{column.name} {number}"[: getattr(kind, "length", None) or 200]
    return row


def fill(engine: sa.Engine, number: int) -> dict[str, list[tuple]]:
    """A row in every table, and what all tables hold afterwards."""
    filled = tables(engine)
    with engine.begin() as connection:
        for table in filled:
            connection.execute(table.insert().values(**values_for(table, number)))
    return content(engine, {table.name: [c.name for c in table.columns] for table in filled})


def content(engine: sa.Engine, columns: dict[str, list[str]]) -> dict[str, list[tuple]]:
    """Rows of these columns, sorted."""
    rows = {}
    with engine.connect() as connection:
        for table in tables(engine):
            if table.name in columns:
                query = sa.select(*(table.c[name] for name in columns[table.name]))
                rows[table.name] = sorted((tuple(row) for row in connection.execute(query)), key=repr)
    return rows


@pytest.mark.parametrize(("before", "after"), STEPS)
def test_a_step_forward_and_back_keeps_every_value(
    settings: Settings, engine: sa.Engine, before: str, after: str
) -> None:
    migrate(settings, before)
    wanted = fill(engine, 1)
    columns = {table.name: [c.name for c in table.columns] for table in tables(engine)}
    migrate(settings, after)
    # What the release before knew is still there under its names: it runs on while this one starts.
    assert content(engine, columns) == wanted
    assert downgrade(settings, before) == before
    assert content(engine, columns) == wanted
    assert migrate(settings, after) == after
    assert content(engine, columns) == wanted


@pytest.mark.parametrize(("before", "after"), STEPS)
def test_the_release_before_goes_on_writing(
    settings: Settings, engine: sa.Engine, before: str, after: str
) -> None:
    migrate(settings, before)
    old = tables(engine)
    migrate(settings, after)
    with engine.begin() as connection:
        # Its statements name the columns it knows, and no others.
        for table in old:
            connection.execute(table.insert().values(**values_for(table, 1)))
            connection.execute(sa.select(table)).all()


def test_what_an_older_release_wrote_is_worked_by_this_one(settings: Settings, engine: sa.Engine) -> None:
    migrate(settings, REVISIONS[0])
    (analyses,) = (table for table in tables(engine) if table.name == "analyses")
    row = values_for(analyses, 7) | {
        "state": "queued", "attempt": 0, "budget_from": 0, "batch_limit": None, "worker": None, "error": None,
        "heartbeat_at": None, "not_before": None, "owner_id": None, "athlete_id": None, "files": [],
        "options": {"throws": "left", "model_size": "m", "capture_fps": None, "person": None},
    }  # fmt: skip
    with engine.begin() as connection:
        connection.execute(analyses.insert().values(**row))
    migrate(settings)
    catalog = open_catalog(settings)
    claim = catalog.attempts.claim(row["id"], "worker of this release")
    assert claim.analysis is not None and claim.analysis.options["throws"] == "left"
    assert catalog.attempts.publish(row["id"], claim.number, files=[], result={}, warnings=[], deliveries=[])
    assert catalog.analyses.get(row["id"]).state == "completed"
    catalog.close()


def test_what_the_release_before_remembered_is_found_under_its_names(
    settings: Settings, engine: sa.Engine
) -> None:
    migrate(settings, "0004")
    (marks,) = (table for table in tables(engine) if table.name == "marks")
    rows = {
        "tally": {"attempts:completed": 7, "run:count": 7},
        "self_test": {"ok": True, "at": MOMENT.isoformat(), "took_s": 9.0, "worker": "w", "error": None},
        "alert:disk": {"firing": True, "message": "m", "since": MOMENT.isoformat(), "unsent": []},
        "schedule:backup": {"ran_at": MOMENT.isoformat(), "result": "x.tar", "took_s": 1.0},
    }
    with engine.begin() as connection:
        for name, data in rows.items():
            connection.execute(marks.insert().values(name=name, data=data, updated_at=MOMENT))
    migrate(settings)
    catalog = open_catalog(settings)
    assert catalog.counters.all() == rows["tally"]
    assert catalog.key_values.all() == rows
    assert catalog.key_values.delete("alert:disk") and not catalog.key_values.delete("alert:disk")
    catalog.close()
