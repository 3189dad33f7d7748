"""Watching over it: alerts once, copies that can be read back, retention, metrics that any process can tell."""

from __future__ import annotations

import http.server
import json
import socketserver
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Message
from sqlalchemy import update

from shadow_trainer.catalog import Analysis, migrate, open_catalog, utcnow
from shadow_trainer.jobs import backup
from shadow_trainer.jobs.maintenance import alerts, prometheus, retention
from shadow_trainer.jobs.queue.manager import JobManager
from shadow_trainer.jobs.queue.threads_backend import ThreadJobManager
from shadow_trainer.services import Services
from shadow_trainer.settings import Settings
from shadow_trainer.storage import open_storage
from tests.browser.conftest import free_port
from tests.catalog.conftest import create
from tests.jobs.rig import small_settings

ERROR = {"code": "unavailable", "message": "Gone.", "fix": "Wait."}


def manager_with(settings: Settings) -> JobManager:
    migrate(settings)
    storage = open_storage(settings.storage_address)
    return ThreadJobManager(Services(settings, open_catalog(settings), storage))


@pytest.fixture
def manager(tmp_path: Path) -> JobManager:
    return manager_with(small_settings(tmp_path, use_rq=False, backup_keep=2, stall_s=60, coach_limit=0))


@pytest.fixture
def hook() -> Iterator[tuple[str, list[dict]]]:
    """A webhook's address, and what was posted to it."""
    posts: list[dict] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            posts.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with socketserver.TCPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/hook", posts
        server.shutdown()


def change(manager: JobManager, **settings: object) -> None:
    services = manager.services
    manager.services = replace(services, settings=replace(services.settings, **settings))


def age(manager: JobManager, analysis_id: str, **values: object) -> None:
    query = update(Analysis).where(Analysis.id == analysis_id).values(**values)
    manager.catalog.database.transact(lambda session: session.execute(query))


def dead_letter(manager: JobManager) -> str:
    row = create(manager.catalog)
    for _ in range(manager.settings.retry_attempts + 1):
        claim = manager.catalog.attempts.claim(row.id, "w")
        manager.catalog.attempts.postpone(row.id, claim.number, ERROR, delay_s=0)
    claim = manager.catalog.attempts.claim(row.id, "w")
    manager.catalog.attempts.fail(row.id, claim.number, ERROR)
    return row.id


def test_an_alert_fires_once_and_resolves_once(manager: JobManager, hook: tuple[str, list[dict]]) -> None:
    url, posts = hook
    change(manager, alert_webhook_url=url)
    row = create(manager.catalog)
    age(manager, row.id, queued_at=utcnow() - timedelta(seconds=120))
    for _ in range(3):
        alerts.watch(manager)
    assert [(p["alert"], p["state"]) for p in posts] == [("stall", "firing")]
    assert "2 minutes" in posts[0]["message"]
    manager.catalog.attempts.cancel(row.id)
    for _ in range(3):
        alerts.watch(manager)
    assert [(p["alert"], p["state"]) for p in posts] == [("stall", "firing"), ("stall", "resolved")]


def test_an_alert_that_could_not_be_sent_is_sent_later(
    manager: JobManager, hook: tuple[str, list[dict]]
) -> None:
    dead_letter(manager)
    change(manager, alert_webhook_url="http://127.0.0.1:1/nobody")
    assert alerts.watch(manager) == []
    change(manager, alert_webhook_url=hook[0])
    assert {a.name for a in alerts.watch(manager)} >= {"dead_letters"}


def test_a_dead_letter_behind_a_hundred_bad_films_is_still_counted(manager: JobManager) -> None:
    dead_letter(manager)
    for _ in range(101):
        row = create(manager.catalog)
        manager.catalog.attempts.fail(
            row.id, manager.catalog.attempts.claim(row.id, "w").number, {**ERROR, "code": "not_a_video"}
        )
    assert manager.out_of_attempts() == 1
    # Metric, alert, page and command mean the same by it; the two last show this list.
    assert "shadow_dead_letters 1" in prometheus.exposition(manager).splitlines()
    [alert] = [a for a in alerts.conditions(manager) if a.name == "dead_letters"]
    assert alert.firing and alert.message.startswith("1 analysis ")
    assert len(manager.dead_letters()) == 1 and len(manager.cannot_succeed(limit=500)) == 101
    assert {a.name for a in alerts.watch(manager)} >= {"dead_letters"}


@pytest.fixture
def mailbox() -> Iterator[tuple[str, list[EmailMessage]]]:
    """A mail server's address on loopback, and what it was given."""
    mails: list[EmailMessage] = []

    class Box(Message):
        def handle_message(self, message: EmailMessage) -> None:
            mails.append(message)

    controller = Controller(Box(EmailMessage), hostname="127.0.0.1", port=free_port())
    controller.start()
    yield f"smtp://127.0.0.1:{controller.port}", mails
    controller.stop()


def test_an_alert_is_mailed_once_when_it_fires_and_once_when_it_resolves(
    manager: JobManager, mailbox: tuple[str, list[EmailMessage]], hook: tuple[str, list[dict]]
) -> None:
    address, mails = mailbox
    channels = {"alert_mail_to": "coach@example.org, other@example.org", "alert_webhook_url": hook[0]}
    # The mail server is away at first: the webhook hears of it once all the same.
    change(manager, smtp_url="smtp://127.0.0.1:1", **channels)
    film = dead_letter(manager)
    alerts.watch(manager)
    assert mails == []
    change(manager, smtp_url=address)
    for _ in range(3):
        alerts.watch(manager)
    manager.delete(film)
    for _ in range(3):
        alerts.watch(manager)
    subjects = [m["Subject"] for m in mails if "dead_letters" in m["Subject"]]
    assert subjects == ["Shadow Trainer: dead_letters", "Shadow Trainer: dead_letters is over"]
    assert {m["To"] for m in mails} == {"coach@example.org, other@example.org"}
    assert "1 analysis is out of attempts" in mails[0].get_payload()
    posted = [(p["alert"], p["state"]) for p in hook[1] if p["alert"] == "dead_letters"]
    assert posted == [("dead_letters", "firing"), ("dead_letters", "resolved")]


def test_dead_letters_raise_an_alert_until_somebody_looks(manager: JobManager) -> None:
    film = dead_letter(manager)
    assert "dead_letters" in {a.name for a in alerts.watch(manager)}
    manager.delete(film)
    [told] = [a for a in alerts.watch(manager) if a.name == "dead_letters"]
    assert not told.firing


def test_a_full_disk_and_many_errors_raise_alerts(manager: JobManager) -> None:
    change(manager, min_free_disk_mb=10**9)
    for _ in range(2):
        dead_letter(manager)
    firing = {a.name for a in alerts.conditions(manager) if a.firing}
    assert {"disk", "error_share"} <= firing


def test_the_nightly_backup_can_be_read_back_and_old_ones_go(manager: JobManager) -> None:
    create(manager.catalog)
    paths = []
    for day in range(3):
        path = retention.backup(manager)
        paths.append(path.rename(path.with_name(f"2026010{day}-000000.tar")))
    retention.backup(manager)
    left = sorted(paths[0].parent.iterdir())
    assert len(left) == 2 and all(path.suffix == ".tar" for path in left)
    assert backup.verify(left[-1]).facts["database"]["revision"]
    assert left[-1].stat().st_mode & 0o077 == 0
    change(manager, backup_keep=0)
    assert retention.backup(manager) is None


def test_retention_deletes_what_is_old_and_nothing_else(manager: JobManager, tmp_path: Path) -> None:
    film = tmp_path / "film"
    film.write_bytes(b"x")
    rows = {
        name: create(manager.catalog, original_key=f"analyses/{name}/original") for name in ("old", "new")
    }
    running = create(manager.catalog, original_key="analyses/running/original")
    for row in (*rows.values(), running):
        manager.storage.put(row.original_key, film)
    for name, days in (("old", 40), ("new", 1)):
        manager.catalog.attempts.cancel(rows[name].id)
        age(manager, rows[name].id, finished_at=utcnow() - timedelta(days=days))
    assert retention.expire(manager) == (0, 0)
    change(manager, keep_originals_days=30)
    expired = retention.expire(manager)
    assert (expired, str(expired)) == ((1, 0), "1 original videos and 0 analyses deleted")
    assert manager.catalog.analyses.find(rows["old"].id) is not None
    change(manager, keep_results_days=30)
    assert retention.expire(manager) == (0, 1)
    assert manager.catalog.analyses.find(rows["old"].id) is None
    assert list(manager.storage.list()) == ["analyses/new/original", "analyses/running/original"]


def test_an_original_that_is_gone_is_not_asked_for_again(
    manager: JobManager, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    film = tmp_path / "film"
    film.write_bytes(b"x")
    rows = [create(manager.catalog, original_key=f"analyses/{n}/original") for n in range(3)]
    for row in rows:
        manager.storage.put(row.original_key, film)
        manager.catalog.attempts.cancel(row.id)
        age(manager, row.id, finished_at=utcnow() - timedelta(days=40))
    manager.storage.delete(rows[2].original_key)  # somebody was faster
    change(manager, keep_originals_days=30)
    assert retention.expire(manager) == (2, 0)
    asked: list[str] = []
    monkeypatch.setattr(manager.storage, "delete", lambda key: bool(asked.append(key)))
    assert retention.expire(manager) == (0, 0)
    assert asked == []
    assert all(manager.catalog.analyses.get(row.id).original_deleted_at for row in rows)


def test_metrics_are_told_from_the_catalog(manager: JobManager) -> None:
    create(manager.catalog)
    row = create(manager.catalog)
    manager.catalog.attempts.claim(row.id, "w")
    manager.catalog.attempts.publish(
        row.id, 1, files=[], result={"timings_s": {"pose": 2.5}}, warnings=[], deliveries=[]
    )
    dead_letter(manager)
    lines = prometheus.exposition(manager).splitlines()
    for line in (
        'shadow_jobs{queue="pose",state="queued"} 1',
        'shadow_jobs{queue="pose",state="completed"} 1',
        'shadow_jobs{queue="pose",state="canceled"} 0',
        "shadow_dead_letters 1",
        'shadow_attempts_total{outcome="retrying"} 3',
        'shadow_run_seconds_bucket{le="1"} 1',
        "shadow_run_seconds_count 1",
        'shadow_stage_seconds_sum{stage="pose"} 2.5',
    ):
        assert line in lines
    names = {line.split("{")[0].split()[0] for line in lines if not line.startswith("#")}
    assert all(name.startswith("shadow_") for name in names)
    assert row.id not in "\n".join(lines)


def test_counters_never_fall_when_analyses_are_deleted_or_run_again(manager: JobManager) -> None:
    film = dead_letter(manager)
    assert 'shadow_attempts_total{outcome="failed"} 1' in prometheus.exposition(manager).splitlines()
    before = manager.catalog.counters.all()
    manager.retry(film)
    manager.delete(film, purge=True)
    after = manager.catalog.counters.all()
    assert all(after[name] >= number for name, number in before.items())
    assert after["attempts:failed"] == 1


def test_what_was_promised_is_compared_with_the_truth(manager: JobManager) -> None:
    row = create(manager.catalog)
    manager.catalog.attempts.set_estimate(row.id, 30.0, 60.0)
    age(manager, row.id, queued_at=utcnow() - timedelta(seconds=90))
    claim = manager.catalog.attempts.claim(row.id, "w")
    manager.catalog.attempts.publish(row.id, claim.number, files=[], result={}, warnings=[], deliveries=[])
    lines = prometheus.exposition(manager).splitlines()
    assert 'shadow_promise_ratio_bucket{le="1.33"} 0' in lines  # it took half as long again
    assert 'shadow_promise_ratio_bucket{le="2"} 1' in lines
    [error] = [line for line in lines if line.startswith("shadow_promise_error_seconds_total ")]
    assert 29 < float(error.split()[1]) < 35
