"""The web server as it runs: several processes, real sockets, a real Redis and a real worker behind it."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from shadow_trainer.jobs.pipeline import stages
from tests import no_internet
from tests.jobs.conftest import needs_redis
from tests.jobs.rig import Rig, small_settings
from tests.web.server import Server, head_of

pytestmark = pytest.mark.processes


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Rig, Server]]:
    """Web server, Redis, worker and clock, shared by this module."""
    needs_redis()
    real = stages.STAGES
    settings = small_settings(tmp_path_factory.mktemp("house"), log_format="json", upload_slots=2)
    with Rig(settings) as rig, Server(rig) as server:
        rig.worker()
        rig.clock()
        rig.wait_workers()
        yield rig, server
    stages.STAGES = real


def metric(server: Server, name: str) -> float:
    """The value of one series, 0 when it is not there."""
    for line in server.get("/metrics").splitlines():
        if line.startswith(name + " "):
            return float(line.split()[-1])
    return 0.0


def lines_of(rig: Rig, film: str) -> list[dict[str, str]]:
    """What the worker logged about one video. A line that is being written is left for the next look."""
    text = (rig.data / "worker.log").read_text().rpartition("\n")[0]
    lines = [json.loads(line) for line in text.splitlines() if line[:1] == "{"]
    return [line for line in lines if line.get("analysis_id") == film]


def test_every_line_from_the_request_to_the_last_stage_carries_its_ids(house: tuple[Rig, Server]) -> None:
    rig, server = house
    status, answer = server.upload({"do": "flaky", "times": 1}, **{"X-Request-ID": "coach-clicked-here"})
    film = answer["job_id"]
    assert status == 202
    rig.until_state(film, "completed")
    # The last line is written after the commit that everybody sees.
    rig.until(lambda: "published" in [line["message"] for line in lines_of(rig, film)], "the last line")
    ours = lines_of(rig, film)
    assert {line["request_id"] for line in ours} == {"coach-clicked-here"}
    assert {line["job_id"] for line in ours} == {film}
    assert {line["attempt"] for line in ours} == {"1", "2"}
    said = [line["message"] for line in ours]
    assert "stage render is done" in said and said[-1] == "published"
    # Also when Redis forgot everything in between: the id is in the catalog.
    assert rig.catalog.analyses.get(film).request_id == "coach-clicked-here"
    # The web's own line of a request carries the same id.
    status, _ = server.post("/videos/upload", **{"X-Request-ID": "nothing-came-with-it"})
    assert status == 400


def test_counts_are_the_same_whichever_process_is_asked(house: tuple[Rig, Server]) -> None:
    _, server = house
    route = 'shadow_http_requests_total{method="GET",route="/health",status="200"}'
    before = metric(server, route)
    for _ in range(30):
        server.get("/health")
    assert {metric(server, route) for _ in range(12)} == {before + 30}
    uploads = metric(server, 'shadow_uploads_total{outcome="accepted"}')
    for _ in range(6):
        assert server.upload({"do": "work"})[0] == 202
    assert metric(server, 'shadow_uploads_total{outcome="accepted"}') == uploads + 6
    text = server.get("/metrics")
    assert 'shadow_http_request_seconds_bucket{le="0.25",route="/videos/upload"}' in text
    # Four processes of web and worker wrote these: each attempt once.
    for line in text.splitlines():
        name = line.split(" ")[0]
        assert text.count(f"\n{name} ") == 1 or line.startswith("#"), name


def test_more_uploads_than_slots_get_429_before_their_body_is_read(house: tuple[Rig, Server]) -> None:
    _, server = house
    began = b"--b\r\nContent-Disposition: form-data; name=video; filename=a.mp4\r\n\r\nsome"
    slow = [server.begin_upload(100_000, began) for _ in range(2)]
    deadline = time.monotonic() + 10
    while metric(server, "shadow_uploads_in_progress") < 2 and time.monotonic() < deadline:
        time.sleep(0.05)
    refused = server.begin_upload(100_000)  # not a byte of its body
    status, headers = head_of(refused)
    assert status == 429 and int(headers["retry-after"]) > 0
    assert headers["content-type"].startswith("application/problem+json")
    # Pages answer meanwhile, and a broken connection gives its slot back.
    assert "healthy" in server.get("/health")
    for each in (*slow, refused):
        each.close()
    while metric(server, "shadow_uploads_in_progress") and time.monotonic() < deadline:
        time.sleep(0.05)
    assert server.upload({"do": "work"})[0] == 202


@pytest.mark.parametrize(
    ("changes", "wanted", "code"),
    [({"min_free_disk_mb": 10**9}, 507, "storage_full"), ({"queue_limit": 1}, 503, "queue_full")],
)
def test_no_room_is_said_before_the_body_is_read(
    house: tuple[Rig, Server], changes: dict, wanted: int, code: str
) -> None:
    rig, _ = house
    running = rig.send(do="hold")
    rig.until_runs(running)
    blocked = [rig.send(do="work") for _ in range(2)]
    with Server(rig, web_workers=1, **changes) as full, contextlib.closing(full.begin_upload(10**6)) as head:
        status, headers = head_of(head)
        assert status == wanted and int(headers["retry-after"]) > 0
        body = json.loads(head.recv(4096) or b"{}") or {}
        assert body.get("code", code) == code
    rig.let_go(running)
    for film in blocked:
        rig.until_state(film, "completed")


@pytest.mark.parametrize("where", ["running", "waiting"])
def test_a_job_that_is_deleted_on_the_queue_s_dashboard_is_canceled(
    house: tuple[Rig, Server], where: str
) -> None:
    rig, server = house
    first = rig.send(do="work", seconds=20)
    rig.until_runs(first)
    film = first if where == "running" else rig.send(do="work")
    assert server.post(f"/rq/job/{film}/delete")[0] == 200
    rig.until(lambda: rig.catalog.analyses.get(film).state == "canceled", "the cancellation", 5)
    rig.until(lambda: film not in rig.work_left(), "its work folder to go", 5)
    assert set(rig.files(film)) <= {"original.mp4", "preview.mp4"}
    if where == "waiting":
        server.post(f"/videos/{first}/terminate")
    # It is not enqueued again, and the next film is not held up.
    rig.until_state(rig.send(do="work"), "completed")
    assert rig.jobs.status(film).state == "canceled"


def test_emptying_a_queue_on_the_dashboard_cancels_what_waited(house: tuple[Rig, Server]) -> None:
    rig, server = house
    running = rig.send(do="work", seconds=20)
    rig.until_runs(running)
    films = [rig.send(do="work") for _ in range(3)]
    assert server.post("/rq/queue/pose/queued/empty")[0] == 200
    assert {rig.catalog.analyses.get(film).state for film in films} == {"canceled"}
    assert rig.jobs.status(running).state == "processing"
    assert server.post(f"/videos/{running}/terminate")[1]["status"] == "canceled"


def test_ready_names_every_dependency_and_the_policy(house: tuple[Rig, Server]) -> None:
    rig, server = house
    checks = json.loads(server.get("/ready"))["checks"]
    wanted = {"catalog", "storage", "disk", "redis", "eviction", "workers", "self_test"}
    assert wanted <= set(checks) and all(checks[name]["ok"] for name in wanted)
    rig.jobs.connection.config_set("maxmemory-policy", "allkeys-lru")
    try:
        assert "allkeys-lru" in rig.jobs.ready()["eviction"]
    finally:
        rig.jobs.connection.config_set("maxmemory-policy", "noeviction")


def test_no_process_may_look_for_another_machine(house: tuple[Rig, Server]) -> None:
    """Whatever this module had them do, the kernel would have ended them for asking (tests/no_internet.py)."""
    if not no_internet.possible():
        pytest.skip("only Linux on x86-64 and ARM64 has a filter for calls of the kernel here")
    rig, server = house
    film = rig.send(do="work")
    rig.until_state(film, "completed")
    server.get("/ready")
    watched = [process for one in rig.processes for process in _family(one.pid)]
    watched += _family(server.process.pid)[1:]
    assert len(watched) >= 5, "worker and child, clock, two web processes"
    for process in watched:
        status = Path(f"/proc/{process.pid}/status").read_text()
        assert "Seccomp:\t2" in status, process.cmdline()


def _family(pid: int) -> list[psutil.Process]:
    parent = psutil.Process(pid)
    return [parent, *parent.children(recursive=True)]
