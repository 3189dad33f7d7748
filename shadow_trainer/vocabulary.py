"""Every word that stands in data: events, hands, views, levels, states, verdicts, units, model sizes and more.

The only place where these words stand. A member is its own text (``Event.RELEASE == "release"``), so it goes
into JSON, a form, a database column and a template as it is. What a coach reads for a word is not here.
"""

from __future__ import annotations

from enum import StrEnum


class Event(StrEnum):
    """The eight moments of a delivery, in their order."""

    FIRST_MOVEMENT = "first_movement"
    LEG_LIFT = "leg_lift"
    HAND_SEPARATION = "hand_separation"
    FOOT_CONTACT = "foot_contact"
    MAX_EXTERNAL_ROTATION = "max_external_rotation"
    RELEASE = "release"
    MAX_INTERNAL_ROTATION = "max_internal_rotation"
    FOLLOW_THROUGH = "follow_through"


class Span(StrEnum):
    """How a metric is taken that is read at no event: the most or the least on the way, from one to another."""

    MAX = "max"
    MIN = "min"
    FOOT_CONTACT_TO_RELEASE = "foot_contact_to_release"
    DELIVERY = "delivery"


class Hand(StrEnum):
    """The hand that throws."""

    RIGHT = "right"
    LEFT = "left"


class Thrown(StrEnum):
    """What a hand threw where no pitch was."""

    OVERHAND = "overhand_throw"
    UNDERHAND = "underhand_throw"
    NOTHING = "nothing"


class View(StrEnum):
    """Where the camera stands: on the side to which the chest opens, behind, in front, or between them."""

    OPEN_SIDE = "open-side"
    REAR = "rear"
    FRONT = "front"
    OTHER = "other"


class Level(StrEnum):
    """Whose published norms a pitcher is compared with."""

    ADULT = "adult"
    YOUTH = "youth"
    HIGH_SCHOOL = "high_school"
    COLLEGE = "college"
    PRO = "pro"


class Confidence(StrEnum):
    """How far a value may be trusted: usable, with a wide margin, or as a trend that is never scored."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class State(StrEnum):
    """The state of an analysis. Which change is allowed from where: :mod:`.catalog.attempts`."""

    QUEUED = "queued"
    PROCESSING = "processing"
    RETRYING = "retrying"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELED = "canceled"


class Verdict(StrEnum):
    """What a coach says of a moment: a pitch with its release here, a pitch as it was found, no pitch."""

    RELEASE = "release"
    PITCH = "pitch"
    NO_PITCH = "no_pitch"


class JointEditKind(StrEnum):
    """One step of correcting joints: set in a frame, cannot be seen there, left to the engine again, a limb's sides
    exchanged."""

    SET = "set"
    HIDDEN = "hidden"
    FREE = "free"
    EXCHANGE = "exchange"


class Unit(StrEnum):
    """The unit of a metric. Heights are the pitcher's own standing height."""

    DEGREES = "deg"
    DEGREES_PER_SECOND = "deg/s"
    PERCENT_HEIGHT = "%height"
    HEIGHTS_PER_SECOND = "heights/s"
    HEAD_WIDTHS = "head_widths"
    METERS = "m"
    CENTIMETERS = "cm"
    METERS_PER_SECOND = "m/s"
    MILES_PER_HOUR = "mph"
    SECONDS = "s"
    MILLISECONDS = "ms"
    RATIO = ""


class ModelSize(StrEnum):
    """The size of the pose model; the least that is scored is ``m``."""

    XS = "xs"
    S = "s"
    M = "m"
    L = "l"


# Still to come, and over; what is over changes only when a person asks for it.
ACTIVE_STATES = (State.QUEUED, State.PROCESSING, State.RETRYING)
ENDED_STATES = (State.COMPLETED, State.FAILED, State.CANCELED)
EVENTS = tuple(Event)
# Of these every pitch has a picture, where it was seen.
KEY_POSITIONS = (
    Event.LEG_LIFT,
    Event.HAND_SEPARATION,
    Event.FOOT_CONTACT,
    Event.MAX_EXTERNAL_ROTATION,
    Event.RELEASE,
    Event.FOLLOW_THROUGH,
)
# What a form or a command may say instead of a word: find it out.
AUTO = "auto"
