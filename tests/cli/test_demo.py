"""The demo's promises: each stage once, then what was found; a failure is the error of the analysis."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from shadow_trainer.cli import address, demo
from shadow_trainer.errors import SetupError, ShadowError, Unavailable
from shadow_trainer.settings import Settings


class Api(ThreadingHTTPServer):
    """A web server that answers ``/status`` with one prepared state after the other."""

    daemon_threads = True

    def __init__(self, *states: dict) -> None:
        super().__init__(("127.0.0.1", 0), Answers)
        self.states = list(states)
        self.posted: list[object] = []
        self.base = f"http://127.0.0.1:{self.server_address[1]}"


class Answers(BaseHTTPRequestHandler):
    """See :class:`Api`."""

    server: Api

    def do_GET(self) -> None:
        states = self.server.states
        self._answer(200, states.pop(0) if len(states) > 1 else states[0])

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.posted.append((self.path, json.loads(body)))
        if self.server.states[0].get("full"):
            self._answer(503, {"code": "busy", "detail": "The queue is full.", "fix": "Wait."})
        else:
            self._answer(202, {"job_id": "1", "status_url": "/s", "result_url": "/analyses/1"})

    def _answer(self, status: int, value: object) -> None:
        content = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Nothing on the terminal."""


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch) -> Iterator:
    monkeypatch.setattr(demo, "POLL_S", 0.01)
    servers: list[Api] = []

    def start(*states: dict) -> Api:
        server = Api(*states)
        servers.append(server)
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        return server

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def state(status: str, stage: str | None = None, **more: object) -> dict:
    return {"status": status, "stage": stage, "message": f"{stage} words" if stage else "", **more}


def test_the_sample_goes_in_with_the_chosen_model(serve) -> None:
    server = serve({})
    assert demo.submit(server.base, "xs")["job_id"] == "1"
    assert server.posted == [("/videos/sample-lefty", {"model_size": "xs", "at_front": True})]


def test_each_stage_is_printed_once(serve, capsys: pytest.CaptureFixture[str]) -> None:
    scanning = state("processing", "scan")
    server = serve(state("queued"), scanning, scanning, state("processing", "pose"), state("completed"))
    demo.follow(server.base, "/s")
    said = capsys.readouterr().out
    assert [said.count(word) for word in ("queued", "scan words", "pose words")] == [1, 1, 1]
    assert "completed" in said


def test_a_failed_analysis_is_its_own_error(serve) -> None:
    error = {"code": "nobody_found", "message": "Nobody is here.", "fix": "Film again."}
    server = serve(state("failed", error=error))
    with pytest.raises(ShadowError) as caught:
        demo.follow(server.base, "/s")
    assert caught.value.as_dict() == error


def test_a_refusal_of_the_api_is_told_in_its_words(serve) -> None:
    server = serve({"full": True})
    with pytest.raises(ShadowError) as caught:
        demo.submit(server.base, "m")
    assert caught.value.as_dict() == {"code": "busy", "message": "The queue is full.", "fix": "Wait."}


def test_a_server_that_is_gone_is_one_clear_error() -> None:
    with pytest.raises(Unavailable, match="does not answer"):
        demo.ask("http://127.0.0.1:9", "GET", "/s")


def test_a_stack_that_runs_already_is_used(serve, tmp_path: Path) -> None:
    server = serve({"job_manager_type": "rq"})
    settings = Settings(data_dir=str(tmp_path), port=server.server_address[1])
    with demo.stack(settings) as (base, started):
        assert (base, started) == (server.base, False)
    with address.lock(settings), demo.stack(settings) as (base, started):
        assert (base, started) == (server.base, False)


def test_somebody_elses_server_on_the_port_is_not_ours(serve, tmp_path: Path) -> None:
    server = serve({"status": "fine"})
    assert not address.is_up(Settings(port=server.server_address[1]))


def test_a_stack_that_does_not_start_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"SHADOW_DATA_DIR": str(tmp_path), "PORT": "1", "SHADOW_SECRET_KEY": "short"}.items():
        monkeypatch.setenv(name, value)
    settings = Settings(data_dir=str(tmp_path), port=1)
    with pytest.raises(SetupError, match="did not start: weak_secret"), demo.stack(settings):
        pass
