"""Where the web server of this folder listens: is the port free, does it answer, is it already running."""

from __future__ import annotations

import contextlib
import fcntl
import http.client
import json
import socket
import time
from collections.abc import Iterator
from pathlib import Path

from ..errors import SetupError
from ..settings import Settings

EVERY_ADDRESS = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}  # noqa: S104


def reachable_host(settings: Settings) -> str:
    """The address under which this machine itself reaches the web server."""
    return EVERY_ADDRESS.get(settings.host, settings.host)


def url(settings: Settings) -> str:
    """The address to open in a browser."""
    host = reachable_host(settings)
    return f"http://{f'[{host}]' if ':' in host else host}:{settings.port}"


def require_free(settings: Settings) -> None:
    """SetupError when the port cannot be listened on; it names the program that has it, if that is known."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        # As gunicorn does: connections of the last run that linger are not a server.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except PermissionError as error:
            raise SetupError(
                f"Port {settings.port} needs the rights of an administrator.",
                code="port_forbidden",
                fix="Choose a port above 1023: PORT=8000 make run.",
            ) from error
        except OSError as error:
            raise _not_free(settings, error) from error


def _not_free(settings: Settings, error: OSError) -> SetupError:
    import errno

    other = f"PORT={settings.port + 1} make run"
    if error.errno == errno.EADDRINUSE:
        return SetupError(
            f"Port {settings.port} is already taken{_owner(settings.port)}.",
            code="port_taken",
            fix=f"Stop that program, or choose another port: {other}.",
        )
    return SetupError(
        f"The web server cannot listen on {settings.host}:{settings.port} ({error.strerror}).",
        code="bad_address",
        fix="Check SHADOW_HOST and PORT.",
    )


def _owner(port: int) -> str:
    """`` by python3 (process 4711)``, or nothing when the system does not tell."""
    import psutil

    with contextlib.suppress(psutil.Error, OSError):
        for row in psutil.net_connections("tcp"):
            if row.status == psutil.CONN_LISTEN and row.laddr and row.laddr.port == port and row.pid:
                return f" by {psutil.Process(row.pid).name()} (process {row.pid})"
    return ""


@contextlib.contextmanager
def lock(settings: Settings) -> Iterator[None]:
    """Hold the folder's run lock; SetupError with the other one's address when it is already running.

    The lock goes with the process, however it ends, so a stale file is never in the way.
    """
    settings.data_path.mkdir(parents=True, exist_ok=True)
    with _lock_file(settings).open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise SetupError(
                f"Shadow Trainer is already running from this folder, at {running(settings) or 'another port'}.",
                code="already_running",
                fix="Open that address, or stop it first (Ctrl-C where it runs).",
            ) from error
        file.truncate(0)
        file.write(json.dumps({"url": url(settings)}))
        file.flush()
        yield


def running(settings: Settings) -> str | None:
    """Address of the stack that runs from this folder now, or None."""
    path = _lock_file(settings)
    try:
        with path.open("r+") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return str(json.loads(path.read_text(encoding="utf-8"))["url"])
    except (OSError, ValueError, KeyError):
        return None
    return None


def wait_until_up(settings: Settings, seconds: float = 60.0) -> bool:
    """Wait until the web server answers; False when it does not in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if is_up(settings):
            return True
        time.sleep(0.2)
    return False


def is_up(settings: Settings) -> bool:
    """Whether a web server of ours (not just anybody's) answers on the port of these settings."""
    connection = http.client.HTTPConnection(reachable_host(settings), settings.port, timeout=3)
    try:
        connection.request("GET", "/health")
        answer = connection.getresponse()
        return answer.status == 200 and "job_manager_type" in json.loads(answer.read())
    except (OSError, ValueError, TypeError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _lock_file(settings: Settings) -> Path:
    return settings.data_path / "up.lock"
