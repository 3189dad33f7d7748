"""What `doctor` looks at around the queue: Redis, the worker, the clock."""

from __future__ import annotations

from datetime import UTC, datetime

from ..errors import SetupError, Unavailable
from ..settings import Settings
from .checks import Warn

# A worker writes its heartbeat more often than this while it lives.
SILENT_S = 120


def redis(settings: Settings) -> str:
    """Redis answers, or could be started; it must never evict, because it holds the queue."""
    from ..jobs.redis import embedded
    from ..jobs.redis.client import connect

    if not settings.use_rq:
        return "not used (SHADOW_USE_RQ=false)"
    if not embedded.answers(settings):
        return _not_answering(settings)
    client = connect(settings)
    facts = client.info()
    client.close()
    policy, version = facts.get("maxmemory_policy", "unknown"), facts.get("redis_version")
    if policy != "noeviction":
        raise SetupError(
            f"Redis {version} has the eviction policy {policy}: it may throw jobs away.",
            code="evicting_redis",
            fix="Set maxmemory-policy to noeviction on that Redis.",
        )
    return f"{version} answers, eviction policy {policy}"


def _not_answering(settings: Settings) -> str:
    from ..jobs.redis import embedded

    if settings.redis_url:
        tls = settings.redis_url.startswith("rediss://") and settings.redis_tls_verify
        own = " A certificate that it signed itself needs SHADOW_REDIS_TLS_VERIFY=false." if tls else ""
        raise Unavailable(
            "Redis at REDIS_URL does not answer.",
            fix=f"Start it, or correct REDIS_URL (empty: the embedded one).{own}",
        )
    binary = embedded.find_binary()
    if binary is None:
        raise Warn(
            "no Redis server found: jobs would run inside the web server",
            "Install redis-server, or set REDIS_URL.",
        )
    raise Warn(f"not running; {binary} would be started", "Start it: make run.")


def worker(settings: Settings) -> str:
    """At least one worker has shown a sign of life."""
    if not settings.use_rq:
        return "not used (SHADOW_USE_RQ=false)"
    from ..jobs.redis import embedded, rq_adapter
    from ..jobs.redis.client import connect

    if not embedded.answers(settings):
        raise Warn("not known, because Redis does not answer", "Start it: make run.")
    alive = []
    for registered in rq_adapter.workers(connect(settings)):
        beat = registered.last_heartbeat
        if beat and (datetime.now(UTC) - beat).total_seconds() < SILENT_S:
            alive.append(f"{registered.name} ({registered.get_state()})")
    if not alive:
        raise Warn("none is alive: videos wait in the queue", "Start it: make run.")
    return ", ".join(alive)


def clock(settings: Settings) -> str:
    """One clock leads: without it no retry is started and nothing lost is found again."""
    if not settings.use_rq:
        return "not used (SHADOW_USE_RQ=false)"
    from ..jobs.redis import embedded
    from ..jobs.redis.client import connect
    from ..jobs.redis.leader_lock import LOCK_KEY

    if not embedded.answers(settings):
        raise Warn("not known, because Redis does not answer", "Start it: make run.")
    leader = connect(settings).get(LOCK_KEY)
    if leader is None:
        raise Warn("none is running: failed videos are not tried again", "Start it: make run.")
    return f"{leader.decode() if isinstance(leader, bytes) else leader} leads"
