"""`python -m shadow_trainer demo`: the sample clip through the real queue, told on the terminal."""

from __future__ import annotations

import contextlib
import http.client
import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import click

from ..errors import SetupError, ShadowError, Unavailable
from ..jobs.pipeline.request import MODEL_SIZES
from ..settings import ROOT, Settings, load
from . import address, findings

POLL_S = 0.5
START_S, STOP_S = 90.0, 60.0
RUNNING = {"queued", "processing", "retrying"}
LOG = "demo.log"


@click.command()
@click.option("--model", "model_size", default="m", type=click.Choice(MODEL_SIZES), help="Pose model.")
@click.option(
    "--keep/--stop", default=None, help="Keep what the demo started running (default: on a terminal)."
)
def demo(model_size: str, keep: bool | None) -> None:
    """Send the sample clip through the queue, print each stage, then what was found."""
    settings = load()
    keep = sys.stdin.isatty() if keep is None else keep
    with stack(settings) as (base, started):
        job = submit(base, model_size)
        click.echo(f"sample clip in the queue, analysis {job['job_id']}")
        follow(base, job["status_url"])
        info = ask(base, "GET", f"/videos/{job['job_id']}/info")
        for line in findings.lines(info["analysis"]):
            click.echo(line)
        click.echo(f"\nreport: {base}{job['result_url']}")
        if started and keep:
            click.echo("The report can be opened until you press Ctrl-C.")
            with contextlib.suppress(KeyboardInterrupt):
                signal.pause()
        elif started:
            click.echo("`make run` starts the web server again to open it.")


@contextlib.contextmanager
def stack(settings: Settings) -> Iterator[tuple[str, bool]]:
    """``(address, started here)``: the stack that runs already, or one that ends with the demo."""
    base = address.running(settings) or (address.url(settings) if address.is_up(settings) else None)
    if base:
        yield base, False
        return
    click.echo("starting Redis, worker, clock and web server")
    settings.data_path.mkdir(parents=True, exist_ok=True)
    log = settings.data_path / LOG
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "shadow_trainer", "up"],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            # Ctrl-C ends the demo, and the demo ends the stack.
            start_new_session=True,
        )
        try:
            _wait_until_up(settings, process, log)
            yield address.url(settings), True
        finally:
            process.terminate()
            process.wait(STOP_S)


def submit(base: str, model_size: str) -> dict[str, Any]:
    """Put the sample clip into the queue, before what waits there; the answer of the API."""
    return ask(base, "POST", "/videos/sample-lefty", {"model_size": model_size, "at_front": True})


def follow(base: str, path: str) -> None:
    """Print each stage once it is reached, until the analysis ends; its error when it fails."""
    shown, began = "", time.monotonic()
    while True:
        status = ask(base, "GET", path)
        stage = status.get("stage") or status["status"]
        if stage != shown:
            shown = stage
            click.echo(
                f"{time.monotonic() - began:6.1f} s  {stage:12} {status.get('message') or ''}".rstrip()
            )
        if status["status"] not in RUNNING:
            break
        time.sleep(POLL_S)
    if status["status"] != "completed":
        error = status.get("error") or {}
        raise ShadowError(
            error.get("message") or f"The analysis is {status['status']}.",
            code=error.get("code"),
            fix=error.get("fix"),
        )


def ask(base: str, method: str, path: str, body: object = None) -> dict[str, Any]:
    """One request to the HTTP API; its problem as an error of ours."""
    parts = urlsplit(base)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=30)
    content = None if body is None else json.dumps(body)
    headers = {"Accept": "application/json", "Content-Type": "application/json"}
    try:
        connection.request(method, path, content, headers)
        response = connection.getresponse()
        answer: dict[str, Any] = json.loads(response.read())
    except (OSError, ValueError, http.client.HTTPException) as error:
        raise Unavailable(f"The web server at {base} does not answer as it should ({error}).") from error
    finally:
        connection.close()
    if response.status >= 400:
        raise ShadowError(
            answer.get("detail") or f"{method} {path} was answered with {response.status}.",
            code=answer.get("code"),
            fix=answer.get("fix"),
        )
    return answer


def _wait_until_up(settings: Settings, process: subprocess.Popen[bytes], log: Any) -> None:
    deadline = time.monotonic() + START_S
    while not address.is_up(settings):
        if process.poll() is not None:
            said = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
            raise SetupError(
                f"The stack did not start: {said[-1] if said else 'it printed nothing'}",
                code="not_started",
                fix="`make doctor` says what is wrong.",
            )
        if time.monotonic() > deadline:
            raise Unavailable(f"The web server did not answer within {START_S:.0f} s; see {log}.")
        time.sleep(0.2)
