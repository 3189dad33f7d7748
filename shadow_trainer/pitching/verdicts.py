"""A coach's verdicts on moments of a video: what is a pitch is theirs to say, whatever the engine makes of it.

A throw is meant by a verdict whose time is nearest to it and less than ``NEAR_S`` from its burst. What a coach calls
a pitch is one; what they call none is none, and no longer limits the pitches beside it, so that two halves of one
pitch are joined by saying of the lesser one that it is none.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ..errors import BadRequest
from ..vocabulary import Verdict

# Two pitches are never nearer to each other.
APART_S = 1.5
NEAR_S = APART_S / 2
# The engine may take one moment a little earlier or later after a change.
SAME_S = 0.02


@dataclass(frozen=True)
class Said:
    """One verdict: ``at_s`` seconds of real time."""

    at_s: float
    verdict: Verdict


class Verdicts:
    """Every verdict on one video, in the order of time."""

    def __init__(self, said: Iterable[Said] = ()) -> None:
        """Raises BadRequest for two pitches that are nearer to each other than pitches are."""
        self.said = tuple(sorted(said, key=lambda one: one.at_s))
        pitches = [one.at_s for one in self.said if one.verdict != Verdict.NO_PITCH]
        for before, after in zip(pitches[:-1], pitches[1:], strict=True):
            if after - before < APART_S:
                raise BadRequest(
                    f"There is a pitch at {before:.2f} s already; {after:.2f} s is too near to it for another one.",
                    code="pitches_too_near",
                    fix="Move the release of the pitch that is there, or say first that it is no pitch.",
                )

    def on(self, at_s: float) -> Said | None:
        """The verdict that means a throw whose hand bursts at ``at_s``."""
        near = [one for one in self.said if abs(one.at_s - at_s) < NEAR_S]
        return min(near, key=lambda one: abs(one.at_s - at_s), default=None)

    def releases(self, bursts: Iterable[float]) -> list[float]:
        """When a ball was released because a coach says so: also where they called a burst a pitch that is not in
        ``bursts``, as another model of the body may not see it."""
        known = list(bursts)
        return [
            one.at_s
            for one in self.said
            if one.verdict == Verdict.RELEASE
            or (one.verdict == Verdict.PITCH and not any(abs(one.at_s - at) < NEAR_S for at in known))
        ]


def given(entries: Iterable[Mapping[str, Any]], factor: float = 1.0) -> Verdicts:
    """From ``{"at_s", "verdict"}`` as they are stored, in seconds of the video's own clock; ``factor`` real seconds in
    one of those."""
    return Verdicts(Said(float(one["at_s"]) * factor, Verdict(one["verdict"])) for one in entries)
