"""gunicorn: threads, so that slow uploads and long films do not hold the site; the address from settings."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from shadow_trainer import logs
from shadow_trainer.runtime_folder import runtime_folder
from shadow_trainer.settings import load

if TYPE_CHECKING:
    from gunicorn.arbiter import Arbiter
    from gunicorn.workers.base import Worker

settings = load()
# Where the processes count requests together; named before any of them imports the library. The counts are mapped
# into memory: on a full disk, writing one would kill the process.
COUNTS = runtime_folder(settings) / "web-metrics"
COUNTS.mkdir(parents=True, exist_ok=True)
os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(COUNTS)

bind = f"[{settings.host}]:{settings.port}" if ":" in settings.host else f"{settings.host}:{settings.port}"
worker_class = "shadow_trainer.web.server.worker.PatientWorker"
# A process may have 1024 files open on most machines; databases, films and the queue need some of them.
worker_connections = 800
# Jobs that are not the queue's live in this process's threads: one process, or each would have a queue of its own.
workers = settings.web_workers if settings.use_rq is True else 1
threads = settings.web_threads
timeout = 120
# Below what Heroku and `up` grant between SIGTERM and SIGKILL.
graceful_timeout = 10
keepalive = 5
# The sign of life of a process is a file; on a slow disk it would come too late.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108
# Its place is the home folder, the same one for every server of this user.
control_socket_disable = True
logconfig_dict = logs.config(settings, "web")
# gunicorn gives its loggers handlers and a form of their own: theirs go, ours at the root remains.
logconfig_dict["loggers"] |= {
    "gunicorn.error": {"handlers": [], "propagate": True},
    "gunicorn.access": {"handlers": [], "propagate": True, "level": "WARNING"},
}


def when_ready(server: Arbiter) -> None:
    """The address is ours, so no other server counts in this folder: begin at zero."""
    shutil.rmtree(COUNTS, ignore_errors=True)
    COUNTS.mkdir(parents=True)


def post_worker_init(worker: Worker) -> None:
    """Pages are translated before the first one is asked for, and not while somebody waits for it."""
    for name in worker.wsgi.jinja_env.list_templates(extensions=["html"]):
        worker.wsgi.jinja_env.get_template(name)


def child_exit(server: Arbiter, worker: Worker) -> None:
    """A process that ended keeps its counts and gives up its gauges."""
    from prometheus_client import multiprocess

    multiprocess.mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]


def on_exit(server: Arbiter) -> None:
    """Counts take memory, also of a server that is gone."""
    shutil.rmtree(COUNTS, ignore_errors=True)
