"""How long a client waits for Redis: once, for all its connections, and never longer for calls inside calls."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import redis
from redis.backoff import NoBackoff

from shadow_trainer.jobs.redis.client import LOST, Patience, connect, hurry
from tests.jobs.rig import small_settings


class Server:
    """What stands for Redis: asked how often, and whether it answers."""

    def __init__(self) -> None:
        self.asked, self.away = 0, True

    def __call__(self) -> str:
        self.asked += 1
        if self.away:
            raise redis.ConnectionError("away")
        return "PONG"


@pytest.fixture
def server() -> Server:
    return Server()


def ask(patience: Patience, server: Server) -> str:
    """As the library does: a command, and inside it a connection with a policy of its own."""
    again = patience.__deepcopy__({})
    inside = lambda: again.call_with_retry(server, lambda _: None)  # noqa: E731
    return patience.call_with_retry(inside, lambda _: None)


def quick(**more: float) -> Patience:
    patience = Patience(2, **more)
    patience._backoff = NoBackoff()
    return patience


def test_calls_inside_calls_are_tried_again_once(server: Server) -> None:
    with pytest.raises(LOST):
        ask(quick(), server)
    assert server.asked == 3


def test_what_was_in_vain_is_not_asked_again_at_once(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    patience, now = quick(pause_s=1.0), [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    for _ in range(3):
        with pytest.raises(LOST):
            ask(patience, server)
    assert server.asked == 3
    server.away, now[0] = False, 100.5
    with pytest.raises(LOST, match="a moment ago"):
        ask(patience, server)
    now[0] = 101.1
    assert [ask(patience, server) for _ in range(2)] == ["PONG", "PONG"]
    assert server.asked == 5


def test_while_one_asks_again_the_others_do_not_wait_with_it(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    patience, asking, answer, now = quick(pause_s=1.0), threading.Event(), threading.Event(), [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    with pytest.raises(LOST):
        ask(patience, server)

    def slow() -> str:
        asking.set()
        assert answer.wait(10)
        return "PONG"

    now[0] = 101.1
    thread = threading.Thread(target=lambda: patience.call_with_retry(slow, lambda _: None))
    thread.start()
    assert asking.wait(10)
    with pytest.raises(LOST, match="a moment ago"):
        ask(patience, server)
    assert server.asked == 3
    answer.set()
    thread.join(10)
    server.away = False
    assert ask(patience, server) == "PONG"


def test_it_is_lost_also_in_the_middle_of_a_call(tmp_path: Path) -> None:
    client = connect(small_settings(tmp_path), "worker")
    threading.Timer(0.5, hurry, [client]).start()
    with ThreadPoolExecutor(1) as pool, pytest.raises(LOST):
        pool.submit(client.ping).result(20)  # a worker's patience is a minute
