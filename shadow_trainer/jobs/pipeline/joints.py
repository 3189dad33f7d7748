"""Joints that a person set by hand, as an option of an analysis: steps that can be undone one after the other.

Each step is a :class:`JointEdit` as JSON. Times are seconds of the video's own clock from where its part begins, places
pixels of the upright picture. The last step of a frame and joint holds; steps that were undone stand at the end, until
another step is made.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any, NoReturn

from ...errors import BadRequest, Conflict
from ...vocabulary import JointEditKind

# What can be set: the centers of joints, as body/skeleton.py names them. Sides are exchanged by limb, in the order of
# pose/motion/repair.py.
SETTABLE = tuple(
    f"{side}_{joint}"
    for joint in ("shoulder", "elbow", "wrist", "hip", "knee", "ankle")
    for side in ("left", "right")
)
LIMBS = ("trunk", "arms", "legs")
MOST = 1000  # steps
LONGEST_S, LARGEST_PX = 86_400.0, 20_000.0
SIGMA_PX = (0.5, 60.0)
FIX = 'Send a step such as {"kind": "set", "joint": "right_wrist", "at_s": 2.1, "x": 640, "y": 212}.'


@dataclass(frozen=True)
class JointEdit:
    """One step: a joint of one frame was set (``x``, ``y``, as nearly as ``sigma_px``), cannot be seen there, or is left
    to the engine again; or the sides of a limb are exchanged in the frames from ``at_s`` to ``to_s``.

    ``person`` of the scan whose joint it is (None: whoever is measured); ``by`` who did it and ``done_at`` when.
    """

    kind: str
    joint: str
    at_s: float
    x: float | None = None
    y: float | None = None
    sigma_px: float = 3.0
    to_s: float | None = None
    person: int | None = None
    by: str = ""
    done_at: str = ""
    undone: bool = False

    def __post_init__(self) -> None:
        if self.kind not in tuple(JointEditKind):
            _refuse(f"kind is {self.kind!r}; it must be one of {', '.join(JointEditKind)}.")
        known = LIMBS if self.kind == JointEditKind.EXCHANGE else SETTABLE
        if self.joint not in known:
            _refuse(f"{self.joint!r} is none of {', '.join(known)}.")
        if not _within(self.at_s, (0.0, LONGEST_S)):
            _refuse(f"{self.at_s!r} is no time of a video.")
        if self.kind == JointEditKind.SET and not all(
            _within(value, (-LARGEST_PX, LARGEST_PX)) for value in (self.x, self.y)
        ):
            _refuse("A joint that is set has x and y in pixels of the picture.")
        if not _within(self.sigma_px, SIGMA_PX):
            _refuse(f"sigma_px must lie between {SIGMA_PX[0]:g} and {SIGMA_PX[1]:g} pixels.")
        if self.to_s is not None and not _within(self.to_s, (self.at_s, LONGEST_S)):
            _refuse("The stretch ends before it begins.")
        if self.person is not None and not (isinstance(self.person, int) and self.person >= 0):
            _refuse("person must be the number of a candidate, 0 or more.")

    @classmethod
    def from_dict(cls, values: object) -> JointEdit:
        """From JSON; BadRequest for what is no step."""
        if not isinstance(values, Mapping) or set(values) - {f.name for f in fields(cls)}:
            _refuse("A step has a kind, a joint and a time.")
        try:
            return cls(**values)
        except TypeError as error:
            raise BadRequest("A step has a kind, a joint and a time.", code="bad_joints", fix=FIX) from error

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON types, without what was left open."""
        return {
            name: value
            for name, value in asdict(self).items()
            if not (value is None or value is False or value == "")
        }


def checked(given: object) -> tuple[dict[str, Any], ...]:
    """Steps as JSON in their order; BadRequest for what is none."""
    if not isinstance(given, list | tuple) or len(given) > MOST:
        _refuse(f"joints must be a list of at most {MOST} steps.")
    return tuple(JointEdit.from_dict(one).as_dict() for one in given)


def read(steps: Iterable[Mapping[str, Any]]) -> list[JointEdit]:
    """The stored steps."""
    return [JointEdit.from_dict(one) for one in steps]


def with_steps(steps: Iterable[JointEdit], more: Iterable[JointEdit]) -> list[JointEdit]:
    """The steps and more; what was undone is gone then."""
    later = [*in_force(steps), *more]
    if len(later) > MOST:
        _refuse(f"More than {MOST} steps on one video are too many.")
    return later


def undone(steps: Sequence[JointEdit]) -> list[JointEdit]:
    """Without the last step that holds; Conflict where none does."""
    place = len(in_force(steps)) - 1
    if place < 0:
        raise Conflict("There is nothing left to undo.", code="nothing_to_undo")
    return _marked(steps, place, True)


def redone(steps: Sequence[JointEdit]) -> list[JointEdit]:
    """With the step that was undone last; Conflict where none was."""
    place = len(in_force(steps))
    if place >= len(steps):
        raise Conflict("There is nothing to do again.", code="nothing_to_redo")
    return _marked(steps, place, False)


def in_force(steps: Iterable[JointEdit]) -> list[JointEdit]:
    """The steps that were not undone."""
    return [one for one in steps if not one.undone]


def _marked(steps: Sequence[JointEdit], place: int, value: bool) -> list[JointEdit]:
    return [
        JointEdit(**{**asdict(one), "undone": value}) if number == place else one
        for number, one in enumerate(steps)
    ]


def _within(value: object, limits: tuple[float, float]) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return math.isfinite(value) and limits[0] <= value <= limits[1]


def _refuse(message: str) -> NoReturn:
    raise BadRequest(message, code="bad_joints", fix=FIX)
