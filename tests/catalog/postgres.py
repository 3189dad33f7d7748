"""A throw-away PostgreSQL server on a Unix socket, run as an ordinary user as Postgres demands."""

from __future__ import annotations

import itertools
import os
import pwd
import shutil
import subprocess
import tempfile
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from shadow_trainer.catalog import migrate
from shadow_trainer.settings import Settings

DEBIAN = Path("/usr/lib/postgresql")


def _binaries() -> Path | None:
    programs = sorted(DEBIAN.glob("*/bin/initdb"), key=lambda p: float(p.parts[-3]))
    if programs:
        return programs[-1].parent
    path = shutil.which("initdb")
    return Path(path).resolve().parent if path else None


def _user() -> str | None:
    """Who runs the server when we are root."""
    if os.getuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return next(name for name in ("postgres", "nobody") if name in names)


@dataclass
class Postgres:
    """A running server; every test gets a database of its own."""

    binaries: Path
    folder: Path
    as_user: dict[str, Any]
    numbers: itertools.count[int] = field(default_factory=itertools.count)

    @classmethod
    def start(cls) -> Postgres | None:
        """Start a server in a short-named folder (socket paths are limited); None without binaries."""
        binaries = _binaries()
        if binaries is None:
            return None
        folder = Path(tempfile.mkdtemp(prefix="pg-"))
        user = _user()
        if user:
            shutil.chown(folder, user)
        as_user = {"user": user, "extra_groups": [], "group": pwd.getpwnam(user).pw_gid} if user else {}
        server = cls(binaries, folder, as_user)
        server._run(
            "initdb", "-D", folder / "data", "-U", "tester", "-A", "trust", "-N", "-E", "UTF8", "--locale=C"
        )
        server._run(
            "pg_ctl", "-D", folder / "data", "-w", "-l", folder / "log", "-o", server._options(), "start"
        )
        return server

    def stop(self) -> None:
        """Stop the server and delete its folder."""
        self._run("pg_ctl", "-D", self.folder / "data", "-m", "immediate", "-w", "stop")
        shutil.rmtree(self.folder, ignore_errors=True)

    def restart(self) -> None:
        """Stop hard and start again, as a database that crashed."""
        self._run(
            "pg_ctl", "-D", self.folder / "data", "-m", "immediate", "-w", "-l", self.folder / "log",
            "-o", self._options(), "restart",
        )  # fmt: skip

    def new_database(self, *, migrated: bool = False) -> str:
        """An empty database, or a copy of one that was ``migrated``; its address as a platform would give it."""
        name = f"test{next(self.numbers)}"
        self._run(
            "createdb",
            "-h",
            self.folder,
            "-U",
            "tester",
            "-T",
            self._migrated if migrated else "template1",
            name,
        )
        return f"postgres://tester@/{name}?host={self.folder}"

    @cached_property
    def _migrated(self) -> str:
        """The name of a database at the newest schema, to which nobody is connected."""
        address = self.new_database()
        with tempfile.TemporaryDirectory() as folder:
            migrate(Settings(data_dir=folder, database_url=address))
        return address.partition("@/")[2].partition("?")[0]

    def _options(self) -> str:
        return f"-k {self.folder} -c listen_addresses='' -c fsync=off -c max_connections=60"

    def _run(self, program: str, *arguments: object) -> None:
        command = [str(self.binaries / program), *map(str, arguments)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=self.folder, **self.as_user)
