"""Running a tool so that its failure becomes one line that says what to do."""

from __future__ import annotations

import errno
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LOG = ROOT / "var" / "setup.log"
WIDTH = 78

# What a tool prints when it fails, and what that means for a person; the first match wins.
CAUSES: tuple[tuple[str, str], ...] = (
    (
        r"no space left|ENOSPC|errno 28\b|disk quota",
        "the disk is full. Free some space (2 GB is enough) and run the same command again",
    ),
    (
        r"ensurepip is not available|no module named '?(venv|ensurepip)",
        "this Python has no venv module. On Debian or Ubuntu: apt-get install python3-venv; then run again",
    ),
    (
        r"name resolution|name or service not known|nodename nor servname|getaddrinfo|ENOTFOUND|EAI_AGAIN"
        r"|network is unreachable|ENETUNREACH|connection refused|ECONNREFUSED|ETIMEDOUT|timed out|ECONNRESET"
        r"|newconnectionerror|failed to establish|proxyerror|connection (aborted|reset|broken)",
        "the package registry cannot be reached. Check the network (or the proxy settings of pip and npm) "
        "and run the same command again",
    ),
    (
        r"EINTEGRITY|hashes are required|do not match the hashes",
        "a downloaded package is not the one that was pinned. Run again; if it stays, the mirror is broken",
    ),
    (
        r"(command|unable to execute) '?\S*(gcc|g\+\+|cc|clang)'? ?(failed|was not found|: no such)"
        r"|no such file or directory: '\S*(gcc|cc|clang)'|python\.h: no such file|visual c\+\+",
        "a package has to be compiled and there is no C compiler (or no Python headers). "
        "On Debian or Ubuntu: apt-get install build-essential python3-dev; then run again",
    ),
    (
        r"no matching distribution|could not find a version",
        "a pinned package does not exist for this Python or processor. Try another Python: "
        "PYTHON=python3.12 make setup",
    ),
    (
        r"permission denied|EACCES|EPERM|read-only file system",
        "a file cannot be written. Check who owns the project's folder",
    ),
)


class Failure(Exception):
    """Set-up cannot go on; the text is the one line a person reads."""


def say(text: str) -> None:
    """One line on the terminal, at once."""
    print(f"set-up: {text}", flush=True)


def loud(text: str) -> None:
    """A line nobody overlooks, for something that was left out."""
    rule = "!" * 78
    print(f"{rule}\n! {text}\n{rule}", flush=True)


def explain(output: str) -> str | None:
    """What a tool's output says about the cause, as an instruction, or None when it is not known."""
    for pattern, words in CAUSES:
        if re.search(pattern, output, re.I):
            return words
    return None


def run(command: list[str], doing: str, *, env: dict[str, str] | None = None, ours: bool = False) -> str:
    """Run a tool in the project's folder and return its output; Failure when it exits non-zero.

    The output goes to ``var/setup.log``. ``ours``: the command is the project's own, whose errors
    already are one clear line, so its last line is shown as it is.
    """
    started = time.monotonic()
    environment = {**os.environ, **(env or {})}
    try:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )
    except OSError as error:
        raise Failure(f"{doing} failed: {command[0]} does not start ({error.strerror}).") from error
    lines: list[str] = []
    with process:
        for line in process.stdout or ():
            lines.append(line)
            _show(line)
    _show("")
    output = "".join(lines)
    _log(command, output, time.monotonic() - started)
    if process.returncode:
        raise Failure(_failure(doing, output, process.returncode, ours))
    return output


def _show(line: str) -> None:
    """On a terminal, what the tool said last: a download of minutes must not look like a hang."""
    if sys.stdout.isatty():
        print(f"\r{line.strip()[:WIDTH]:<{WIDTH}}" + ("" if line else "\r"), end="", flush=True)


def _failure(doing: str, output: str, code: int, ours: bool) -> str:
    """The one line: the known cause, or the tool's own last words and where the rest is."""
    cause = None if ours else explain(output)
    if cause:
        return f"{doing} failed: {cause}. (Everything it printed: {_short(LOG)})"
    words = [line.strip() for line in output.splitlines() if line.strip()]
    errors = [line for line in words if re.search(r"error|fail", line, re.I)]
    last = ((words if ours else errors) or words or [f"exit code {code}"])[-1]
    return f"{doing} failed: {last[:300]} (everything it printed: {_short(LOG)})"


def _log(command: list[str], output: str, seconds: float) -> None:
    """Keep what a tool printed; a full disk, which keeps the log from growing, is told by the tool itself."""
    try:
        LOG.parent.mkdir(parents=True, exist_ok=True)
        with LOG.open("a", encoding="utf-8") as file:
            file.write(f"$ {' '.join(command)}\n{output}\n({seconds:.1f} s)\n\n")
    except OSError:
        return


def _short(path: Path) -> str:
    return str(path.relative_to(ROOT))


def require_space(megabytes: int, what: str) -> None:
    """Failure when the project's disk has less room than ``what`` needs."""
    free = shutil.disk_usage(ROOT).free // 1_000_000
    if free < megabytes:
        raise Failure(
            f"the disk is too full: {what} needs about {megabytes} MB and {free} MB are free. "
            "Free some space and run the same command again."
        )


def os_failure(error: OSError) -> str:
    """An error of the system, met by set-up's own code, as one line."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return "the disk is full. Free some space (2 GB is enough) and run the same command again."
    return f"{error.strerror or error} ({error.filename})."
