"""What a coach says is a pitch, as an option of an analysis: checked once, the same for page, API and command line.

Each verdict is ``{"at_s", "verdict", "person"}``: seconds of the video's own clock from where its part begins (so that
another capture rate leaves them where they are), a word of :class:`...vocabulary.Verdict`, and for a release the
person of the scan who throws, or null: whoever is measured.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

from ...errors import BadRequest
from ...vocabulary import Verdict

NAMES = ("at_s", "verdict", "person")
MOST = 200
LONGEST_S = 86_400.0
FIX = 'Send a list such as [{"at_s": 1.93, "verdict": "release", "person": 2}].'


def checked(given: object) -> tuple[dict[str, Any], ...]:
    """Verdicts in the order of time, each with all its names; BadRequest for what is none."""
    if not isinstance(given, list | tuple) or len(given) > MOST:
        raise BadRequest(f"verdicts must be a list of at most {MOST}.", code="bad_verdicts", fix=FIX)
    return tuple(sorted(map(_one, given), key=lambda one: one["at_s"]))


def _one(given: object) -> dict[str, Any]:
    if not isinstance(given, Mapping) or set(given) - set(NAMES):
        raise BadRequest("A verdict has a time, a word and perhaps a person.", code="bad_verdicts", fix=FIX)
    at_s, word, person = given.get("at_s"), given.get("verdict"), given.get("person")
    if isinstance(at_s, bool) or not isinstance(at_s, int | float) or not 0.0 <= at_s <= LONGEST_S:
        raise BadRequest(
            f"{at_s!r} is no time of a video.",
            code="bad_release",
            fix="Give seconds from its first frame, 0 or more.",
        )
    if word not in tuple(Verdict):
        raise BadRequest(
            f"verdict is {word!r}; it must be one of {', '.join(Verdict)}.", code="bad_verdicts", fix=FIX
        )
    if person is not None and (isinstance(person, bool) or not isinstance(person, int) or person < 0):
        raise BadRequest("person must be the number of a candidate, 0 or more.", code="bad_person")
    return {"at_s": round(float(at_s), 5), "verdict": str(Verdict(word)), "person": person}


def releases(verdicts: Iterable[Mapping[str, Any]]) -> list[tuple[float, int | None]]:
    """``(seconds of the video's clock, person)`` of each release that must be measured."""
    return [(one["at_s"], one["person"]) for one in verdicts if one["verdict"] != Verdict.NO_PITCH]


def changed(
    verdicts: Iterable[Mapping[str, Any]],
    at_s: float,
    word: Verdict | None,
    person: int | None,
    near_s: float,
) -> list[dict[str, Any]]:
    """The verdicts with one more at ``at_s``, in place of what was said within ``near_s`` of it; ``word`` None: nothing
    is said of that moment any more."""
    kept = [dict(one) for one in verdicts if not math.isclose(one["at_s"], at_s, abs_tol=near_s)]
    if word is not None:
        kept.append({"at_s": at_s, "verdict": str(word), "person": person})
    return list(checked(kept))
