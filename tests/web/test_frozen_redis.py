"""A Redis that hangs (it is there and says nothing) holds up no page and no answer, whatever is asked."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import redis
from redis._parsers.socket import SocketBuffer
from rq import Worker

from shadow_trainer.jobs.redis import client, embedded
from shadow_trainer.settings import load
from tests.jobs.conftest import needs_redis
from tests.web.access_table import ROUTES
from tests.web.accounts import Person
from tests.web.coaches_site import CoachesSite, copied
from tests.web.test_access import through

MOST_S = 3.0
# The same patience in less time: what is added up is what each wait would have been.
SHORTER = 25


class Waits:
    """What calls waited in vain for Redis, in seconds, and whether one would have waited for longer than it may."""

    def __init__(self) -> None:
        self.waited: list[float] = []
        self.too_patient: list[float] = []
        self._read = SocketBuffer._read_from_socket

    def read(self, buffer: SocketBuffer, *arguments: Any, **more: Any) -> bool:
        """In the place of the library's reading."""
        limit_s = (buffer._sock.gettimeout() or 1e9) * SHORTER
        if limit_s > MOST_S:
            self.too_patient.append(limit_s)
            raise redis.TimeoutError(f"would have waited for {limit_s} s")
        try:
            return self._read(buffer, *arguments, **more)
        except redis.TimeoutError:
            self.waited.append(limit_s)
            raise


@pytest.fixture
def frozen(
    furnished: tuple[Path, dict], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[CoachesSite, Waits]]:
    """A site over RQ that has seen its Redis and its workers; then that Redis is stopped."""
    needs_redis()
    for table in (client.SOCKET_TIMEOUT_S, client.CONNECT_TIMEOUT_S):
        monkeypatch.setitem(table, "web", table["web"] / SHORTER)
    waits = Waits()
    server = embedded.start(load({}, data_dir=str(tmp_path / "data")))
    try:
        site = copied(furnished, tmp_path / "data" / "site", use_rq=True, redis_url=_address(tmp_path))
        worker = Worker(["pose"], name="one", connection=redis.Redis.from_url(_address(tmp_path)))
        worker.register_birth()
        for path in ("/admin", "/rq/0/view/workers", "/ready", f"/videos/{site.analysis_id}/status"):
            assert Person(site.app, "root").get(path).status_code in (200, 503)
        monkeypatch.setattr(SocketBuffer, "_read_from_socket", lambda *a, **more: waits.read(*a, **more))
        os.kill(server.pid, signal.SIGSTOP)
        yield site, waits
    finally:
        os.kill(server.pid, signal.SIGCONT)
        server.stop()


def _address(tmp_path: Path) -> str:
    return client.address(load({}, data_dir=str(tmp_path / "data")))


def _asked(site: CoachesSite) -> Iterator[tuple[str, Any]]:
    """Everything that can be asked: our own routes as their owner or the admin, and the dashboard's."""
    for route in ROUTES:
        name = next((name for name in ("root", "ana") if through(route, name)), "")
        yield f"{route.method} {route.path}", lambda r=route, n=name: site.ask(Person(site.app, n), r)
    root = Person(site.app, "root")
    values = {
        "instance_number": "0",
        "job_id": "x",
        "queue_name": "pose",
        "registry_name": "queued",
        "per_page": "5",
        "page": "1",
        "order": "asc",
    }
    for rule in site.app.url_map.iter_rules():
        if rule.endpoint.startswith("rq_dashboard.") and rule.arguments <= set(values):
            path = site.app.url_map.bind("x").build(rule.endpoint, {k: values[k] for k in rule.arguments})
            yield path, lambda p=path: root.get(p)


def test_whatever_is_asked_waits_for_a_frozen_redis_once_and_is_answered(
    frozen: tuple[CoachesSite, Waits],
) -> None:
    site, waits = frozen
    patience = site.app.extensions["shadow"].jobs.connection.get_retry()
    wrong, waiting = [], 0
    for name, ask in _asked(site):
        waits.waited.clear()
        waits.too_patient.clear()
        patience._silent_until = 0.0  # as if nobody had asked Redis for a while
        status = ask().status_code
        waiting += bool(waits.waited)
        if waits.too_patient or sum(waits.waited) > MOST_S or status not in (*range(200, 500), 503):
            wrong.append((name, status, waits.waited[:], waits.too_patient[:]))
    assert not wrong
    assert waiting > 20, "few of them ask Redis: what is proved here?"
