"""`make heroku-check`: the Procfile's own lines in Heroku's shape, and the sample through all of it.

Real: a Redis with TLS and a certificate that it signed itself, Postgres by ``postgres://``, a router with
TLS in front, honcho, two uploads by a real browser (straight to the bucket, and by the plain form), and a
copy of the tree for each process. In place of Amazon there is moto's server.
"""

from __future__ import annotations

import http.client
import json
import os
import secrets
import signal
import ssl
import subprocess
import sys
import tempfile
import time
import urllib.parse
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from . import services, visits
from .dynos import KILLED_S, ROOT, Dyno, build_slug
from .router import router
from .weight import weigh

NAME, FILM = "coach", ROOT / "static" / "samples" / "sample_lefty.mp4"
READY_S, RELEASE_S = 120.0, 120.0


@dataclass
class Check:
    """The running shape, and what has passed so far."""

    folder: Path
    stack: ExitStack
    env: dict[str, str] = field(default_factory=dict)
    dynos: dict[str, Dyno] = field(default_factory=dict)
    passed: int = 0
    bucket_url: str = ""
    password: str = ""
    began: float = field(default_factory=time.monotonic)

    def say(self, words: str) -> None:
        """One more thing that passed."""
        self.passed += 1
        print(f"passed  {time.monotonic() - self.began:4.0f} s  {words}", flush=True)

    def still_well(self) -> None:
        """Every dyno that should run runs."""
        for dyno in self.dynos.values():
            if dyno.process.poll() is not None:
                raise SystemExit(f"heroku-check: the {dyno.kind} dyno ended:\n{dyno.tail()}")


def main() -> int:
    """Run everything; the exit code."""
    # Stopped from outside it ends what it started, too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("heroku-check: stopped"))
    with tempfile.TemporaryDirectory(prefix="heroku-") as name, ExitStack() as stack:
        check = Check(Path(name), stack)
        try:
            url = start(check)
            send_both_ways(check, url)
            look_at_disks(check)
            end_a_dyno_at_work(check, url)
        except BaseException:
            for dyno in check.dynos.values():
                print(f"--- the end of what {dyno.kind} said\n{dyno.tail(1200)}", file=sys.stderr)
            raise
    print(f"heroku-check: {check.passed} checks passed in {time.monotonic() - check.began:.0f} s")
    return 0


def start(check: Check) -> str:
    """Add-ons, build, release, the three kinds of dynos, the router; the address of the site."""
    rediss = check.stack.enter_context(services.redis_with_tls(check.folder / "redis"))
    database = check.stack.enter_context(services.postgres())
    bucket = check.stack.enter_context(services.bucket())
    port = services.free_port()
    check.bucket_url = urllib.parse.parse_qs(urllib.parse.urlsplit(bucket).query)["endpoint"][0]
    check.env = environment(rediss, database or f"sqlite:///{check.folder}/shared.db", bucket)
    slug = build_slug(check.folder / "slug", check.env)
    check.say(f"the build's hook puts the pose weights into the slug: {weigh(slug)}")
    release = Dyno(slug, check.folder / "release", "release", check.env, port)
    release.wait(RELEASE_S)
    check.say(f"release: migrated {'Postgres by postgres://' if database else 'SQLite (NO POSTGRES HERE)'}")
    one_off(check, slug)
    for kind in ("web", "worker", "clock"):
        dyno = Dyno(slug, check.folder / kind, kind, check.env, port)
        check.dynos[kind] = dyno
        check.stack.callback(dyno.stop)
    url = check.stack.enter_context(router(check.folder / "router", port))
    wait_until_ready(check, url)
    check.say(
        "web, worker and clock run from the Procfile's lines, with a Redis that signs its own certificate"
    )
    return url


def environment(rediss: str, database: str, bucket: str) -> dict[str, str]:
    """Config vars as app.json and the add-ons set them, and nothing of this machine's own settings."""
    declared = json.loads((ROOT / "app.json").read_text(encoding="utf-8"))["env"]
    env = {name: row["value"] for name, row in declared.items() if "value" in row}
    bin_folder = Path(sys.executable).parent
    return {
        **env,
        **services.KEYS,
        "PATH": f"{os.environ.get('HEROKU_CHECK_BIN', bin_folder)}:/usr/local/bin:/usr/bin:/bin",
        "HOME": "/app",
        "PYTHONUNBUFFERED": "1",
        "SHADOW_SECRET_KEY": secrets.token_hex(32),
        "SHADOW_STORAGE_URL": bucket,
        # Not the network of this machine: the router stands on loopback, too.
        "SHADOW_HOST": "127.0.0.1",
        "REDIS_URL": rediss,
        "DATABASE_URL": database,
    }


def one_off(check: Check, slug: Path) -> None:
    """`heroku run`: app.json's own postdeploy line, then the first account."""
    line = json.loads((slug / "app.json").read_text(encoding="utf-8"))["scripts"]["postdeploy"]
    subprocess.run(line.split(), cwd=slug, env=check.env, check=True, stdout=subprocess.DEVNULL)
    check.password = secrets.token_urlsafe(12)
    command = ["python", "-m", "shadow_trainer", "user", "add", NAME, "--admin", "--password-stdin"]
    subprocess.run(
        command, cwd=slug, env=check.env, check=True, stdout=subprocess.DEVNULL,
        input=f"{check.password}\n", text=True,
    )  # fmt: skip
    check.say("postdeploy set the bucket's lifecycle; a one-off dyno made the first account")


def wait_until_ready(check: Check, url: str) -> None:
    """Until /ready says that catalog, storage, disk and queue answer."""
    deadline = time.monotonic() + READY_S
    while time.monotonic() < deadline:
        check.still_well()
        status = ask(url, "/ready")[0]
        if status == 200:
            return
        time.sleep(0.5)
    raise SystemExit(f"heroku-check: not ready after {READY_S:.0f} s: {ask(url, '/ready')[1][:800]}")


def ask(url: str, path: str) -> tuple[int, str]:
    """A GET through the router."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    parts = urllib.parse.urlsplit(url)
    connection = http.client.HTTPSConnection(parts.hostname or "", parts.port, context=context, timeout=30)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read().decode(errors="replace")
    except OSError as error:
        return 0, str(error)
    finally:
        connection.close()


def send_both_ways(check: Check, url: str) -> None:
    """The sample straight to the bucket, and by the plain form of a browser without JavaScript."""
    with visits.chromium() as browser:
        coach = visits.enter(browser, url, NAME, check.password, javascript=True)
        check.say("a browser logs in through the router's TLS")
        board = coach.request.get(f"{url}/rq/0/view/workers")
        if not board.ok:
            raise SystemExit(f"heroku-check: rq-dashboard answers {board.status}: {board.text()[:300]}")
        check.say("rq-dashboard reads the Redis with TLS")
        page, posted = visits.send(coach, FILM)
        straight = [address for address in posted if address.startswith(check.bucket_url)]
        through_us = [address for address in posted if address.endswith("/videos/upload")]
        if len(straight) != 1 or through_us:
            raise SystemExit(f"heroku-check: the video did not go straight to the bucket: {posted}")
        check.say("the video went straight from the browser to the bucket")
        plain = visits.enter(browser, url, NAME, check.password, javascript=False)
        plain_page, posted = visits.send(plain, FILM)
        if any(address.startswith(check.bucket_url) for address in posted):
            raise SystemExit(f"heroku-check: a form without JavaScript cannot have done that: {posted}")
        check.say("without JavaScript the video went through the site")
        visits.wait_for_report(page, check.still_well, javascript=True)
        check.say(f"the worker made the first report ({check.dynos['worker'].memory_mb():.0f} MB of memory)")
        fetched: list[tuple[int, str]] = []
        page.on("response", lambda r: fetched.append((r.status, r.url)))
        page.reload()
        second = visits.film_plays(page)
        ranges = [1 for status, address in fetched if status == 206 and address.startswith(check.bucket_url)]
        if not ranges:
            raise SystemExit(f"heroku-check: the video did not come from the bucket by ranges: {fetched}")
        check.say(f"its video plays from the bucket by ranges, also from the middle ({second:.1f} s)")
        visits.wait_for_report(plain_page, check.still_well, javascript=False)
        check.say("the worker made the second report")


def end_a_dyno_at_work(check: Check, url: str) -> None:
    """The platform ends dynos when it likes: nothing is lost, and another dyno makes the report."""
    with visits.chromium() as browser:
        coach = visits.enter(browser, url, NAME, check.password, javascript=True)
        page, _ = visits.send(coach, FILM)
        visits.wait_until_at_work(coach, page, check.still_well)
        worker = check.dynos.pop("worker")
        check.say(f"a worker dyno that gets SIGTERM in the middle of a video ends in {worker.end():.0f} s")
        slug, port = check.folder / "slug", services.free_port()
        check.dynos["worker"] = Dyno(slug, check.folder / "worker-2", "worker", check.env, port)
        check.stack.callback(check.dynos["worker"].stop)
        visits.wait_for_report(page, check.still_well, javascript=True)
        check.say("another worker dyno made its report")
    for kind in ("web", "worker", "clock"):
        dyno = check.dynos.pop(kind)
        check.say(f"SIGTERM ends the {kind} dyno in {dyno.end():.0f} s of the {KILLED_S:.0f} it has")


def look_at_disks(check: Check) -> None:
    """What a dyno has on its disk is gone tomorrow: no video may be there alone."""
    time.sleep(1)
    for kind in ("web", "worker"):
        if left := check.dynos[kind].films():
            raise SystemExit(f"heroku-check: films are left on the {kind} dyno's disk: {left}")
    check.say("no video is left on the disk of web or worker")


if __name__ == "__main__":
    sys.exit(main())
