"""What an error means for the job: whether it is tried again, when, and with what changed.

Permanent errors (a bad film, a wrong option) are never tried again. Everything else is, with growing
intervals, until the allowed attempts are spent; then the job is a dead letter for a person to look at.
"""

from __future__ import annotations

import errno
import random
from dataclasses import dataclass

import redis
from sqlalchemy.exc import DBAPIError

from ..errors import Canceled, OutOfMemory, ShadowError, StorageFull, Unavailable
from ..settings import Settings

JITTER = 0.2  # share by which an interval is varied, so that jobs that failed together do not return together
FULL_DISK = (errno.ENOSPC, errno.EDQUOT)
DEFAULT_BATCH = 8


class TimedOut(ShadowError):
    """The analysis ran longer than it may; it would again."""

    code = "timeout"
    fix = "Trim the film to the pitches, or choose a smaller model, and run it again."
    permanent = True


class Crashed(ShadowError):
    """The process that did the work died (killed, out of memory, a crash in native code)."""

    code = "worker_crashed"
    fix = "It is tried again by itself. If it keeps happening, tell the operator the code and the time."


class Lost(ShadowError):
    """The worker vanished: its machine or its process was ended without notice."""

    code = "worker_lost"
    fix = "It is tried again by itself on another worker."


@dataclass(frozen=True)
class Decision:
    """Try again after ``delay_s`` seconds (at the queue's front or not), or give up."""

    again: bool
    delay_s: float = 0.0
    at_front: bool = False
    batch_limit: int | None = None


def as_shadow(error: BaseException) -> ShadowError:
    """Any exception as one that a coach can read. What is not ours is ``internal`` and may pass."""
    if isinstance(error, ShadowError):
        return error
    if type(error).__name__ == "JobTimeoutException":  # RQ's, which this module does not import
        return TimedOut("The analysis took longer than it may and was stopped.")
    if isinstance(error, OSError) and error.errno in FULL_DISK:
        return StorageFull("The disk of the worker is full.")
    # torch.OutOfMemoryError by name: the web process must not import torch.
    if isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError":
        return OutOfMemory("The analysis needed more memory than there is.")
    if isinstance(error, redis.RedisError | DBAPIError | ConnectionError):
        return Unavailable(f"A service did not answer: {type(error).__name__}.")
    return ShadowError(f"The analysis broke unexpectedly ({type(error).__name__}).", code="internal")


def decide(error: ShadowError, *, spent: int, batch: int | None, settings: Settings) -> Decision:
    """Whether and when to try again after ``spent`` attempts, the failed one included.

    ``batch`` is the limit of frames per network call that was in force (None: the default).
    """
    if error.permanent or isinstance(error, Canceled) or spent > settings.retry_attempts:
        return Decision(again=False)
    if isinstance(error, Lost):
        return Decision(again=True, at_front=True)
    intervals = settings.retry_intervals
    delay = intervals[min(spent - 1, len(intervals) - 1)] if intervals else 0
    delay *= 1 + random.uniform(-JITTER, JITTER)
    limit = None
    if isinstance(error, OutOfMemory | Crashed):
        # The kernel's way of saying "out of memory" is to kill the process: fewer frames at once may fit.
        limit = max(1, (batch or settings.batch_size or DEFAULT_BATCH) // 2)
    return Decision(again=True, delay_s=delay, batch_limit=limit)
