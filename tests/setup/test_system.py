"""Programs of the system for the tests: never asked for twice, never silently missing."""

from __future__ import annotations

import pytest

from scripts.bootstrap import system
from scripts.bootstrap.shell import Failure


@pytest.fixture
def commands(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """Commands that would have been run, on a machine with apt-get and nothing else, as root."""
    ran: list[list[str]] = []
    monkeypatch.setattr(system.shutil, "which", lambda name: "/bin/apt" if name == "apt-get" else None)
    monkeypatch.setattr(system.os, "geteuid", lambda: 0)
    monkeypatch.setattr(system, "POSTGRES_FOLDERS", "/nowhere")
    monkeypatch.setattr(system, "run", lambda command, doing, **_: ran.append(command))
    return ran


def test_missing_programs_are_installed_where_apt_is_there(commands: list[list[str]]) -> None:
    system.ensure_chromium()
    system.ensure_postgres()
    assert [command[-1] for command in commands] == ["chromium", "postgresql"]


def test_programs_that_are_there_are_left_alone(
    commands: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(system.shutil, "which", lambda name: f"/bin/{name}")
    system.ensure_chromium()
    system.ensure_postgres()
    assert commands == []


def test_old_package_lists_are_read_anew_once(
    commands: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def run(command: list[str], doing: str, **_: object) -> None:
        commands.append(command)
        if len(commands) == 1:
            raise Failure("unable to locate package")

    monkeypatch.setattr(system, "run", run)
    system.ensure_chromium()
    assert [command[1] for command in commands] == ["install", "update", "install"]


@pytest.mark.parametrize("why", ["no apt", "not root", "apt fails"])
def test_what_cannot_be_installed_is_said_loudly_and_does_not_stop_the_tests(
    commands: list[list[str]], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], why: str
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise Failure("installing chromium failed: no network.")

    if why == "no apt":
        monkeypatch.setattr(system.shutil, "which", lambda name: None)
    elif why == "not root":
        monkeypatch.setattr(system.os, "geteuid", lambda: 1000)
    else:
        monkeypatch.setattr(system, "run", fail)
    system.ensure_chromium()
    said = capsys.readouterr().out
    assert "!!!!!!!!" in said
    assert "the browser tests will be skipped" in said
