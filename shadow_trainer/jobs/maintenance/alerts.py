"""Alerts for the operator. Each fires once and resolves once, whichever clock leads.

What is firing is a key value in the catalog, so neither an emptied Redis nor a new clock repeats an alert.
"""

from __future__ import annotations

import json
import logging
import smtplib
import socket
import ssl
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Any
from urllib.parse import unquote, urlsplit

from ...catalog import utcnow
from ...settings import Settings
from ..queue import self_test_record
from ..queue.manager import JobManager
from . import retention

log = logging.getLogger(__name__)

PREFIX = "alert:"
TIMEOUT_S = 5.0
ERROR_SHARE, ERROR_SAMPLE, ERROR_LEAST = 0.5, 20, 5


@dataclass(frozen=True)
class Alert:
    """A condition: its name, whether it holds, and a sentence."""

    name: str
    firing: bool
    message: str


def conditions(manager: JobManager) -> Iterator[Alert]:
    """Every condition as it is now."""
    yield _no_worker(manager)
    yield _stall(manager)
    yield _dead_letters(manager)
    yield _disk(manager.settings)
    yield _error_share(manager)
    yield _self_test(manager)


def watch(manager: JobManager) -> list[Alert]:
    """Tell what has begun or ended since the last look, on each channel once; what was told now."""
    known = manager.catalog.key_values.all(PREFIX)
    return [a for a in conditions(manager) if _told(manager, a, known.get(PREFIX + a.name))]


def _told(manager: JobManager, alert: Alert, known: dict[str, Any] | None) -> bool:
    """Note a change, and send what is still to be sent of the last one; whether anything went out."""
    changed = alert.firing != (known is not None and known.get("firing", True))
    if changed:
        log.log(logging.ERROR if alert.firing else logging.INFO, "alert %s: %s", alert.name, alert.message)
        unsent = set((known or {}).get("unsent", ()))
        # Who has not heard of its beginning need not hear of its end.
        names = [name for name in _channels(manager.settings) if alert.firing or name not in unsent]
        known = {
            "firing": alert.firing,
            "message": alert.message,
            "since": utcnow().isoformat(),
            "unsent": names,
        }
    if known is None:
        return False
    before = known.get("unsent", [])
    known["unsent"] = [name for name in before if not _sent(manager.settings, name, alert)]
    if not known["unsent"] and not alert.firing:
        manager.catalog.key_values.delete(PREFIX + alert.name)
    elif changed or known["unsent"] != before:
        manager.catalog.key_values.put(PREFIX + alert.name, known)
    return known["unsent"] != before or (changed and not before)


def _no_worker(manager: JobManager) -> Alert:
    missing = manager.worker_count() == 0
    return Alert("no_worker", missing, "No worker is running." if missing else "A worker is running again.")


def _stall(manager: JobManager) -> Alert:
    oldest, limit = manager.catalog.statistics.oldest_waiting(), manager.settings.stall_s
    waited = (utcnow() - oldest).total_seconds() if oldest else 0.0
    started = manager.catalog.statistics.last_start()
    idle = (utcnow() - started).total_seconds() if started else waited
    stalled = waited > limit and idle > limit
    minutes = max(1, round(waited / 60))
    waiting = (
        f"Videos have been waiting for {minutes} minute{'s' if minutes > 1 else ''} and none was started."
    )
    words = waiting if stalled else "The queue is moving again."
    return Alert("stall", stalled, words)


def _dead_letters(manager: JobManager) -> Alert:
    number = manager.out_of_attempts()
    many = (
        "1 analysis is out of attempts and waits"
        if number == 1
        else f"{number} analyses are out of attempts and wait"
    )
    words = f"{many} for a person." if number else "There are no dead letters."
    return Alert("dead_letters", number > 0, words)


def _disk(settings: Settings) -> Alert:
    low, free = retention.disk_is_short(settings)
    return Alert("disk", low, f"{free:.0f} MB of disk space are free.")


def _self_test(manager: JobManager) -> Alert:
    wrong = self_test_record.problem(manager.catalog)
    return Alert("self_test", bool(wrong), wrong or "The workers' self-test passes.")


def _error_share(manager: JobManager) -> Alert:
    outcomes = manager.catalog.statistics.recent_outcomes(ERROR_SAMPLE)
    wrong = sum(outcome in ("retrying", "crashed", "lost") for outcome in outcomes)
    share = wrong / len(outcomes) if len(outcomes) >= ERROR_LEAST else 0.0
    words = f"{wrong} of the last {len(outcomes)} attempts failed for reasons other than the video."
    return Alert("error_share", share > ERROR_SHARE, words)


def _channels(settings: Settings) -> list[str]:
    webhook = ["webhook"] if settings.alert_webhook_url else []
    return webhook + (["mail"] if settings.alert_mail_to and settings.smtp_url else [])


def _sent(settings: Settings, channel: str, alert: Alert) -> bool:
    """Send on one channel; False when it failed (it is tried again at the next look)."""
    if channel not in _channels(settings):
        return True  # it was taken out of the settings meanwhile
    try:
        if channel == "webhook":
            _post(settings.alert_webhook_url, _document(alert))
        else:
            _mail(settings, alert)
    except (OSError, smtplib.SMTPException, ValueError) as error:
        log.warning("the alert %s could not be sent by %s: %s", alert.name, channel, type(error).__name__)
        return False
    return True


def _document(alert: Alert) -> dict[str, str]:
    return {
        "alert": alert.name,
        "state": "firing" if alert.firing else "resolved",
        "message": alert.message,
        "host": socket.gethostname(),
        "at": utcnow().isoformat(),
    }


def _post(url: str, document: dict[str, str]) -> None:
    if urlsplit(url).scheme not in ("http", "https"):
        raise ValueError("the webhook's address must be http or https")
    request = urllib.request.Request(  # noqa: S310 - the scheme is checked above
        url, json.dumps(document).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=TIMEOUT_S):  # noqa: S310
        pass


def _mail(settings: Settings, alert: Alert) -> None:
    message = EmailMessage()
    state = "" if alert.firing else " is over"
    message["Subject"] = f"Shadow Trainer: {alert.name}{state}"
    message["From"], message["To"] = settings.alert_mail_from, settings.alert_mail_to
    message.set_content("\n".join(f"{name}: {value}" for name, value in _document(alert).items()))
    parts = urlsplit(settings.smtp_url)
    kind = smtplib.SMTP_SSL if parts.scheme == "smtps" else smtplib.SMTP
    with kind(parts.hostname or "localhost", parts.port or 0, timeout=TIMEOUT_S) as server:
        if parts.scheme == "smtp" and parts.username:
            server.starttls(context=ssl.create_default_context())
        if parts.username:
            server.login(unquote(parts.username), unquote(parts.password or ""))
        server.send_message(message)
