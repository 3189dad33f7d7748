"""The address's promises: a taken port is named with its owner, one folder runs one stack."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from shadow_trainer.cli import address
from shadow_trainer.errors import SetupError
from shadow_trainer.settings import Settings

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def taken() -> Iterator[int]:
    """A port that somebody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


def test_a_taken_port_names_who_has_it_and_another_port(taken: int) -> None:
    with pytest.raises(SetupError) as caught:
        address.require_free(Settings(port=taken))
    assert caught.value.code == "port_taken"
    assert f"(process {os.getpid()})" in caught.value.message
    assert f"PORT={taken + 1} make run" in caught.value.fix


def test_a_free_port_is_free_again_and_again(taken: int) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        port = other.getsockname()[1]
    address.require_free(Settings(port=port))
    address.require_free(Settings(port=port))


def test_an_address_that_is_not_of_this_machine_is_one_clear_error() -> None:
    with pytest.raises(SetupError) as caught:
        address.require_free(Settings(host="192.0.2.1"))
    assert caught.value.code == "bad_address"


def test_up_on_a_taken_port_is_one_line_and_starts_nothing(taken: int, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "shadow_trainer", "up"],
        cwd=ROOT,
        env={
            **os.environ,
            "PORT": str(taken),
            "SHADOW_DATA_DIR": str(tmp_path),
            "SHADOW_SECRET_KEY": "x" * 40,
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert done.stderr.startswith(f"port_taken: Port {taken} is already taken")


def test_one_folder_runs_one_stack(tmp_path: Path) -> None:
    settings = Settings(data_dir=str(tmp_path), port=8123)
    assert address.running(settings) is None
    with address.lock(settings):
        assert address.running(settings) == "http://127.0.0.1:8123"
        with pytest.raises(SetupError) as caught, address.lock(settings):
            pass
        assert caught.value.code == "already_running"
        assert "http://127.0.0.1:8123" in caught.value.message
    assert address.running(settings) is None


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:8000"),
        ("0.0.0.0", "http://127.0.0.1:8000"),
        ("::", "http://[::1]:8000"),
    ],
)
def test_the_address_to_open_is_one_a_browser_reaches(host: str, url: str) -> None:
    assert address.url(Settings(host=host)) == url
