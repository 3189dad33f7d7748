"""The parts that wait for slow clients: what has arrived, how fast it must come, what waits to be sent."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shadow_trainer.errors import TooSlow
from shadow_trainer.web.server.arriving import ARRIVE_S, HEAD_MAX_BYTES, IDLE_S, WHOLE_BODY_BYTES, Arriving
from shadow_trainer.web.server.pace import Pace
from shadow_trainer.web.server.paced_socket import OUTBOX_BYTES, READ_GRACE_S, PacedSocket


class Time:
    """A clock that a test sets."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def request(body: bytes, declared: int | None = None, more: bytes = b"") -> bytes:
    size = len(body) if declared is None else declared
    return b"POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n%s\r\n" % (size, more) + body


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(body=st.binary(max_size=300), cuts=st.lists(st.integers(1, 40), max_size=20))
def test_a_small_request_is_whole_with_its_last_byte_however_it_is_cut(body: bytes, cuts: list[int]) -> None:
    sent, arriving = request(body), Arriving()
    for size in [*cuts, len(sent)]:
        piece, sent = sent[:size], sent[size:]
        if piece:
            assert not arriving.is_whole
            arriving.add(piece)
    assert arriving.is_whole and bytes(arriving.data) == request(body)


def test_an_upload_is_judged_by_its_head() -> None:
    for size, more in (
        (WHOLE_BODY_BYTES + 1, b""),
        (9, b"Content-Type: Multipart/form-data; boundary=b\r\n"),
    ):
        arriving = Arriving()
        arriving.add(request(b"", declared=size, more=more))
        assert arriving.is_whole


def test_who_asks_whether_to_go_on_is_told_so_where_the_loop_waits_for_the_body() -> None:
    for size, wanted in ((5, True), (WHOLE_BODY_BYTES + 1, False)):
        arriving = Arriving()
        arriving.add(request(b"", declared=size, more=b"Expect: 100-continue\r\n"))
        assert arriving.asks_to_continue is wanted


def test_a_head_has_an_end_and_a_time() -> None:
    clock = Time()
    arriving = Arriving(clock)
    clock.now = IDLE_S - 1
    arriving.add(b"GET / HTTP/1.1\r\n")
    clock.now += ARRIVE_S
    arriving.add(b"a: b\r\n")
    assert not arriving.is_late()
    clock.now += 0.1
    assert arriving.is_late(), "a byte now and then does not prolong it"
    arriving.add(b"x" * HEAD_MAX_BYTES)
    assert arriving.is_endless and not arriving.is_whole


def test_a_pace_has_grace_a_rate_and_a_limit() -> None:
    clock = Time()
    pace = Pace(rate=1000, grace_s=10, limit_s=60, clock=clock)
    clock.now = 10.0
    assert pace.left_s(0) == 0 and pace.left_s(5000) == 5
    clock.now = 59.0
    assert pace.left_s(10**9) == 1


def open_files() -> int:
    """How many this process has open; 0 where it cannot be known."""
    folder = Path("/proc/self/fd")
    return len(list(folder.iterdir())) if folder.is_dir() else 0


@pytest.fixture
def pair() -> Iterator[tuple[PacedSocket, socket.socket]]:
    """The server's end and the client's."""
    server, client = socket.socketpair()
    client.settimeout(20)
    ours = PacedSocket(server, rate=1e6, limit_s=60)
    yield ours, client
    ours.close()
    client.close()


def test_a_body_that_comes_too_slowly_is_given_up(pair: tuple[PacedSocket, socket.socket]) -> None:
    ours, client = pair
    ours.begin_body(20.0)
    client.sendall(b"some")
    assert ours.recv(100) == b"some"
    ours.begin_body(0.0)
    with pytest.raises(TooSlow):
        ours.recv(100)


def test_what_the_client_does_not_read_waits_in_its_order(
    pair: tuple[PacedSocket, socket.socket], tmp_path: Path
) -> None:
    ours, client = pair
    path = tmp_path / "film"
    path.write_bytes(os.urandom(3 * OUTBOX_BYTES))
    before = open_files()
    ours.sendall(b"head")
    with path.open("rb") as file:
        ours.sendfile(file, offset=10, count=2 * OUTBOX_BYTES)
    ours.sendall(b"tail")
    wanted = b"head" + path.read_bytes()[10 : 10 + 2 * OUTBOX_BYTES] + b"tail"
    assert not ours.flush(), "nobody has read, and nobody waited"
    got = b""
    while len(got) < len(wanted):
        got += client.recv(1 << 20)
        ours.flush()
    assert got == wanted and ours.flush()
    assert open_files() == before


def test_an_answer_without_end_goes_at_the_clients_pace(
    pair: tuple[PacedSocket, socket.socket], monkeypatch: pytest.MonkeyPatch
) -> None:
    ours, _ = pair
    monkeypatch.setattr("shadow_trainer.web.server.paced_socket.READ_GRACE_S", 0.0)
    assert READ_GRACE_S > 0
    with pytest.raises(ConnectionResetError):
        for _ in range(100):
            ours.sendall(b"x" * OUTBOX_BYTES)
