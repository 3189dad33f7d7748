"""`python -m tests.jobs.processes ORDER`: a worker or a clock with the parts that a test names."""

from __future__ import annotations

import json
import sys

from shadow_trainer import logs
from shadow_trainer.settings import Settings


def main() -> None:
    """Run what the order says until it ends."""
    order = json.loads(sys.argv[1])
    settings = Settings(**order["settings"])
    logs.setup(settings, order["what"])
    if order["what"] == "clock":
        from workers.clock import make_clock

        make_clock(settings).run()
    else:
        from workers.pose_worker import PoseWorker

        worker = PoseWorker(settings, order["queue"], name=order["name"], seams=order["seams"])
        worker.work(logging_level=None)


if __name__ == "__main__":
    main()
