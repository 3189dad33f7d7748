"""How an attempt that did not publish is settled, by itself or, when its process died, by who noticed.

Short operator notes, by kind of death:

- child killed or crashed: the worker's parent notices within a second, records ``crashed``, and the job is
  tried again after the first interval with smaller batches;
- worker and child killed, machine gone: the registry entry runs out after 10 s, the clock records ``lost``
  and puts the job at the queue's front; typically running again within 15 s;
- SIGTERM: the worker finishes within SHADOW_SHUTDOWN_GRACE_S or kills its child and hands the job back to the
  front of the queue (``handed_back``, no attempt spent);
- Redis emptied or away: the catalog still says what is queued or processing; the clock enqueues it again;
- database away: transactions are tried again for 20 s, then the attempt fails as a passing error;
- the clock itself: a second one takes over within 10 s; without any, only repairs and retries wait;
- legacy mode: the web process that ended is replaced by the next one that starts (or by its sibling).
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ...catalog import Analysis, utcnow
from ...catalog.attempts import Claim
from ...errors import Canceled, ShadowError
from ...vocabulary import State
from . import publish, retry_policy, workdir
from .states import ELSEWHERE

if TYPE_CHECKING:
    from ...services import Services

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class End:
    """The analysis' state after settling, and for ``retrying`` when and how it goes on."""

    state: str
    error: ShadowError | None = None
    delay_s: float = 0.0
    at_front: bool = False


def settle(services: Services, row: Analysis | None, claim: Claim, error: BaseException) -> End:
    """Record the end of ``claim``'s attempt by ``error``. ``row`` is the analysis as it is now."""
    cause = retry_policy.as_shadow_error(error)
    if row is None or (row.state, row.attempt) != (State.PROCESSING, claim.number):
        return _without_right(services, row, claim)
    if isinstance(cause, Canceled):
        # The right was lost and regained between the check and now; nothing but the next attempt is sure.
        log.warning("a stop was seen that the catalog does not know; trying again")
    if cause.code == "internal":
        log.error("the attempt broke", exc_info=error)
    else:
        log.warning("the attempt failed: %s %s", cause.code, cause.message)
    return _with_right(services, row, claim, cause)


def crashed(
    services: Services, analysis_id: str, worker: str, error: ShadowError, *, only_if_silent: bool = False
) -> End:
    """Settle from outside an attempt of ``worker`` whose process is known to be dead.

    ``only_if_silent``: it is only believed to be dead; while its lease is renewed it is left alone (a
    worker's parent may be too slow to write its heartbeat while the child works on).
    """
    row = services.catalog.analyses.find(analysis_id)
    if row is None or row.state != State.PROCESSING or row.worker != worker:
        return End("gone" if row is None else row.state)
    if only_if_silent and services.catalog.attempts.lease_alive(row, utcnow()):
        log.warning("the queue gave %s up, but its attempt is alive", analysis_id)
        return End(State.PROCESSING)
    spent = sum(a.counted for a in services.catalog.attempts.of(analysis_id) if a.number > row.budget_from)
    end = settle(services, row, Claim(row, row.attempt, spent), error)
    if end.state != State.RETRYING:
        workdir.discard(services.settings, analysis_id)
    return end


def handed_back(services: Services, analysis_id: str, worker: str) -> bool:
    """Give an analysis back to the queue without spending an attempt; False when it is not ``worker``'s."""
    row = services.catalog.analyses.find(analysis_id)
    if row is None or row.state != State.PROCESSING or row.worker != worker:
        return False
    return services.catalog.attempts.hand_back(analysis_id, row.attempt)


def stopped(services: Services, analysis_id: str) -> None:
    """A person stopped it, perhaps on the queue's own dashboard: say so, and free its files."""
    row = services.catalog.attempts.cancel(analysis_id)
    publish.free(services.storage, row, analysis_id)
    workdir.discard(services.settings, analysis_id)


def _without_right(services: Services, row: Analysis | None, claim: Claim) -> End:
    """Canceled, deleted or superseded: publish nothing, leave nothing."""
    analysis_id = claim.analysis_id
    if row is None or row.state == State.CANCELED:
        publish.free(services.storage, row, analysis_id)
        return End("gone" if row is None else State.CANCELED)
    services.catalog.attempts.close(analysis_id, claim.number, "superseded")
    # Stopped over an earlier result, the analysis is completed by that one.
    ends = {attempt.number: attempt.outcome for attempt in services.catalog.attempts.of(analysis_id)}
    return End(State.CANCELED if ends.get(claim.number) == "canceled" else ELSEWHERE)


def _with_right(services: Services, row: Analysis, claim: Claim, error: ShadowError) -> End:
    decision = retry_policy.decide(
        error, spent=claim.spent, batch=row.batch_limit, settings=services.settings
    )
    if not decision.again and not isinstance(error, Canceled):
        services.catalog.attempts.fail(
            row.id, claim.number, error.as_dict(), outcome=_outcome(error, State.FAILED)
        )
        return End(State.FAILED, error)
    services.catalog.attempts.postpone(
        row.id,
        claim.number,
        error.as_dict(),
        delay_s=decision.delay_s,
        outcome=_outcome(error, State.RETRYING),
        batch_limit=decision.batch_limit,
    )
    return End(State.RETRYING, error, decision.delay_s, decision.at_front)


def _outcome(error: ShadowError, otherwise: str) -> str:
    return {"worker_crashed": "crashed", "worker_lost": "lost"}.get(error.code, otherwise)
