"""What a worker says to Redis only so that others see it: not worth ending for when Redis takes nothing."""

from __future__ import annotations

import logging
import time

from redis.client import Pipeline, PubSub, PubSubWorkerThread
from rq.worker import Worker

from shadow_trainer.jobs.redis import rq_adapter
from shadow_trainer.jobs.redis.client import AWAY

log = logging.getLogger("workers.pose_worker")

COMMANDS_PAUSE_S = 2.0


class PresentWorker(Worker):
    """An RQ worker whose state, heartbeat and ear for commands outlast a Redis that is away, silent or emptied."""

    def check_for_suspension(self, burst: bool) -> None:
        """Wait while the queue is suspended; it beats as well, which is why it may fail."""
        try:
            super().check_for_suspension(burst)
        except AWAY as error:
            log.error("whether the queue is suspended could not be asked (%s)", type(error).__name__)

    def set_state(self, state: str, pipeline: Pipeline | None = None) -> None:
        """What the dashboard shows of this worker."""
        if self._stop_requested and pipeline is None:
            self._state = state  # the next that it says is its farewell
            return
        try:
            super().set_state(state, pipeline)
        except AWAY as error:
            log.error("the state of this worker could not be written (%s)", type(error).__name__)

    def heartbeat(self, timeout: int | None = None, pipeline: Pipeline | None = None) -> None:
        """Its sign of life; one that ends has no need of it, and its job's goes by a pipeline."""
        if self._stop_requested and pipeline is None:
            return
        try:
            if pipeline is None:
                self.stay_registered()
            super().heartbeat(timeout, pipeline)
        except AWAY as error:
            log.error("the heartbeat of this worker could not be written (%s)", type(error).__name__)

    def stay_registered(self) -> None:
        """Be known also to a Redis that was emptied since this worker began."""
        if rq_adapter.register_again(self):
            log.warning("Redis had forgotten this worker; it is registered again")

    def _pubsub_exception_handler(
        self, exc: Exception, pubsub: PubSub, pubsub_thread: PubSubWorkerThread
    ) -> None:
        """Go on listening for commands also after a Redis that was silent: RQ would end the thread."""
        log.error("commands cannot be heard (%s); trying again", type(exc).__name__)
        time.sleep(COMMANDS_PAUSE_S)
