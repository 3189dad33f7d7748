"""When a version was released, as the registries that pip and npm are set up with say it."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import urllib.request
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

from .pins import Pin, normal

ANSWER = "application/vnd.pypi.simple.v1+json"
TIMEOUT_S, AT_ONCE = 30, 4


def of_python(pins: list[Pin]) -> dict[Pin, str]:
    """Pin -> ISO date, for those that pip's index tells of (PEP 700: ``upload-time``)."""
    index = _index()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        upload_days = pool.map(partial(_upload_day, index), pins)
        return {pin: day for pin, day in zip(pins, upload_days, strict=True) if day}


def of_npm(pins: list[Pin]) -> dict[Pin, str]:
    """Pin -> ISO date, by `npm view`."""
    npm = shutil.which("npm")
    upload_days = {pin: _npm_day(npm, pin) for pin in pins} if npm else {}
    return {pin: day for pin, day in upload_days.items() if day}


def _index() -> str:
    """Where pip looks, as it says itself; empty when that holds a password, which pip does not tell."""
    command = [sys.executable, "-m", "pip", "install", "--help"]
    said = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    match = re.search(r"--index-url <url>.*?\(default\s+(http[^)\s]+)\)", said, re.S)
    return match[1] if match and "****" not in match[1] else ""


def _upload_day(index: str, pin: Pin) -> str:
    if not index:
        return ""
    try:
        # The address is the one that pip itself would ask, and _index() lets http(s) through alone.
        request = urllib.request.Request(f"{index}/{normal(pin.name)}/", headers={"Accept": ANSWER})  # noqa: S310
        with urllib.request.urlopen(request, timeout=TIMEOUT_S) as answer:  # noqa: S310
            return day_of(json.load(answer)["files"], pin)
    except (OSError, ValueError, KeyError):
        # Away, or an index that does not speak JSON: the day is not known, and the table says so.
        return ""


def day_of(files: Iterable[dict[str, Any]], pin: Pin) -> str:
    """The earliest day on which a file of this version came to the index."""
    name = normal(pin.name).replace("-", "_")
    ours = re.compile(rf"{re.escape(name)}-{re.escape(pin.version)}(?:-.+\.whl|\.tar\.gz|\.zip)", re.I)
    times = [
        row["upload-time"]
        for row in files
        if row.get("upload-time") and ours.fullmatch(re.sub(r"^(.+?)(?=-\d)", _underscored, row["filename"]))
    ]
    return min(times, default="")[:10]


def _underscored(match: re.Match[str]) -> str:
    return normal(match[0]).replace("-", "_")


def _npm_day(npm: str, pin: Pin) -> str:
    command = [npm, "view", pin.name, "time", "--json"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=TIMEOUT_S)
        return str(json.loads(done.stdout).get(pin.version, ""))[:10]
    except (subprocess.TimeoutExpired, ValueError, AttributeError):
        return ""
