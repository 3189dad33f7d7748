"""The warm worker: an RQ worker whose work horse is one persistent child with the model loaded.

The parent imports no torch. It takes a job from the queue only when its child is ready, keeps the job's
heartbeat while the child works, and knows what to do when the child stops answering:

- stop command (cancel): the child is killed, the job is STOPPED, a new child is made ready;
- time limit: the child ends the job by itself; if it hangs in native code it is killed 5 s later;
- SIGTERM: no new job; the running one may finish within the grace, then it goes back to the queue's front;
- crash of the child: the attempt is recorded as crashed and tried again by the retry policy;
- death of the parent: the child sees the end of its standard input and leaves.
"""

from __future__ import annotations

import contextlib
import logging
import math
import os
import secrets
import socket
import time
from types import FrameType

import redis
from rq import Queue
from rq.exceptions import DequeueTimeout, InvalidJobOperation, NoSuchJobError, StopRequested
from rq.executions import Execution
from rq.job import Job
from rq.utils import now
from rq.worker.base import WorkerStatus

from shadow_trainer.errors import ShadowError
from shadow_trainer.jobs.attempt import retry_policy, settlement, workdir
from shadow_trainer.jobs.queue import reconcile, rq_retry, self_test_record
from shadow_trainer.jobs.redis import rq_adapter
from shadow_trainer.jobs.redis.client import AWAY, SOCKET_TIMEOUT_S, connect, hurry
from shadow_trainer.services import open_services
from shadow_trainer.settings import QUEUES, Settings
from shadow_trainer.vocabulary import State
from workers.child_process import DONE, REPLACE_ME, Child, ChildFailed
from workers.presence import PresentWorker

log = logging.getLogger("workers.pose_worker")

TICK_S = 0.25
BEAT_PART = 0.3  # of the silence after which a worker counts as gone
HARD_LIMIT_S = 5.0
WORKER_TTL_S = 20  # a blocking dequeue lasts 15 s less than this
MAINTENANCE_S = 60
OTHERS_S = 1  # how long the other queues may wait while a worker listens to its first one
RESTART_PAUSE_S, RESTART_PAUSE_MAX_S = 1.0, 30.0


class PoseWorker(PresentWorker):
    """One child, and one queue or several with commas, the first before the others.

    ``test_overrides`` are for tests, see :class:`workers.child_process.Child`.
    """

    def __init__(
        self,
        settings: Settings,
        queues: str = ",".join(QUEUES),
        *,
        name: str | None = None,
        test_overrides: dict[str, str] | None = None,
    ) -> None:
        # A policy that cannot be read is said now, not at the first failure.
        retry_policy.parse(settings.retry_policies)
        connection = connect(settings, "worker")
        super().__init__(
            [Queue(queue, connection=connection) for queue in queues.split(",")],
            name or _own_name(),
            connection=connection,
            default_result_ttl=settings.result_ttl_s,
            worker_ttl=WORKER_TTL_S,
            job_monitoring_interval=math.ceil(settings.worker_silence_s * BEAT_PART),
            maintenance_interval=MAINTENANCE_S,
        )
        self.settings = settings
        # For settling and repairing; this process runs no pipeline.
        self.services = open_services(settings)
        self.child = Child(settings, self.name, queues, test_overrides)
        self._grace_until: float | None = None
        self._end_cause = ""

    # The child

    def _tend_child(self) -> None:
        """A child that is ready, whatever it takes; heartbeats meanwhile. Raises StopRequested."""
        pause = RESTART_PAUSE_S
        while not (self.child.ready and self.child.pid):
            if self._stop_requested:
                raise StopRequested
            try:
                self.child.start()
                self.child.wait_ready(self.settings.worker_ready_timeout_s, self.heartbeat)
                log.info("ready: the model is loaded (pid %s)", self.child.pid)
            except ChildFailed as error:
                log.error("not ready, trying again in %g s: %s", pause, error)
                time.sleep(pause)
                self.heartbeat()
                pause = min(pause * 2, RESTART_PAUSE_MAX_S)

    def _recycle_child(self, answer: bytes) -> None:
        """Replace the child when it asked for it, did enough jobs, or grew too large."""
        limit_jobs, limit_mb = self.settings.worker_max_jobs, self.settings.worker_max_memory_mb
        memory_mb = self.child.memory_mb if limit_mb else 0.0
        reason = ""
        if answer == REPLACE_ME:
            reason = "its last job did not end cleanly"
        elif limit_jobs and self.child.jobs >= limit_jobs:
            reason = f"it did {self.child.jobs} jobs"
        elif limit_mb and memory_mb > limit_mb:
            reason = f"it uses {memory_mb:.0f} MB"
        if reason:
            log.info("replacing the child: %s", reason)
            self.child.stop()

    def kill_horse(self, sig: int = 9) -> None:
        """End the child at once. Called from the thread that hears commands, too."""
        self.child.kill()

    @property
    def horse_pid(self) -> int:
        """The child's process id while a job runs, else 0."""
        return self.child.pid if self.executions else 0

    @property
    def connection_timeout(self) -> int:
        """Seconds after which Redis is taken to be away; RQ would wait longer beyond a dequeue."""
        return int(SOCKET_TIMEOUT_S["worker"])

    # Taking a job

    def dequeue_job_and_maintain_ttl(
        self, timeout: int | None, max_idle_time: int | None = None
    ) -> tuple[Job, Queue] | None:
        """RQ's loop, except that nothing is taken from the queue before the child is ready."""
        self.set_state(WorkerStatus.IDLE)
        idle_since = time.monotonic()
        while not self._stop_requested:
            try:
                self.heartbeat()
                if self.should_run_maintenance_tasks:
                    self.run_maintenance_tasks()
                self._tend_child()
                return self._take(timeout)
            except DequeueTimeout:
                if max_idle_time is not None and time.monotonic() - idle_since > max_idle_time:
                    return None
            except AWAY as error:
                log.error("Redis does not answer (%s); trying again", type(error).__name__)
                time.sleep(1.0)
        return None

    def _take(self, timeout: int | None) -> tuple[Job, Queue] | None:
        """The next job: the first queue before the others. Raises DequeueTimeout when there is none in time.

        RQ hands over jobs of one queue by a move that survives the worker's death, those of several queues at
        once by a pop that does not. So each queue is asked alone: without waiting in their order, then the
        first one with waiting, so that a coach's video wakes an idle worker at once.
        """
        first, *others = self._ordered_queues
        deadline = time.monotonic() + (timeout or 0)
        while others:
            for queue in (first, *others):
                if (taken := self._take_from(queue, None)) is not None:
                    return taken
            if timeout is None:
                return None
            if self._stop_requested or time.monotonic() > deadline:
                raise DequeueTimeout(timeout, first.key)
            with contextlib.suppress(DequeueTimeout):
                return self._take_from(first, OTHERS_S)
        return self._take_from(first, timeout)

    def _take_from(self, queue: Queue, timeout: int | None) -> tuple[Job, Queue] | None:
        return self.queue_class.dequeue_any(
            [queue],
            timeout,
            connection=self.connection,
            job_class=self.job_class,
            serializer=self.serializer,
            death_penalty_class=self.death_penalty_class,
        )

    def execute_job(self, job: Job, queue: Queue) -> None:
        """Give the job to the child and watch over it."""
        self._stopped_job_id, self._end_cause = None, ""
        try:
            execution = self.prepare_execution(job)
            self.child.give(job.id, execution.id)
            self.monitor_work_horse(job, queue, execution)
        except AWAY as error:
            # Taken and not begun, or its end not written: the clock finds it by its entry or its lease.
            log.error("Redis takes nothing (%s); job %s is left to the clock", error, job.id)
            rq_adapter.end_executions(self)
            time.sleep(1.0)
        self.set_state(WorkerStatus.IDLE)

    def get_heartbeat_ttl(self, job: Job, working_time: float = 0.0) -> int:
        """See :class:`workers.work_horse.WorkHorse`."""
        return math.ceil(self.settings.worker_silence_s)

    # Watching over it

    def monitor_work_horse(self, job: Job, queue: Queue, execution: Execution) -> None:
        """Heartbeats and limits until the child has answered or is dead; then put things in order."""
        job.started_at = now()
        started = beat = time.monotonic()
        pause_s = self.settings.worker_silence_s * BEAT_PART
        while (answer := self.child.answer(TICK_S)) is None:
            self._enforce_limits(job, time.monotonic() - started)
            if time.monotonic() - beat >= pause_s:
                beat = time.monotonic()
                self._beat(job, execution)
        if answer in (DONE, REPLACE_ME):
            self.executions.pop(execution.id, None)
            self._recycle_child(answer)
            return
        code = self.child.reap()
        try:
            self._settle_death(job, queue, execution, code)
        finally:
            self.executions.pop(execution.id, None)

    def _enforce_limits(self, job: Job, working_s: float) -> None:
        if self._end_cause:
            return
        if job.timeout and job.timeout > 0 and working_s > job.timeout + HARD_LIMIT_S:
            log.warning("job %s hangs beyond its time limit; killing the child", job.id)
            self._end_cause = "hung"
        elif self._grace_until is not None and time.monotonic() > self._grace_until:
            log.warning("job %s goes back to the queue: this worker is stopping", job.id)
            self._end_cause = "handed_back"
        if self._end_cause:
            self.child.kill()

    def _beat(self, job: Job, execution: Execution) -> None:
        try:
            self.stay_registered()
            self.maintain_heartbeats(job, execution)
        except redis.RedisError as error:
            # The child works on; if Redis stays away, the lease in the catalog still protects the job.
            log.error("the heartbeat could not be written (%s)", type(error).__name__)

    def _settle_death(self, job: Job, queue: Queue, execution: Execution, code: int | None) -> None:
        """The child died while it had this job: record it, and let the job go where it belongs."""
        if self._end_cause == "handed_back" and self._stopped_job_id != job.id:
            self._hand_back(job.id, queue, execution)
            return
        try:
            job.refresh()  # type: ignore[no-untyped-call]
        except Exception as error:
            # Deleted with its analysis, or Redis is away: free what is ours, the clock does the rest.
            log.info("job %s is not there any more (%s)", job.id, type(error).__name__)
            self._settled(job.id, "stopped" if self._stopped_job_id else self._end_cause, code)
            return
        if self._stopped_job_id == job.id:
            settlement.stopped(self.services, job.id)
            self._as_failure(job, queue, execution, "The job was stopped.")
        else:
            end = self._settled(job.id, self._end_cause, code)
            rq_retry.apply(job, end.state, delay_s=end.delay_s, at_front=end.at_front)
            words = end.error.message if end.error else f"The worker's child ended ({code})."
            self._as_failure(job, queue, execution, words)
            rq_retry.withdraw_if_ended(job, self.services.catalog)

    def _hand_back(self, job_id: str, queue: Queue, execution: Execution) -> None:
        """To the front of the queue, because this worker ends. Raises what says that Redis is away."""
        # First where the truth is: whoever stops us does not wait for a Redis that is away.
        settlement.handed_back(self.services, job_id, self.name)
        self.connection = connect(self.settings, "farewell")
        try:
            job = Job.fetch(job_id, connection=self.connection)
        except NoSuchJobError:
            log.info("job %s was deleted meanwhile", job_id)
            return
        with self.connection.pipeline() as pipeline:
            self.cleanup_execution(job, pipeline=pipeline, execution=execution)
            rq_adapter.put_back(Queue(queue.name, connection=self.connection), job, pipeline)
            pipeline.execute()

    def _settled(self, analysis_id: str, cause: str, code: int | None) -> settlement.End:
        """Record the end in the catalog; if that is away, the job just goes through the queue again."""
        error: ShadowError = retry_policy.Crashed(
            f"The process that did the work ended unexpectedly ({code})."
        )
        if cause == "hung":
            error = retry_policy.TimedOut("The analysis took longer than it may and was stopped.")
        try:
            if analysis_id == self_test_record.JOB_ID:
                self_test_record.died(self.services.catalog, self.name, error.message)
                return settlement.End(State.FAILED)
            if cause == "stopped":
                settlement.stopped(self.services, analysis_id)
                return settlement.End(State.FAILED)
            return settlement.crashed(self.services, analysis_id, self.name, error)
        except ShadowError as away:
            log.error("the end of %s could not be recorded: %s", analysis_id, away)
            return settlement.End(State.RETRYING, error, delay_s=RESTART_PAUSE_MAX_S)

    def _as_failure(self, job: Job, queue: Queue, execution: Execution, words: str) -> None:
        job.ended_at = now()
        try:
            self.handle_job_failure(job, queue, exc_string=words, execution=execution)
        except InvalidJobOperation:
            log.info("job %s was deleted meanwhile", job.id)

    # Ending

    def _shutdown(self) -> None:
        """First SIGTERM: no new job; the running one has the grace."""
        self._stop_requested = True
        hurry(self.connection)
        if self.get_state() != WorkerStatus.BUSY:
            raise StopRequested
        self._grace_until = time.monotonic() + self.settings.shutdown_grace_s
        log.info("stopping: the running job may take %g s more", self.settings.shutdown_grace_s)

    def handle_warm_shutdown_request(self) -> None:
        """Said in :meth:`_shutdown`."""

    def request_force_stop(self, signum: int, frame: FrameType | None) -> None:
        """Second SIGTERM or Ctrl-C: hand the job back now. Twice within a second counts as once."""
        if self._shutdown_requested_date and (now() - self._shutdown_requested_date).total_seconds() > 1:
            self._grace_until = time.monotonic()

    def run_maintenance_tasks(self) -> None:
        """What the clock does too, only rarely: so that an installation without a clock mends itself."""
        self.last_cleaned_at = now()  # type: ignore[assignment]
        if self._stop_requested:
            return
        try:
            for queue in self.queues:
                reconcile.mend_queue(self.services, queue)
            workdir.sweep_ended(self.services)
        except (ShadowError, redis.RedisError) as error:
            log.warning("maintenance was skipped: %s", error)

    def teardown(self) -> None:
        """Leave nothing behind."""
        self.child.kill()
        self.child.reap()
        hurry(self.connection)
        self.connection = connect(self.settings, "farewell")
        try:
            super().teardown()  # type: ignore[no-untyped-call]
        except AWAY as error:
            log.warning(
                "Redis heard no farewell (%s); it forgets this worker by itself", type(error).__name__
            )


def _own_name() -> str:
    """A name that tells people where the worker runs, and is never used twice."""
    return f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(3)}"
