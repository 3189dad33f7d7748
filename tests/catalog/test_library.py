"""What coaches write and save is found again on every database: filters, tags, athletes, references."""

from __future__ import annotations

from datetime import date

import pytest

from shadow_trainer.catalog import Catalog
from shadow_trainer.errors import BadRequest, NotFound
from tests.catalog.conftest import create


def finished(catalog: Catalog, throws: str = "left", **written: object) -> str:
    """A finished analysis with what a coach wrote on it."""
    row = create(catalog)
    number = catalog.attempts.claim(row.id, "worker").number
    catalog.attempts.publish(row.id, number, files=[], result={"throws": throws}, warnings=[], deliveries=[])
    catalog.analyses.annotate(row.id, **written)
    return row.id


def test_every_filter_finds_what_was_written(catalog: Catalog) -> None:
    ann = catalog.athletes.create(name="Ann")
    one = finished(
        catalog, title="One", notes="Felt 50% good", tags=["übung", "fastball"],
        recorded_on=date(2026, 5, 31), athlete_id=ann.id,
    )  # fmt: skip
    other = finished(catalog, throws="right", title="Two", tags=["fast"])
    for wanted in (
        {"search": "50% G"}, {"search": "Übung".lower()}, {"tag": "übung"}, {"tag": "fastball"}, {"throws": "left"},
        {"athlete_id": ann.id}, {"until": date(2026, 5, 31)}, {"since": date(2026, 5, 31), "until": date(2026, 6, 1)},
    ):  # fmt: skip
        assert [row.id for row in catalog.analyses.page(**wanted)] == [one], wanted
        assert catalog.analyses.count(**wanted) == 1
    assert [row.id for row in catalog.analyses.page(athlete_id=0)] == [other]
    assert {row.id for row in catalog.analyses.page(since=date(2026, 5, 31))} == {one, other}
    assert catalog.analyses.tags_in_use() == ["fast", "fastball", "übung"]
    (count, newest) = catalog.athletes.sessions_of()[ann.id]
    assert (count, newest.date()) == (1, catalog.analyses.get(one).created_at.date())


def test_merging_moves_the_films_and_fills_what_is_missing(catalog: Catalog) -> None:
    old, new = (
        catalog.athletes.create(name="A", height_m=1.9),
        catalog.athletes.create(name="Ann", throws="left"),
    )
    film = finished(catalog, athlete_id=old.id)
    catalog.athletes.merge(old.id, new.id)
    merged = catalog.athletes.find(new.id)
    assert (merged.throws, merged.height_m, catalog.analyses.get(film).athlete_id) == ("left", 1.9, new.id)
    with pytest.raises(NotFound):
        catalog.athletes.merge(old.id, new.id)


def test_a_name_of_a_reference_is_taken_once_and_free_again(catalog: Catalog) -> None:
    values = {"name": "Best", "storage_key": "references/best-1.npz", "data": {"hand": "left"}}
    row = catalog.references.create(**values)
    with pytest.raises(BadRequest):
        catalog.references.create(**values)
    analysis = create(catalog, options={"reference": "best-1"})
    assert catalog.references.is_used("best-1")
    catalog.references.retire(row.id)
    assert catalog.references.all() == []
    assert [one.id for one in catalog.references.all(retired=True)] == [row.id]
    assert catalog.references.create(**values).name == "Best"
    catalog.analyses.delete(analysis.id)
    assert not catalog.references.is_used("best-1")
