"""A catalog that knows its viewer: nothing of another coach's is read, changed or added to through it."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from shadow_trainer.catalog import Catalog, SeenCatalog, migrate, open_catalog
from shadow_trainer.catalog.seen import SeenAnalyses, SeenAthletes, SeenReferences, SeenShares
from shadow_trainer.errors import NotFound
from shadow_trainer.settings import Settings
from tests.catalog.conftest import create

KINDS = {
    "analyses": SeenAnalyses,
    "athletes": SeenAthletes,
    "references": SeenReferences,
    "shares": SeenShares,
}
FILM = {"title": "t", "original_name": "a.mp4", "original_key": "k", "options": {}}


@dataclass(frozen=True)
class Rows:
    """One row of each kind of one owner."""

    analysis: str
    athlete: int
    reference: int
    share: int


def rows_of(catalog: Catalog, owner_id: int | None) -> Rows:
    athlete = catalog.athletes.create(name="Ann", owner_id=owner_id)
    analysis = create(catalog, owner_id=owner_id, athlete_id=athlete.id, tags=[f"of {owner_id}"])
    values = {"name": f"Best {analysis.id}", "storage_key": f"references/{analysis.id}.npz", "data": {}}
    reference = catalog.references.create(owner_id=owner_id, **values)
    share, _ = catalog.shares.create(analysis.id, days=7, by=owner_id)
    return Rows(analysis.id, athlete.id, reference.id, share.id)


def coach(catalog: Catalog, name: str) -> int:
    return catalog.users.create(name, "four words of hers").id


# How each method is asked for a row of another's, and what it may answer: an error, or nothing of theirs.
NOT_FOUND = "not found"
Ask = Callable[[SeenCatalog, Rows], Any]
FOREIGN: dict[str, tuple[Ask, Any]] = {
    "analyses.create": (lambda c, o: c.analyses.create(**FILM, athlete_id=o.athlete), NOT_FOUND),
    "analyses.find": (lambda c, o: c.analyses.find(o.analysis, with_trash=True), None),
    "analyses.get": (lambda c, o: c.analyses.get(o.analysis, with_trash=True), NOT_FOUND),
    "analyses.page": (lambda c, o: c.analyses.page(athlete_id=o.athlete), []),
    "analyses.count": (lambda c, o: c.analyses.count(athlete_id=o.athlete), 0),
    "analyses.tags_in_use": (lambda c, o: c.analyses.tags_in_use(athlete_id=o.athlete), []),
    "analyses.deliveries": (lambda c, o: c.analyses.deliveries(o.analysis), NOT_FOUND),
    "analyses.deliveries_of": (lambda c, o: c.analyses.deliveries_of([o.analysis]), {}),
    "analyses.attempts": (lambda c, o: c.analyses.attempts(o.analysis), NOT_FOUND),
    "analyses.rename": (lambda c, o: c.analyses.rename(o.analysis, "mine"), NOT_FOUND),
    "analyses.annotate": (lambda c, o: c.analyses.annotate(o.analysis, notes="mine"), NOT_FOUND),
    "analyses.set_options": (lambda c, o: c.analyses.set_options(o.analysis, {}), NOT_FOUND),
    "athletes.create": (lambda c, o: c.athletes.create(name="Max").owner_id, "own"),
    "athletes.find": (lambda c, o: c.athletes.find(o.athlete), None),
    "athletes.get": (lambda c, o: c.athletes.get(o.athlete), NOT_FOUND),
    "athletes.all": (lambda c, o: [a.id for a in c.athletes.all(archived=None) if a.id == o.athlete], []),
    "athletes.change": (lambda c, o: c.athletes.change(o.athlete, name="mine"), NOT_FOUND),
    "athletes.delete": (lambda c, o: c.athletes.delete(o.athlete), NOT_FOUND),
    "athletes.merge": (lambda c, o: c.athletes.merge(o.athlete, own_athlete(c)), NOT_FOUND),
    "athletes.sessions_of": (lambda c, o: c.athletes.sessions_of(athlete_id=o.athlete), {}),
    "references.create": (
        lambda c, o: c.references.create(name="x", storage_key="k", data={}, source_analysis_id=o.analysis),
        NOT_FOUND,
    ),
    "references.find": (lambda c, o: c.references.find(o.reference), None),
    "references.get": (lambda c, o: c.references.get(o.reference), NOT_FOUND),
    "references.all": (
        lambda c, o: [r.id for r in c.references.all(retired=True) if r.id == o.reference],
        [],
    ),
    "references.edit": (lambda c, o: c.references.edit(o.reference, name="mine", note=""), NOT_FOUND),
    "references.is_used": (lambda c, o: c.references.is_used(o.reference), NOT_FOUND),
    "references.retire": (lambda c, o: c.references.retire(o.reference), NOT_FOUND),
    "references.delete": (lambda c, o: c.references.delete(o.reference), NOT_FOUND),
    "shares.create": (lambda c, o: c.shares.create(o.analysis, days=7), NOT_FOUND),
    "shares.of": (lambda c, o: c.shares.of(o.analysis), NOT_FOUND),
    "shares.revoke": (lambda c, o: c.shares.revoke(o.analysis, o.share), NOT_FOUND),
}


def own_athlete(catalog: SeenCatalog) -> int:
    return catalog.athletes.create(name="own").id


def whole(catalog: Catalog, rows: Rows) -> list[Any]:
    """Everything that is kept of these rows."""
    methods = [
        catalog.analyses.get(rows.analysis),
        catalog.athletes.find(rows.athlete),
        catalog.references.find(rows.reference),
        *catalog.shares.of(rows.analysis),
    ]
    return [{column.key: getattr(row, column.key) for column in row.__table__.columns} for row in methods]


def methods() -> list[str]:
    return [
        f"{name}.{method}"
        for name, kind in KINDS.items()
        for method, _ in inspect.getmembers(kind, inspect.isfunction)
        if not method.startswith("_")
    ]


def test_every_method_is_asked_for_what_is_not_the_viewers() -> None:
    missing = set(methods()) - set(FOREIGN)
    assert not missing, f"write in FOREIGN how these are asked for another's row: {sorted(missing)}"
    assert set(vars(SeenCatalog(None, None, everything=False))) == {"user_id", "everything", *KINDS}  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def coaches(shared_catalog: Catalog) -> dict[str, int]:
    """Name -> id of two coaches; a password is hashed for a tenth of a second, so they are made once."""
    return {name: coach(shared_catalog, name) for name in ("ana", "bob")}


@pytest.mark.parametrize("method", FOREIGN)
@pytest.mark.parametrize("owner", ["another coach", "nobody"])
def test_what_is_not_the_viewers_is_not_there_and_stays_as_it_is(
    shared_catalog: Catalog, coaches: dict[str, int], method: str, owner: str
) -> None:
    catalog, ana, bob = shared_catalog, coaches["ana"], coaches["bob"]
    theirs = rows_of(catalog, bob if owner == "another coach" else None)
    before = whole(catalog, theirs)
    ask, answer = FOREIGN[method]
    if answer == NOT_FOUND:
        with pytest.raises(NotFound):
            ask(catalog.seen_by(ana), theirs)
    else:
        assert ask(catalog.seen_by(ana), theirs) == (ana if answer == "own" else answer)
    assert whole(catalog, theirs) == before


@pytest.mark.parametrize("method", FOREIGN)
def test_who_did_not_log_in_sees_and_makes_nothing(shared_catalog: Catalog, method: str) -> None:
    theirs = rows_of(shared_catalog, None)
    ask, answer = FOREIGN[method]
    if answer in (NOT_FOUND, "own"):
        with pytest.raises(NotFound):
            ask(shared_catalog.seen_by(None), theirs)
    else:
        assert ask(shared_catalog.seen_by(None), theirs) == answer


def test_what_is_the_viewers_is_read_and_changed(catalog: Catalog) -> None:
    ana = coach(catalog, "ana")
    seen, own = catalog.seen_by(ana), rows_of(catalog, ana)
    seen.analyses.rename(own.analysis, "Other")
    seen.analyses.annotate(own.analysis, athlete_id=own.athlete, notes="well")
    assert seen.analyses.get(own.analysis).notes == "well"
    assert seen.analyses.deliveries(own.analysis) == seen.analyses.attempts(own.analysis) == []
    assert seen.athletes.change(own.athlete, name="Bea").name == "Bea"
    assert not seen.references.is_used(own.reference)
    assert [link.id for link in seen.shares.of(own.analysis)] == [own.share]
    link, _ = seen.shares.create(own.analysis, days=7)
    assert link.created_by == ana
    seen.shares.revoke(own.analysis, own.share)
    assert [row.id for row in seen.shares.of(own.analysis)] == [link.id]


def test_an_admin_sees_everybodys_and_makes_their_own(catalog: Catalog) -> None:
    ana, root = coach(catalog, "ana"), coach(catalog, "root")
    seen = catalog.seen_by(root, everything=True)
    for theirs in (rows_of(catalog, ana), rows_of(catalog, None)):
        assert seen.analyses.get(theirs.analysis).id == theirs.analysis
        assert seen.athletes.get(theirs.athlete) and seen.references.get(theirs.reference)
    assert seen.analyses.count() == 2
    assert seen.analyses.create(**FILM).owner_id == seen.athletes.create(name="Max").owner_id == root
    assert catalog.seen_by(None, everything=True).analyses.create(**FILM).owner_id is None


def test_an_id_that_another_took_is_not_handed_out(shared_catalog: Catalog, coaches: dict[str, int]) -> None:
    theirs = rows_of(shared_catalog, coaches["bob"])
    with pytest.raises(NotFound):
        shared_catalog.seen_by(coaches["ana"]).analyses.create(**FILM, analysis_id=theirs.analysis)


def test_the_trash_is_found_only_where_it_is_asked_for(catalog: Catalog) -> None:
    ana = coach(catalog, "ana")
    seen, own = catalog.seen_by(ana), rows_of(catalog, ana)
    catalog.trash.put(own.analysis)
    assert seen.analyses.find(own.analysis) is None
    assert seen.analyses.get(own.analysis, with_trash=True).deleted_at is not None
    assert [row.id for row in seen.analyses.page(trashed=True)] == [own.analysis]
    with pytest.raises(NotFound):
        seen.analyses.rename(own.analysis, "x")


@pytest.mark.parametrize("text", ["", "nothing", "a\x00b", "A" * 32, "a" * 33, "'; --"])
def test_what_cannot_be_an_id_is_the_id_of_nothing(shared_catalog: Catalog, text: str) -> None:
    assert shared_catalog.seen_by(None, everything=True).analyses.find(text) is None


@pytest.mark.parametrize("number", [0, -1, 2**31, 10**30])
def test_what_cannot_be_a_number_of_a_row_is_that_of_nothing(shared_catalog: Catalog, number: int) -> None:
    seen = shared_catalog.seen_by(None, everything=True)
    assert seen.athletes.find(number) is None and seen.references.find(number) is None
    with pytest.raises(NotFound):
        seen.shares.revoke(create(shared_catalog).id, number)


@pytest.fixture(scope="module")
def small_catalog(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Catalog]:
    """With three coaches and few rows, as each example of a property looks at all of them."""
    settings = Settings(data_dir=str(tmp_path_factory.mktemp("seen")))
    migrate(settings)
    opened = open_catalog(settings)
    for name in ("ana", "bob", "cleo"):
        coach(opened, name)
    yield opened
    opened.close()


OWNERS = st.sampled_from([None, 1, 2, 3])


@hypothesis_settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(made=st.lists(st.tuples(OWNERS, st.booleans()), max_size=6), everything=st.booleans(), viewer=OWNERS)
def test_lists_and_counts_hold_exactly_what_may_be_seen(
    small_catalog: Catalog, made: list[tuple[int | None, bool]], everything: bool, viewer: int | None
) -> None:
    for owner, trashed in made:
        row = create(small_catalog, owner_id=owner, tags=[f"of {owner}"])
        small_catalog.athletes.create(name="Ann", owner_id=owner)
        if trashed:
            small_catalog.trash.put(row.id)
    seen = small_catalog.seen_by(viewer, everything=everything)

    def theirs(owner: int | None) -> bool:
        return everything or (viewer is not None and owner == viewer)

    for trashed in (False, True):
        rows = [
            row for row in small_catalog.analyses.page(limit=500, trashed=trashed) if theirs(row.owner_id)
        ]
        assert [row.id for row in seen.analyses.page(limit=500, trashed=trashed)] == [row.id for row in rows]
        assert seen.analyses.count(trashed=trashed) == len(rows)
        assert seen.analyses.tags_in_use(trashed=trashed) == sorted({tag for row in rows for tag in row.tags})
        for row in small_catalog.analyses.page(limit=500, trashed=trashed):
            seen_row = seen.analyses.find(row.id, with_trash=True)
            assert (seen_row is not None) == theirs(row.owner_id)
    athletes = [row.id for row in small_catalog.athletes.all() if theirs(row.owner_id)]
    assert [row.id for row in seen.athletes.all()] == athletes
