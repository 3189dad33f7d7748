"""Accounts in the catalog: passwords, tokens, share links and the trash, on both databases."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import text

from shadow_trainer.catalog import Analysis, Catalog, Reference, migrate, open_catalog, utcnow
from shadow_trainer.errors import BadRequest, Conflict, NotFound
from shadow_trainer.settings import Settings
from shadow_trainer.vocabulary import ACTIVE_STATES
from tests.catalog.conftest import create

GOOD = "four words of hers"


def test_a_migration_keeps_every_row_forward_and_back(settings: Settings) -> None:
    from alembic import command

    from shadow_trainer.catalog.migrate import _config

    migrate(settings, "0002")
    catalog = open_catalog(settings)
    with catalog.database.engine.execution_options(write=True).begin() as session:
        for line in _old_rows():
            session.execute(text(line), {"now": "2026-01-02 03:04:05+00:00"})
    migrate(settings)
    row = catalog.analyses.get("a" * 32)
    assert (row.title, row.athlete_id, row.notes, row.tags, row.deleted_at) == ("Old", 1, "", [], None)
    assert len(catalog.attempts.of(row.id)) == len(catalog.analyses.deliveries(row.id)) == 1
    assert catalog.athletes.find(1).archived is False
    assert catalog.users.find(1).active is True
    with catalog.database.engine.connect() as connection:
        command.downgrade(_config(connection), "0002")
        connection.commit()
    with catalog.database.engine.connect() as connection:
        for table in ("users", "athletes", "analyses", "attempts", "deliveries", "reference_deliveries"):
            assert connection.scalar(text(f"SELECT COUNT(*) FROM {table}")) == 1, table
        assert connection.scalar(text("SELECT athlete_id FROM analyses")) == 1


def _old_rows() -> list[str]:
    return [
        "INSERT INTO users (id, name, password_hash, role, created_at) VALUES (1, 'ana', 'x', 'coach', :now)",
        "INSERT INTO athletes (id, name, owner_id, created_at) VALUES (1, 'Leo', 1, :now)",
        "INSERT INTO reference_deliveries (id, name, description, data, created_at)"
        " VALUES (1, 'ace', '', '{}', :now)",
        "INSERT INTO analyses (id, state, stage, progress, title, original_key, original_name, options, source,"
        " files, warnings, queue, priority, attempt, budget_from, created_at, updated_at, queued_at, athlete_id)"
        f" VALUES ('{'a' * 32}', 'completed', '', 100, 'Old', 'k', 'n', '{{}}', 'upload', '[]', '[]', 'pose', 0, 1,"
        " 0, :now, :now, :now, 1)",
        "INSERT INTO attempts (analysis_id, number, worker, stage, outcome, counted, started_at)"
        f" VALUES ('{'a' * 32}', 1, 'w', '', 'completed', true, :now)",
        "INSERT INTO deliveries (analysis_id, index, start_s, end_s, summary)".replace("index", '"index"')
        + f" VALUES ('{'a' * 32}', 0, 0, 1, '{{}}')",
    ]


def test_a_password_is_kept_as_a_hash_and_checked(catalog: Catalog) -> None:
    user = catalog.users.create(" Ana@Club.org ", GOOD, role="admin")
    assert user.name == "ana@club.org" and GOOD not in user.password_hash
    assert user.password_hash.startswith("scrypt:")
    assert catalog.users.authenticate("ANA@club.org", GOOD).id == user.id
    assert catalog.users.authenticate("ana@club.org", GOOD + "x") is None
    assert catalog.users.authenticate("nobody", GOOD) is None


@pytest.mark.parametrize(
    "password", ["", "short", "password123", "aaaaaaaaaaaa", "ana.coach.1", "x1" * 101, "Baseball123"]
)
def test_weak_passwords_are_refused(shared_catalog: Catalog, password: str) -> None:
    with pytest.raises(BadRequest, match="password"):
        shared_catalog.users.create("ana.coach.1", password)
    assert shared_catalog.users.all() == []


@pytest.mark.parametrize("name", ["", "-x", "a b", "ana/../x", "a" * 81, "ünal"])
def test_bad_names_are_refused(shared_catalog: Catalog, name: str) -> None:
    with pytest.raises(BadRequest):
        shared_catalog.users.create(name, GOOD)


def test_a_name_is_taken_once(catalog: Catalog) -> None:
    catalog.users.create("ana", GOOD)
    with pytest.raises(Conflict):
        catalog.users.create("Ana", GOOD)


def test_changes_of_rights_end_the_sessions(catalog: Catalog) -> None:
    catalog.users.create("boss", GOOD, role="admin")
    user = catalog.users.create("ana", GOOD)
    epochs = [user.session_epoch]
    for change in (
        lambda: catalog.users.set_password(user.id, GOOD + " again"),
        lambda: catalog.users.set_role(user.id, "admin"),
        lambda: catalog.users.set_active(user.id, False),
        lambda: catalog.users.end_sessions(user.id),
    ):
        epochs.append(change().session_epoch)
    assert epochs == sorted(set(epochs))
    assert catalog.users.authenticate("ana", GOOD + " again") is None  # disabled


def test_the_last_admin_stays(catalog: Catalog) -> None:
    first = catalog.users.create("boss", GOOD, role="admin")
    with pytest.raises(Conflict):
        catalog.users.set_role(first.id, "coach")
    with pytest.raises(Conflict):
        catalog.users.set_active(first.id, False)
    second = catalog.users.create("other", GOOD, role="admin")

    def resign(user_id: int) -> bool:
        try:
            return catalog.users.set_role(user_id, "coach").role == "coach"
        except Conflict:
            return False

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(resign, (first.id, second.id))) == [False, True]


def test_adopting_takes_what_has_no_owner_and_nothing_else(catalog: Catalog) -> None:
    ana, bob = (catalog.users.create(name, GOOD) for name in ("ana", "bob"))
    free, his = create(catalog), create(catalog, owner_id=bob.id)
    catalog.athletes.create(name="Leo")
    assert catalog.users.adopt(ana.id) == {"analyses": 1, "athletes": 1, "reference_deliveries": 0}
    assert (
        catalog.analyses.get(free.id).owner_id == ana.id and catalog.analyses.get(his.id).owner_id == bob.id
    )
    assert [row.name for row in catalog.athletes.all(owner_id=ana.id)] == ["Leo"]
    with pytest.raises(NotFound):
        catalog.users.adopt(99)


def test_a_reference_has_its_name_once_for_each_owner_and_once_for_nobody(catalog: Catalog) -> None:
    from sqlalchemy.exc import IntegrityError

    ana = catalog.users.create("ana", GOOD).id

    def save(name: str, owner_id: int | None) -> None:
        catalog.database.transact(
            lambda session: session.add(Reference(name=name, owner_id=owner_id, data={}))
        )

    for owner_id in (ana, None):
        save("ace", owner_id)
        with pytest.raises(IntegrityError):
            save("ace", owner_id)
    with pytest.raises(Conflict):
        catalog.users.adopt(ana)


def test_a_token_opens_until_it_ends(catalog: Catalog) -> None:
    user = catalog.users.create("ana", GOOD)
    row, token = catalog.tokens.create(user.id, "  my   script ")
    _, short = catalog.tokens.create(user.id, "short", expires_at=utcnow() + timedelta(days=1))
    assert row.name == "my script" and token not in (row.token_hash, row.hint)
    assert catalog.tokens.user_of(token).id == catalog.tokens.user_of(short).id == user.id
    assert catalog.tokens.of(user.id)[0].last_used_at is not None
    assert catalog.tokens.user_of(short, now=utcnow() + timedelta(days=2)) is None
    assert catalog.tokens.user_of(token[:-1]) is None
    with pytest.raises(NotFound):
        catalog.tokens.revoke(user.id + 1, row.id)
    catalog.tokens.revoke(user.id, row.id)
    assert catalog.tokens.user_of(token) is None
    catalog.users.set_active(user.id, False)
    assert catalog.tokens.user_of(short) is None


def test_a_share_link_opens_until_it_ends(catalog: Catalog) -> None:
    row, other = create(catalog), create(catalog)
    link, token = catalog.shares.create(row.id, days=7, by=None)
    assert catalog.shares.analysis_of(token).id == row.id
    assert catalog.shares.analysis_of(token, now=utcnow() + timedelta(days=8)) is None
    with pytest.raises(NotFound):
        catalog.shares.revoke(other.id, link.id)
    catalog.trash.put(row.id)
    assert catalog.shares.analysis_of(token) is None
    catalog.trash.restore(row.id)
    assert catalog.shares.analysis_of(token) is not None
    catalog.shares.revoke(row.id, link.id)
    assert catalog.shares.analysis_of(token) is None and catalog.shares.of(row.id) == []
    assert catalog.shares.drop_ended_before(utcnow() - timedelta(hours=1)) == 0
    assert catalog.shares.drop_ended_before(utcnow() + timedelta(hours=1)) == 1
    with pytest.raises(BadRequest):
        catalog.shares.create(row.id, days=3650, by=None)


def test_links_of_a_disabled_coach_rest_until_he_is_back(catalog: Catalog) -> None:
    row, user = create(catalog), catalog.users.create("ana", GOOD)
    _, token = catalog.shares.create(row.id, days=90, by=user.id)
    assert catalog.shares.analysis_of(token).id == row.id
    catalog.users.set_active(user.id, False)
    assert catalog.shares.analysis_of(token) is None
    catalog.users.set_active(user.id, True)
    assert catalog.shares.analysis_of(token).id == row.id


def test_links_go_with_their_analysis(catalog: Catalog) -> None:
    row = create(catalog)
    _, token = catalog.shares.create(row.id, days=90, by=None)
    catalog.analyses.delete(row.id)
    assert catalog.shares.analysis_of(token) is None


def test_the_trash_is_seen_by_nobody_who_works(catalog: Catalog, analysis: Analysis) -> None:
    claim = catalog.attempts.claim(analysis.id, "worker")
    catalog.trash.put(analysis.id)
    assert not catalog.attempts.beat(analysis.id, claim.number)
    assert catalog.attempts.claim(analysis.id, "worker").refused == "done"
    assert not catalog.attempts.requeue(analysis.id)
    assert (
        catalog.statistics.active()
        == catalog.analyses.page()
        == catalog.analyses.ids_in_state(ACTIVE_STATES)
        == []
    )
    assert (
        catalog.statistics.counts() == catalog.statistics.counts_by_queue() == {}
        and catalog.analyses.count() == 0
    )
    assert [row.id for row in catalog.analyses.page(trashed=True)] == [analysis.id]
    assert catalog.trash.put_before(utcnow() - timedelta(days=1), limit=9) == []
    assert [row.id for row in catalog.trash.put_before(utcnow(), limit=9)] == [analysis.id]
    assert catalog.trash.restore(analysis.id) and not catalog.trash.restore(analysis.id)
    assert catalog.analyses.get(analysis.id).state == "canceled" and catalog.attempts.requeue(analysis.id)
    assert catalog.trash.put("nothing") is None
