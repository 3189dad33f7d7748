"""What an error means for the job: whether it is tried again, when, and with what changed.

Permanent errors (a bad video, a wrong option) are never tried again. Everything else is, with growing
intervals, until the allowed attempts are spent; then the job is a dead letter for a person to look at.
"""

from __future__ import annotations

import random
import re
from dataclasses import dataclass
from functools import cache

import redis
from sqlalchemy.exc import DBAPIError

from ...errors import Canceled, OutOfMemory, SetupError, ShadowError, StorageFull, Unavailable, is_full_disk
from ...settings import Settings

JITTER = 0.2  # share by which an interval is varied, so that jobs that failed together do not return together
DEFAULT_BATCH = 8
POLICY = re.compile(
    r"(?P<code>\w+)=(?P<attempts>\d+)@(?P<intervals>\d+(\.\d+)?(,\d+(\.\d+)?)*)(?P<place>/front|/back)?"
)


class TimedOut(ShadowError):
    """The analysis ran longer than it may; it would again."""

    code = "timeout"
    fix = "Trim the video to the pitches, or choose a smaller model, and run it again."
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


@dataclass(frozen=True)
class Policy:
    """How often and when one class of errors is tried again: ``attempts`` after the first, each after its
    interval in seconds (the last one repeats), before the jobs that wait: its turn had come. ``/back``: behind them.
    """

    attempts: int
    intervals: tuple[float, ...]
    at_front: bool = True

    def delay(self, spent: int) -> float:
        """Seconds to wait after ``spent`` attempts, varied a little."""
        base = self.intervals[min(spent, len(self.intervals)) - 1]
        return base * (1 + random.uniform(-JITTER, JITTER))


def policy_for(code: str, settings: Settings) -> Policy:
    """The policy of an error code; SetupError when the setting cannot be read."""
    own = parse(settings.retry_policies)
    if code in own:
        return own[code]
    return Policy(settings.retry_attempts, tuple(settings.retry_intervals) or (0.0,))


@cache
def parse(text: str) -> dict[str, Policy]:
    """SHADOW_RETRY_POLICIES as policies by error code; SetupError names the part that is wrong."""
    policies = {}
    for part in filter(None, (p.strip() for p in text.split(";"))):
        match = POLICY.fullmatch(part)
        if match is None:
            raise SetupError(
                f"SHADOW_RETRY_POLICIES has a part that cannot be read: {part!r}.",
                code="bad_setting",
                fix="Write code=attempts@seconds,seconds with /back at the end to go behind all others.",
            )
        intervals = tuple(float(number) for number in match["intervals"].split(","))
        policies[match["code"]] = Policy(int(match["attempts"]), intervals, match["place"] != "/back")
    return policies


def most_attempts(settings: Settings) -> int:
    """Attempts after the first that any policy allows: beyond these, nobody can be trying in good faith."""
    return max([settings.retry_attempts, *(p.attempts for p in parse(settings.retry_policies).values())])


def as_shadow_error(error: BaseException) -> ShadowError:
    """Any exception as one that a coach can read. What is not ours is ``internal`` and may pass."""
    if isinstance(error, ShadowError):
        return error
    if type(error).__name__ == "JobTimeoutException":  # RQ's, which this module does not import
        return TimedOut("The analysis took longer than it may and was stopped.")
    if isinstance(error, OSError) and is_full_disk(error):
        return StorageFull("The disk of the worker is full.")
    if isinstance(error, MemoryError):
        return OutOfMemory("The analysis needed more memory than there is.")
    if isinstance(error, redis.RedisError | DBAPIError | ConnectionError):
        return Unavailable(f"A service did not answer: {type(error).__name__}.")
    return ShadowError(f"The analysis broke unexpectedly ({type(error).__name__}).", code="internal")


def decide(error: ShadowError, *, spent: int, batch: int | None, settings: Settings) -> Decision:
    """Whether and when to try again after ``spent`` attempts, the failed one included.

    ``batch`` is the limit of frames per network call that was in force (None: the default).
    """
    policy = policy_for(error.code, settings)
    if error.permanent or isinstance(error, Canceled) or spent > policy.attempts:
        return Decision(again=False)
    limit = None
    if isinstance(error, OutOfMemory | Crashed):
        # The kernel's way of saying "out of memory" is to kill the process: fewer frames at once may fit.
        limit = max(1, (batch or settings.batch_size or DEFAULT_BATCH) // 2)
    return Decision(again=True, delay_s=policy.delay(spent), at_front=policy.at_front, batch_limit=limit)
