"""The queue position as a coach sees it: what waits in other queues that are served first counts, too."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..redis.rq_adapter import QUEUE_KEY

if TYPE_CHECKING:
    import redis


@dataclass(frozen=True)
class Waiting:
    """What waits in Redis at one moment: for each queue, the place of each job, 0 is next."""

    places: Mapping[str, Mapping[str, int]]

    @classmethod
    def read(cls, connection: redis.Redis, queues: Iterable[str]) -> Waiting:
        """One round trip, however long the queues are."""
        names = tuple(queues)
        with connection.pipeline(transaction=False) as pipeline:
            for name in names:
                pipeline.lrange(QUEUE_KEY.format(name), 0, -1)
            lists = pipeline.execute()
        return cls(
            {n: {i.decode(): at for at, i in enumerate(ids)} for n, ids in zip(names, lists, strict=True)}
        )

    def place(self, job_id: str, queue: str) -> int | None:
        """Its place within its own queue; None when it does not wait there."""
        return self.places.get(queue, {}).get(job_id)

    def length(self, queues: Iterable[str]) -> int:
        """How many wait in these queues together."""
        return sum(len(self.places.get(queue, ())) for queue in queues)


@dataclass(frozen=True)
class Service:
    """Which queues the live workers serve, each in its own order."""

    orders: tuple[tuple[str, ...], ...]

    def workers(self, queue: str) -> int:
        """How many take from this queue."""
        return sum(queue in order for order in self.orders)

    def before(self, queue: str, usual: tuple[str, ...]) -> set[str]:
        """Queues that every worker of this one empties first; without any, in the ``usual`` order."""
        ahead = [set(order[: order.index(queue)]) for order in self.orders if queue in order]
        if not ahead:
            return set(usual[: usual.index(queue)]) if queue in usual else set()
        return set.intersection(*ahead)
