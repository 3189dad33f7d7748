"""A reference delivery: a right-hander's world points over time with its events, name, level and hand."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from typing import BinaryIO

import numpy as np

from ...body.arrays import Floats
from ...body.npz import read_arrays
from ...body.skeleton import COUNT
from ...errors import BadRequest
from ...vocabulary import EVENTS, Event, Hand, Level

SCHEMA = "shadow-trainer/reference/1"


@dataclass(frozen=True)
class Reference:
    """``points`` (T, 33, 3) metres of a right-hander (left-handers are mirrored when the reference is made),
    NaN where a landmark does not exist; ``time_s`` (T,); ``events`` name -> seconds on the same clock;
    ``hand`` is the pitcher's real one; ``source`` says where the motion comes from; ``notes`` what was guessed,
    missing or contradictory where it was imported."""

    name: str
    time_s: Floats
    points: Floats
    events: dict[Event, float]
    height_m: float
    hand: Hand = Hand.RIGHT
    level: str = Level.ADULT
    source: str = ""
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if np.shape(self.points) != (len(self.time_s), COUNT, 3):
            raise BadRequest(
                f"The reference's points have shape {np.shape(self.points)}, "
                f"expected ({len(self.time_s)}, {COUNT}, 3).",
                code="bad_reference",
            )
        missing = [name for name in EVENTS if name not in self.events]
        if missing:
            raise BadRequest(f"The reference lacks the events {', '.join(missing)}.", code="bad_reference")

    def at(self, when_s: Floats) -> Floats:
        """(N, 33, 3) points at (N,) seconds, linearly; the first and last pose are held outside."""
        flat = self.points.reshape(len(self.time_s), -1)
        when = np.clip(when_s, self.time_s[0], self.time_s[-1])
        after = np.clip(np.searchsorted(self.time_s, when), 1, len(self.time_s) - 1)
        span = self.time_s[after] - self.time_s[after - 1]
        share = ((when - self.time_s[after - 1]) / span)[:, None]
        return ((1 - share) * flat[after - 1] + share * flat[after]).reshape(len(when), COUNT, 3)

    def facts(self) -> dict[str, object]:
        """What a library lists."""
        said = {"notes": list(self.notes)} if self.notes else {}
        return {
            "name": self.name,
            "level": self.level,
            "hand": self.hand,
            "height_m": self.height_m,
            "source": self.source,
            "duration_s": float(self.time_s[-1] - self.time_s[0]),
            **said,
        }

    def save(self, file: BinaryIO) -> None:
        """Write one ``.npz``: the arrays, and the facts as JSON text."""
        facts = {"schema": SCHEMA, **self.facts(), "events": self.events}
        np.savez_compressed(
            file,
            time_s=self.time_s,
            points=self.points.astype(np.float32),
            facts=np.array(json.dumps(facts)),
        )

    @classmethod
    def load(cls, path: str | os.PathLike[str] | BinaryIO) -> Reference:
        """Read what :meth:`save` wrote."""
        try:
            arrays = read_arrays(path)
            facts = json.loads(str(arrays["facts"]))
            time_s, points = arrays["time_s"].astype(float), arrays["points"].astype(float)
        except (OSError, ValueError, KeyError) as error:
            raise BadRequest("This is not a saved reference.", code="bad_reference") from error
        if facts.get("schema") != SCHEMA:
            raise BadRequest("This reference was saved by another version.", code="bad_reference")
        return cls(
            name=facts["name"],
            time_s=time_s,
            points=points,
            events={Event(name): float(when) for name, when in facts["events"].items()},
            height_m=facts["height_m"],
            hand=Hand(facts["hand"]),
            level=facts["level"],
            source=facts["source"],
            notes=tuple(facts.get("notes", ())),
        )
