"""The command line's promises: quick help, one-line errors, the right exit codes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import click
import pytest

from shadow_trainer import cli
from shadow_trainer.errors import BadVideo, SetupError

ROOT = Path(__file__).resolve().parents[2]
HEAVY = ("torch", "cv2", "av", "numpy", "scipy", "flask", "sqlalchemy", "rq", "redis", "honcho")


def shadow(*arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "shadow_trainer", *arguments],
        cwd=ROOT,
        env={**os.environ, **env},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_help_lists_every_command_and_imports_none() -> None:
    code = (
        "import sys\nfrom shadow_trainer.cli import main\n"
        "try: main(['--help'])\n"
        f"finally: print('loaded:', [m for m in {HEAVY!r} if m in sys.modules])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert "loaded: []" in done.stdout
    assert [name for name in cli.COMMANDS if f"\n  {name} " not in done.stdout] == []


@pytest.mark.parametrize("name", cli.COMMANDS)
def test_every_command_of_the_table_exists_and_says_what_it_does(name: str) -> None:
    command = cli.cli.get_command(click.Context(cli.cli), name)
    assert isinstance(command, click.Command)
    assert command.help


@pytest.mark.parametrize("arguments", [["bogus"], ["analyse"], ["up", "--workers", "many"]])
def test_a_wrong_argument_is_exit_code_3(arguments: list[str]) -> None:
    done = shadow(*arguments)
    assert done.returncode == 3
    assert "Traceback" not in done.stderr


def test_a_wrong_setting_is_one_line_that_names_it() -> None:
    done = shadow("settings", PORT="eighty")
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert done.stderr.startswith("bad_setting: The setting PORT='eighty'")


@pytest.mark.parametrize(
    ("error", "code"), [(BadVideo("x", code="no_video"), 2), (SetupError("x"), 1), (KeyboardInterrupt(), 130)]
)
def test_errors_become_a_line_and_their_exit_code(
    error: BaseException, code: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(cli.cli, "main", fail)
    with pytest.raises(SystemExit) as exit_:
        cli.main([])
    assert exit_.value.code == code
    assert capsys.readouterr().err.count("\n") <= 1


def test_a_missing_package_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ModuleNotFoundError("No module named 'torch'", name="torch")

    monkeypatch.setattr(cli.cli, "main", fail)
    with pytest.raises(SystemExit):
        cli.main([])
    assert capsys.readouterr().err == "setup: The Python package torch is missing. Run `make setup`.\n"


def test_settings_never_show_a_secret() -> None:
    done = shadow("settings", SHADOW_SECRET_KEY="s3cret" * 8)
    assert done.returncode == 0
    assert "s3cret" not in done.stdout
    assert "(set)" in done.stdout
