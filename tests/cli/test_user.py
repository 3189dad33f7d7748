"""Accounts from the command line: the first admin, and no password where others could read it."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from shadow_trainer.catalog import Catalog, migrate, open_catalog
from shadow_trainer.cli.user import user
from shadow_trainer.errors import BadRequest, Conflict, NotFound
from shadow_trainer.settings import load

GOOD = "four words of hers"


@pytest.fixture
def catalog(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Catalog:
    """The catalog that the commands use."""
    for name, value in {"SHADOW_DATA_DIR": str(tmp_path), "DATABASE_URL": ""}.items():
        monkeypatch.setenv(name, value)
    settings = load()
    migrate(settings)
    return open_catalog(settings)


def run(*arguments: str, words: str = "") -> Result:
    """One command, with these words on its stdin; its own errors are raised."""
    result = CliRunner().invoke(user, list(arguments), input=words, standalone_mode=False)
    if result.exception is not None:
        raise result.exception
    return result


def test_the_first_admin_is_made_with_a_password_from_stdin(catalog: Catalog) -> None:
    assert "may log in as admin" in run("add", "Ana", "--admin", "--password-stdin", words=f"{GOOD}\n").output
    assert catalog.users.authenticate("ana", GOOD).role == "admin"


def test_without_a_terminal_it_says_how_to_give_the_password(catalog: Catalog) -> None:
    with pytest.raises(BadRequest) as error:
        run("add", "ana", words=f"{GOOD}\n")
    assert "--password-stdin" in error.value.fix
    assert not catalog.users.any_exist()


def test_there_is_no_password_among_the_arguments() -> None:
    for command in user.commands.values():
        assert [p.name for p in command.params if "password" in p.name and not p.is_flag] == []


def test_a_weak_password_makes_no_account(catalog: Catalog) -> None:
    with pytest.raises(BadRequest):
        run("add", "ana", "--password-stdin", words="password123\n")
    assert not catalog.users.any_exist()


def test_an_account_is_changed_disabled_and_let_in_again(catalog: Catalog) -> None:
    for name in ("ana", "bob"):
        run("add", name, "--password-stdin", words=f"{GOOD}\n")
    run("role", "ana", "admin")
    with pytest.raises(Conflict):
        run("disable", "ana")
    run("password", "bob", "--password-stdin", words="other words of his\n")
    assert catalog.users.authenticate("bob", "other words of his") is not None
    run("disable", "bob")
    assert catalog.users.authenticate("bob", "other words of his") is None
    listed = run("list").output.splitlines()
    assert [line.split()[:3] for line in listed] == [["ana", "admin", "active"], ["bob", "coach", "disabled"]]
    run("enable", "bob")
    assert catalog.users.authenticate("bob", "other words of his") is not None
    with pytest.raises(NotFound):
        run("role", "nobody", "admin")


def test_what_was_made_without_accounts_is_adopted(catalog: Catalog) -> None:
    run("add", "ana", "--password-stdin", words=f"{GOOD}\n")
    row = catalog.analyses.create(title="Old", original_name="a.mp4", original_key="k", options={})
    assert "1 analyses, 0 athletes, 0 references" in run("adopt", "ana").output
    assert catalog.analyses.get(row.id).owner_id == catalog.users.by_name("ana").id
