"""What can run out on a site with accounts: the disk, Redis, threads. A real server, and nothing of it hangs."""

from __future__ import annotations

import contextlib
import json
import re
import socket
import time
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPResponse
from urllib.parse import urlencode

import psutil
import pytest

from shadow_trainer.jobs.pipeline import stages
from tests.jobs.conftest import needs_redis
from tests.jobs.rig import Rig, small_settings
from tests.jobs.small_disk import Disk, refused, small_disk
from tests.web.accounts import PASSWORD
from tests.web.server import Server

pytestmark = pytest.mark.processes
DISK_MB = 48
FORM = "application/x-www-form-urlencoded"


class Site:
    """The running site, its disk where one could be mounted, and an admin at a browser."""

    def __init__(self, rig: Rig, server: Server, disk: Disk | None, no_disk: str) -> None:
        self.rig, self.server, self.disk, self.no_disk = rig, server, disk, no_disk
        self.token = rig.catalog.tokens.create(rig.catalog.users.by_name("root").id, "A script")[1]

    def ask(
        self, method: str, path: str, body: bytes | str = b"", timeout: float = 20, **headers: str
    ) -> tuple[HTTPResponse, str]:
        """One request; the answer and its text."""
        connection = HTTPConnection("127.0.0.1", self.server.port, timeout=timeout)
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        text = answer.read().decode(errors="replace")
        connection.close()
        return answer, text

    def with_token(self, method: str, path: str, body: bytes = b"", **headers: str) -> tuple[int, str]:
        """What a program of the admin's gets: status and text."""
        answer, text = self.ask(method, path, body, Authorization=f"Bearer {self.token}", **headers)
        return answer.status, text

    def login(self, name: str = "root", password: str = PASSWORD) -> tuple[int, str]:
        """Fill in the login form; the status, and the session's cookie."""
        page, text = self.ask("GET", "/login")
        cookie = page.getheader("Set-Cookie", "").partition(";")[0]
        token = re.search(r'name="csrf_token" value="([^"]+)"', text)[1]
        form = urlencode({"name": name, "password": password, "csrf_token": token})
        answer, _ = self.ask("POST", "/login", form, **{"Content-Type": FORM, "Cookie": cookie})
        session = re.search(r"__Host-shadow_session=[^;]+", answer.getheader("Set-Cookie", ""))
        return answer.status, session[0] if session else ""

    def pids(self) -> set[int]:
        """The web processes."""
        return {child.pid for child in psutil.Process(self.server.process.pid).children()}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A server with accounts on a small disk of its own, shared by this module. No worker: films wait."""
    needs_redis()
    folder = tmp_path_factory.mktemp("site") / "data"
    why, real = refused(folder), stages.STAGES
    with contextlib.ExitStack() as stack:
        disk = None if why else stack.enter_context(small_disk(folder, DISK_MB))
        rig = stack.enter_context(
            Rig(small_settings(folder, single_user=False, upload_rate="9999 per minute"))
        )
        rig.catalog.users.create("root", PASSWORD, role="admin")
        server = stack.enter_context(Server(rig, web_threads=4))
        yield Site(rig, server, disk, why)
    stages.STAGES = real


def dripping(site: Site, number: int, begun: bytes) -> list[socket.socket]:
    """Connections that have sent this much of a request, and no more."""
    connections = []
    for _ in range(number):
        connection = socket.create_connection(("127.0.0.1", site.server.port), timeout=20)
        connection.sendall(begun)
        connections.append(connection)
    return connections


def everything_answers(site: Site) -> None:
    """Pages and answers come as they would without the others."""
    for _ in range(8):
        assert site.ask("GET", "/health", timeout=10)[0].status == 200
        assert site.with_token("GET", "/openapi.json")[0] == 200


HEAD = b"POST /login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
UPLOAD = b"POST /videos/upload HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=b\r\n"
SLOW = {
    "nothing yet": b"",
    "half a head": HEAD,
    "half a body": HEAD + b"Content-Length: 500\r\n\r\n{",
    "a body that nobody reads": b"GET /health HTTP/1.1\r\nHost: x\r\nContent-Length: 2000000\r\n\r\n",
    "a body of unknown length": HEAD + b"Transfer-Encoding: chunked\r\n\r\n",
}


@pytest.mark.parametrize("begun", SLOW.values(), ids=SLOW)
def test_three_hundred_connections_that_drip_stop_nothing(site: Site, begun: bytes) -> None:
    connections = dripping(site, 300, begun)
    try:
        everything_answers(site)
        for connection in connections:  # one more byte each: they are not idle
            with contextlib.suppress(OSError):
                connection.sendall(b"x")
        everything_answers(site)
    finally:
        for connection in connections:
            connection.close()


def test_uploads_that_come_slowly_leave_threads_for_everybody_else(site: Site) -> None:
    head = UPLOAD + b"Authorization: Bearer " + site.token.encode() + b"\r\nContent-Length: 2000000\r\n\r\n"
    body = b"--b\r\nContent-Disposition: form-data; name=video; filename=a.mp4\r\n\r\nsome"
    connections = dripping(site, 40, head + body)
    try:
        everything_answers(site)
        refused = 0
        for connection in connections:
            connection.settimeout(0.05)
            with contextlib.suppress(TimeoutError):
                refused += b" 429 " in connection.recv(200)
        assert 40 - refused in range(1, 2 * 2 + 1), "half the threads of two processes"
    finally:
        for connection in connections:
            connection.close()


def test_an_upload_that_comes_makes_its_way_past_those_that_drip(site: Site) -> None:
    head = UPLOAD + b"Authorization: Bearer " + site.token.encode() + b"\r\nContent-Length: 2000000\r\n\r\n"
    begun = b"--b\r\nContent-Disposition: form-data; name=video; filename=a.mp4\r\n\r\nsome"
    connections = dripping(site, 40, head + begun)
    body, headers = film()
    try:
        status, deadline = 429, time.monotonic() + 20
        while status == 429 and time.monotonic() < deadline:
            status, _ = site.with_token("POST", "/videos/upload", body, **headers)
        assert status == 202
    finally:
        for connection in connections:
            connection.close()


def test_whoever_reads_slowly_holds_no_thread(site: Site) -> None:
    begun = b"GET /assets/x/samples/sample_lefty.mp4 HTTP/1.1\r\nHost: x\r\n\r\n"
    connections = dripping(site, 40, begun)
    try:
        everything_answers(site)
        whole = site.ask("GET", "/assets/x/samples/sample_lefty.mp4")[0].getheader("Content-Length")
        first = connections[0].makefile("rb")
        while first.readline().strip():
            pass
        assert len(first.read(int(whole))) == int(whole), "it gets all of it, when it reads"
    finally:
        for connection in connections:
            connection.close()


def film(size: int = 2000) -> tuple[bytes, dict[str, str]]:
    """An upload's body and its headers."""
    body = b"--b\r\nContent-Disposition: form-data; name=video; filename=a.mp4\r\n\r\n"
    return body + b"\x00\x00\x00\x18ftypmp42" + bytes(size) + b"\r\n--b--\r\n", {
        "Content-Type": "multipart/form-data; boundary=b"
    }


def test_on_a_full_disk_everything_is_read_and_writing_says_that_it_is_full(site: Site) -> None:
    if site.disk is None:
        pytest.skip(f"no disk can be mounted here: {site.no_disk}")
    body, headers = film()
    status, text = site.with_token("POST", "/videos/upload", body, **headers)
    assert status == 202, text
    one, before = json.loads(text)["job_id"], site.pids()
    site.disk.fill()
    assert site.disk.is_full()
    try:
        # Enough requests that each process counts each of them.
        for _ in range(6):
            assert site.ask("GET", "/health")[0].status == 200
            for path in (f"/videos/{one}/status", "/metrics", "/pro-keypoints/list"):
                status, text = site.with_token("GET", path)
                assert status == 200, (path, text)
        status, cookie = site.login()
        assert status == 303
        for path in ("/", "/analyses", f"/analyses/{one}", "/account", "/admin", "/athletes"):
            assert site.ask("GET", path, Cookie=cookie)[0].status == 200, path
        for _ in range(4):
            assert site.with_token("POST", "/videos/upload", body, **headers)[0] == 507
            assert site.with_token("POST", "/videos/sample-lefty")[0] == 507
        assert site.pids() == before, "a process was killed by its own counts"
    finally:
        site.disk.free()
    assert site.with_token("POST", "/videos/upload", body, **headers)[0] == 202
