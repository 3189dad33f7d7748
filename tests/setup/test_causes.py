"""What tools really print when they fail, and the words a person reads instead."""

from __future__ import annotations

import errno
from types import SimpleNamespace

import pytest

from scripts.bootstrap import shell

PRINTED = {
    "pip, disk full": (
        "ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device",
        "disk is full",
    ),
    "npm, disk full": ("npm error code ENOSPC\nnpm error syscall write", "disk is full"),
    "pip, no name service": (
        "WARNING: Retrying (Retry(total=0)) after connection broken by 'NewConnectionError(\": Failed to "
        "establish a new connection: [Errno -3] Temporary failure in name resolution\")': /simple/six/\n"
        "ERROR: No matching distribution found for six==1.17.0",
        "cannot be reached",
    ),
    "npm, no name service": (
        "npm error code EAI_AGAIN\nnpm error request to host failed",
        "cannot be reached",
    ),
    "npm, wrong hash": ("npm error code EINTEGRITY\nnpm error sha512-x integrity checksum failed", "pinned"),
    "pip, no compiler": ("error: command 'gcc' failed: No such file or directory", "build-essential"),
    "pip, no compiler, newer setuptools": (
        "building 'psutil._psutil_linux' extension\nerror: [Errno 2] No such file or directory: 'gcc'",
        "build-essential",
    ),
    "pip, no compiler by path": (
        "error: command '/usr/bin/x86_64-linux-gnu-gcc' failed with exit code 1",
        "build-essential",
    ),
    "pip, no headers": ("src/x.c:1:10: fatal error: Python.h: No such file or directory", "python3-dev"),
    "pip, no such version": ("ERROR: No matching distribution found for torch==2.13.0", "Try another Python"),
    "Debian, no venv": (
        "The virtual environment was not created successfully because ensurepip is not available.  On "
        "Debian/Ubuntu systems, you need to install the python3-venv package",
        "python3-venv",
    ),
    "npm, no rights": ("npm error code EACCES\nnpm error syscall mkdir", "cannot be written"),
}


@pytest.mark.parametrize("case", PRINTED)
def test_a_known_cause_becomes_an_instruction(case: str) -> None:
    output, words = PRINTED[case]
    assert words in (shell.explain(output) or "")


def test_an_unknown_failure_shows_the_tools_own_last_error_and_the_log() -> None:
    text = shell._failure("installing x", "start\nerror: the moon is full\ndone\n", 1, False)
    assert "the moon is full" in text and "var/setup.log" in text


def test_too_little_space_is_told_before_anything_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    usage = SimpleNamespace(free=50_000_000)
    monkeypatch.setattr(shell.shutil, "disk_usage", lambda path: usage)
    with pytest.raises(shell.Failure, match="needs about 3000 MB and 50 MB are free"):
        shell.require_space(3000, "the Python environment")


def test_a_disk_that_fills_up_under_set_up_itself_is_named() -> None:
    error = OSError(errno.ENOSPC, "No space left on device", ".env")
    assert "disk is full" in shell.os_failure(error)


def test_a_tool_that_is_missing_is_one_line() -> None:
    with pytest.raises(shell.Failure, match="no-such-tool-here does not start"):
        shell.run(["no-such-tool-here"], "trying")
