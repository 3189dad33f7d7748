"""AnalysisRequest: the validated options of an analysis, the same for page, API and command line."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from ...errors import BadRequest, ShadowError
from . import joints, verdicts

THROWS = ("auto", "right", "left")
VIEWS = ("auto", "open-side", "rear", "front", "other")
MODEL_SIZES = ("xs", "s", "m", "l")
TURNS_DEG = (0, 90, 180, 270)
# A lighter model is for a first look: what it measures is not held against a norm.
SCORED_SIZES = ("m", "l")
LEVELS = ("adult", "youth", "high_school", "college", "pro")
CAPTURE_FPS_RANGE = (5.0, 2000.0)
HEIGHT_M_RANGE = (0.9, 2.4)
PART_S_RANGE = (0.0, 86_400.0)
LEAST_PART_S = 0.5  # a delivery takes longer


class NewerRelease(ShadowError):
    """Work for a worker of a newer release: tried again until one takes it."""

    code = "newer_release"
    fix = "Nothing: a worker of the newer release takes it. Operator: finish the upgrade of the workers."


@dataclass(frozen=True)
class AnalysisRequest:
    """The options of one analysis. ``None`` means: find out (or, for height, not known).

    ``capture_fps`` frames per second of real time; ``height_m`` metres; ``person`` a candidate's id
    from an earlier scan; ``reference`` a reference's name or ``none``; ``level`` whose norms are used.
    ``start_s`` and ``end_s`` cut a part out of the video, in seconds of the file's own clock: the part is
    the video from there on, and times count from its beginning. ``turn_deg`` turns the picture clockwise.
    ``verdicts`` are what a coach says is a pitch and what is none (see :mod:`.verdicts`). ``moved`` are the events that
    were moved by hand, for another run: ``{"at_s", "events"}``, the release of their pitch and event -> seconds, on the
    video's own clock. ``joints`` are the steps in which joints were set by hand (see :mod:`.joints`).
    """

    throws: str = "auto"
    view: str = "auto"
    model_size: str = "m"
    capture_fps: float | None = None
    height_m: float | None = None
    reference: str = "elite"
    person: int | None = None
    level: str = "adult"
    start_s: float | None = None
    end_s: float | None = None
    turn_deg: int = 0
    verdicts: tuple[dict[str, Any], ...] = ()
    moved: tuple[dict[str, Any], ...] = ()
    joints: tuple[dict[str, Any], ...] = ()

    def __post_init__(self) -> None:
        _one_of("throws", self.throws, THROWS)
        _one_of("view", self.view, VIEWS)
        _one_of("model_size", self.model_size, MODEL_SIZES)
        _one_of("level", self.level, LEVELS)
        _in_range("capture_fps", self.capture_fps, CAPTURE_FPS_RANGE, "frames per second")
        _in_range("height_m", self.height_m, HEIGHT_M_RANGE, "meters")
        _one_of("turn_deg", self.turn_deg, TURNS_DEG)
        _in_range("start_s", self.start_s, PART_S_RANGE, "seconds")
        _in_range("end_s", self.end_s, PART_S_RANGE, "seconds")
        if self.end_s is not None and self.end_s - (self.start_s or 0.0) < LEAST_PART_S:
            raise BadRequest(
                f"The part ends less than {LEAST_PART_S:g} seconds after it begins.",
                code="bad_end_s",
                fix="Let the part begin before the set and end after the follow-through.",
            )
        if self.person is not None and self.person < 0:
            raise BadRequest("person must be the number of a candidate, 0 or more.", code="bad_person")
        object.__setattr__(self, "verdicts", verdicts.checked(self.verdicts))
        object.__setattr__(self, "moved", tuple(dict(one) for one in self.moved))
        object.__setattr__(self, "joints", joints.checked(self.joints))

    @property
    def scored(self) -> bool:
        """Whether the chosen model is good enough for scores, faults and praise."""
        return self.model_size in SCORED_SIZES

    def as_dict(self) -> dict[str, object]:
        """Plain JSON types."""
        lists = {name: [dict(one) for one in getattr(self, name)] for name in ("verdicts", "moved", "joints")}
        return {**asdict(self), **lists}

    def as_stored(self) -> dict[str, object]:
        """Plain JSON types for the catalog: what was left open is left out.

        A worker of the release before, which does not know the newest options, thus meets them only where
        somebody used them.
        """
        defaults = {f.name: f.default for f in fields(self)}
        open_ended = {name for name, value in defaults.items() if value in (None, 0, ())}
        return {k: v for k, v in self.as_dict().items() if k not in open_ended or v not in (defaults[k], [])}

    @classmethod
    def from_stored(cls, values: Mapping[str, object]) -> AnalysisRequest:
        """What :meth:`as_stored` of this release, the one before or the one after has written.

        Raises NewerRelease for an option that this release does not know and that was used.
        """
        known = {f.name for f in fields(cls)}
        if newer := sorted(k for k, v in values.items() if k not in known and v not in (None, 0, "", [])):
            raise NewerRelease(f"This video was sent with options of a newer release: {', '.join(newer)}.")
        return cls(**{k: v for k, v in values.items() if k in known})  # type: ignore[arg-type]

    @classmethod
    def from_dict(cls, values: Mapping[str, object]) -> AnalysisRequest:
        """From plain JSON types; unknown names raise BadRequest."""
        unknown = set(values) - {f.name for f in fields(cls)}
        if unknown:
            raise BadRequest(f"Unknown option: {', '.join(sorted(unknown))}.", code="unknown_option")
        return cls(**values)  # type: ignore[arg-type]


def _one_of(name: str, value: object, allowed: tuple[str | int, ...]) -> None:
    if value not in allowed:
        raise BadRequest(
            f"{name} is {value!r}; it must be one of {', '.join(map(str, allowed))}.",
            code=f"bad_{name}",
            fix=f"Choose {name} from: {', '.join(map(str, allowed))}.",
        )


def _in_range(name: str, value: object, limits: tuple[float, float], unit: str) -> None:
    if value is None:
        return
    low, high = limits
    number = float(value) if isinstance(value, int | float) and not isinstance(value, bool) else math.nan
    if not low <= number <= high:
        raise BadRequest(
            f"{name} is {value!r}; it must be between {low:g} and {high:g} {unit}.",
            code=f"bad_{name}",
            fix=f"Give {name} in {unit}, or leave it empty.",
        )
