"""What a process of a test's installation does: a worker or a clock with the parts that a test names."""

from __future__ import annotations

import signal
import sys
from typing import Any

from shadow_trainer import logs
from shadow_trainer.settings import Settings
from tests import no_internet


def run(order: dict[str, Any]) -> None:
    """Do what the order says until it ends."""
    settings = Settings(**order["settings"])
    no_internet.refuse_when_alone(settings)
    logs.setup(settings, order["what"])
    if order["what"] == "legacy":
        _legacy(settings)
    elif order["what"] == "clock":
        from workers.clock import make_clock

        make_clock(settings).run()
    else:
        from workers.pose_worker import PoseWorker

        worker = PoseWorker(
            settings, order["queue"], name=order["name"], test_overrides=order["test_overrides"]
        )
        worker.work(logging_level=None)


def _legacy(settings: Settings) -> None:
    """What a web process does in legacy mode; SIGTERM ends it as gunicorn ends its workers."""
    from shadow_trainer.jobs.maintenance.chores import CHORES
    from shadow_trainer.jobs.queue.open import make_manager
    from shadow_trainer.services import open_services
    from tests.jobs import fakes

    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    make_manager(open_services(settings), chores=CHORES, pipeline=fakes.run, engines=fakes.Engines(settings))
    signal.pause()
