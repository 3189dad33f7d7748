"""Load on one machine: uploads from many clients while many others ask for the status of their films.

    .venv/bin/python benchmarks/load.py [--uploads 500] [--clients 50] [--pollers 200] [--workers 2]
        [--slow-uploads 40] [--frozen-redis 5]

Starts a stack of its own (embedded Redis, gunicorn, workers with tiny jobs, clock) in a temporary folder on
loopback, and stops it again. Bounded in count and time. Prints every kind of answer, the times of /health, of
/status and of the uploads, and the memory of each process; anything but 2xx and the declared 429 and 503 makes it
fail. ``--slow-uploads``: so many clients that drip the body of an upload meanwhile. ``--frozen-redis``: for so many
seconds in the middle Redis is stopped and says nothing.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import signal
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from shadow_trainer.settings import Settings  # noqa: E402
from tests.jobs.rig import Rig, small_settings  # noqa: E402
from tests.web.server import Server  # noqa: E402

MOST_S = 240.0
# As static/js/progress.js asks: while it waits, and while it is worked on.
WAITING_S, WORKING_S = 2.0, 0.7
FINE = {200, 202, 429, 503}
# It does not begin with text: what does is no film.
FILM = b"\0" + json.dumps({"do": "work", "seconds": 0.05}).encode() + b" " * 200_000
DRIP_S = 1.0
ASK_HEALTH_S = 0.2
FREEZE_AFTER_S = 3.0


class Load:
    """What the clients share, and what they saw."""

    def __init__(self, port: int, uploads: int) -> None:
        self.port, self.left = port, uploads
        self.films: list[str] = []
        self.answers: Counter[str] = Counter()
        self.status_s: list[float] = []
        self.health_s: list[float] = []
        self.upload_s: list[float] = []
        self.uploading = True

    async def client(self) -> None:
        """Send films until all are accepted; wait when told to."""
        while self.left > 0:
            self.left -= 1
            while True:
                began = time.perf_counter()
                status, headers, body = await self._ask("POST", "/videos/upload", upload_body())
                self.answers[f"upload {status}"] += 1
                if status == 202:
                    self.upload_s.append(time.perf_counter() - began)
                    self.films.append(json.loads(body)["job_id"])
                    break
                if status not in FINE:
                    break
                await asyncio.sleep(min(float(headers.get("retry-after", 1)), 2.0))

    async def poller(self, number: int) -> None:
        """Open the page of one film after the other, and ask as that page does until the film is done."""
        await asyncio.sleep(number / 100)
        film, at = "", number
        while self.uploading:
            if not film and self.films:
                film, at = self.films[at % len(self.films)], at + 1
            wait = WORKING_S
            if film:
                began = time.perf_counter()
                status, _, body = await self._ask("GET", f"/videos/{film}/status")
                self.status_s.append(time.perf_counter() - began)
                self.answers[f"status {status}"] += 1
                state = json.loads(body)["status"] if status == 200 else ""
                film = "" if state == "completed" else film
                wait = WAITING_S if state == "queued" else WORKING_S
            await asyncio.sleep(wait)

    async def health(self) -> None:
        """Ask whether the process lives, as a load balancer does."""
        while self.uploading:
            began = time.perf_counter()
            status, _, _ = await self._ask("GET", "/health")
            self.health_s.append(time.perf_counter() - began)
            self.answers[f"health {status}"] += 1
            await asyncio.sleep(ASK_HEALTH_S)

    async def dripper(self) -> None:
        """Send the body of an upload byte by byte; begin again when the server has given it up."""
        head = (
            f"POST /videos/upload HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\nContent-Length: 1000000\r\n"
            "Content-Type: multipart/form-data; boundary=b\r\n\r\n"
        )
        while self.uploading:
            with contextlib.suppress(OSError):
                reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
                writer.write(head.encode() + upload_body()[:100])
                while self.uploading and not reader.at_eof() and not writer.is_closing():
                    with contextlib.suppress(TimeoutError):
                        if await asyncio.wait_for(reader.read(1000), DRIP_S):
                            break  # refused, or given up
                    writer.write(b"x")
                    await writer.drain()
                writer.close()
            await asyncio.sleep(DRIP_S)

    async def _ask(self, method: str, path: str, body: bytes = b"") -> tuple[int, dict[str, str], bytes]:
        """One request on a connection of its own, as 250 different browsers would."""
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
            head = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\nConnection: close\r\n"
            if body:
                head += f"Content-Type: multipart/form-data; boundary=b\r\nContent-Length: {len(body)}\r\n"
            writer.write(head.encode() + b"\r\n" + body)
            answer = await reader.read()
            writer.close()
            top, _, rest = answer.partition(b"\r\n\r\n")
            first, *lines = top.decode().split("\r\n")
            fields = (line.split(": ", 1) for line in lines if ": " in line)
            return int(first.split()[1]), {k.lower(): v for k, v in fields}, rest
        except (OSError, IndexError, ValueError) as error:
            return 0, {}, type(error).__name__.encode()


def upload_body() -> bytes:
    """A form with one film."""
    head = b"--b\r\nContent-Disposition: form-data; name=video; filename=a.mp4\r\n\r\n"
    return head + FILM + b"\r\n--b--\r\n"


async def freeze(pid: int, seconds: float) -> None:
    """Stop a process in the middle, and let it go on."""
    await asyncio.sleep(FREEZE_AFTER_S)
    os.kill(pid, signal.SIGSTOP)
    try:
        await asyncio.sleep(seconds)
    finally:
        os.kill(pid, signal.SIGCONT)


async def drive(load: Load, clients: int, pollers: int, slow: int, freezing: tuple[int, float]) -> None:
    """All of them at once, until every film was accepted."""
    asking = [asyncio.create_task(load.poller(n)) for n in range(pollers)]
    asking += [asyncio.create_task(load.dripper()) for _ in range(slow)]
    asking.append(asyncio.create_task(load.health()))
    if freezing[1]:
        asking.append(asyncio.create_task(freeze(*freezing)))
    async with asyncio.timeout(MOST_S):
        await asyncio.gather(*(load.client() for _ in range(clients)))
    load.uploading = False
    await asyncio.gather(*asking)


NUMBERS = (("uploads", 500), ("clients", 50), ("pollers", 200), ("workers", 2), ("slow-uploads", 0))


def main() -> int:
    """Measure and print; 1 when anything undeclared was answered."""
    parser = argparse.ArgumentParser()
    for name, default in NUMBERS:
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--frozen-redis", type=float, default=0.0, metavar="SECONDS")
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="load-") as folder:
        settings = small_settings(
            Path(folder) / "data", queue_limit=10_000, worker_nice=Settings().worker_nice
        )
        with Rig(settings) as rig, Server(rig, log_level="WARNING") as server:
            for number in range(wanted.workers):
                rig.worker(f"w{number}")
            rig.clock()
            rig.wait_workers(wanted.workers)
            warm = [rig.send(do="work") for _ in range(2 * wanted.workers)]
            for film in warm:
                rig.until_state(film, "completed")
            load, began = Load(server.port, wanted.uploads), time.perf_counter()
            freezing = (rig.redis.pid if rig.redis else 0, wanted.frozen_redis)
            asyncio.run(drive(load, wanted.clients, wanted.pollers, wanted.slow_uploads, freezing))
            took = time.perf_counter() - began
            memory = memory_by_kind(rig, server)
            rig.until(
                lambda: rig.catalog.statistics.counts().get("completed", 0) >= len(load.films) + len(warm),
                "all films",
                MOST_S,
            )
            tell(load, took, time.perf_counter() - began, memory)
            tell_starts(rig, load.films)
            good = len(load.films) == wanted.uploads and not rig.catalog.statistics.counts().get("failed")
    undeclared = [name for name in load.answers if int(name.split()[1]) not in FINE]
    return 0 if good and not undeclared else 1


def memory_by_kind(rig: Rig, server: Server) -> dict[str, list[float]]:
    """Resident megabytes of every process of the stack."""
    roots = {"web": [server.process.pid], "redis": [rig.redis.pid] if rig.redis else []}
    for kind in ("worker", "clock"):
        roots[kind] = [p.pid for p in rig.processes if f'"what": "{kind}"' in p.args[-1]]
    return {kind: [megabytes(p) for pid in pids for p in family(pid)] for kind, pids in roots.items()}


def family(pid: int) -> list[psutil.Process]:
    """A process and those below it."""
    me = psutil.Process(pid)
    return [me, *me.children(recursive=True)]


def megabytes(process: psutil.Process) -> float:
    """Resident memory."""
    return round(process.memory_info().rss / 1e6, 1)


def tell_starts(rig: Rig, films: list[str]) -> None:
    """From the submission of each film to its start; most of it is the wait for those before it."""
    rows = [rig.catalog.analyses.get(film) for film in films]
    waits = sorted((row.started_at - row.queued_at).total_seconds() for row in rows if row.started_at)
    print(f"from submission to start: {waits[0]:.3f} s at least, median {waits[len(waits) // 2]:.1f} s")


def tell(load: Load, took: float, whole: float, memory: dict[str, list[float]]) -> None:
    """Print what was seen."""
    print(f"{len(load.films)} uploads in {took:.1f} s, all analysed after {whole:.1f} s")
    print(", ".join(f"{name}: {number}" for name, number in sorted(load.answers.items())))
    for name, values in (("/health", load.health_s), ("/status", load.status_s), ("upload", load.upload_s)):
        chosen = sorted(values)
        shown = [f"p{p} {chosen[int(len(chosen) * p / 100) - 1] * 1000:.0f} ms" for p in (50, 90, 99)]
        print(f"{name}: {', '.join(shown)} ({len(chosen)} requests)")
    for kind, values in memory.items():
        print(f"{kind}: {', '.join(f'{each} MB' for each in values)}")


if __name__ == "__main__":
    sys.exit(main())
