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
    number = catalog.claim(row.id, "worker").number
    catalog.publish(row.id, number, files=[], result={"throws": throws}, warnings=[], deliveries=[])
    catalog.annotate(row.id, **written)
    return row.id


def test_every_filter_finds_what_was_written(catalog: Catalog) -> None:
    ann = catalog.create_athlete(name="Ann")
    found = finished(
        catalog, title="One", notes="Felt 50% good", tags=["übung", "fastball"],
        recorded_on=date(2026, 5, 31), athlete_id=ann.id,
    )  # fmt: skip
    other = finished(catalog, throws="right", title="Two", tags=["fast"])
    for wanted in (
        {"search": "50% G"}, {"search": "Übung".lower()}, {"tag": "übung"}, {"tag": "fastball"}, {"throws": "left"},
        {"athlete_id": ann.id}, {"until": date(2026, 5, 31)}, {"since": date(2026, 5, 31), "until": date(2026, 6, 1)},
    ):  # fmt: skip
        assert [row.id for row in catalog.list_analyses(**wanted)] == [found], wanted
        assert catalog.count_analyses(**wanted) == 1
    assert [row.id for row in catalog.list_analyses(athlete_id=0)] == [other]
    assert {row.id for row in catalog.list_analyses(since=date(2026, 5, 31))} == {found, other}
    assert catalog.tags_in_use() == ["fast", "fastball", "übung"]
    (count, newest) = catalog.sessions_of()[ann.id]
    assert (count, newest.date()) == (1, catalog.get(found).created_at.date())


def test_merging_moves_the_films_and_fills_what_is_missing(catalog: Catalog) -> None:
    old, new = (
        catalog.create_athlete(name="A", height_m=1.9),
        catalog.create_athlete(name="Ann", throws="left"),
    )
    film = finished(catalog, athlete_id=old.id)
    catalog.merge_athletes(old.id, new.id)
    merged = catalog.find_athlete(new.id)
    assert (merged.throws, merged.height_m, catalog.get(film).athlete_id) == ("left", 1.9, new.id)
    with pytest.raises(NotFound):
        catalog.merge_athletes(old.id, new.id)


def test_a_name_of_a_reference_is_taken_once_and_free_again(catalog: Catalog) -> None:
    values = {"name": "Best", "storage_key": "references/best-1.npz", "data": {"hand": "left"}}
    row = catalog.create_reference(**values)
    with pytest.raises(BadRequest):
        catalog.create_reference(**values)
    analysis = create(catalog, options={"reference": "best-1"})
    assert catalog.reference_is_used("best-1")
    catalog.retire_reference(row.id)
    assert catalog.list_references() == []
    assert [one.id for one in catalog.list_references(retired=True)] == [row.id]
    assert catalog.create_reference(**values).name == "Best"
    catalog.delete_analysis(analysis.id)
    assert not catalog.reference_is_used("best-1")
