"""The faults as data: thresholds, reasons, drills, sources (docs/method.md, section 4.5).

A fault has one or more checks; one of them suffices. A check looks at one metric at its event: ``amber`` and
``red`` are limits in the metric's unit, ``above`` says on which side of them the fault lies. ``impact`` 1..3
and ``order`` weigh a fault against others. ``unless`` names styles for which it is no fault.
"""

from __future__ import annotations

from dataclasses import dataclass

from ...vocabulary import Event, Span
from ..events.event import BR, FC, LIFT, MER
from ..metrics.names import MetricKey, key_of

BEFORE, AT, AFTER = 1.2, 1.0, 0.8
STYLES = SLIDE_STEP, WINDUP, SIDEARM, SUBMARINE = "slide_step", "windup", "sidearm", "submarine"


@dataclass(frozen=True)
class Check:
    """One limit of what is measured at an event or over a span.

    ``seen`` says what was seen, with ``{value}``; ``as_amount`` tells a negative value as an amount; ``least_fps``
    real frames per second below which the check is not made; ``also`` a condition by name (see :mod:`.find`).
    """

    quantity: str
    place: Event | Span
    above: bool
    amber: float
    red: float | None
    seen: str
    as_amount: bool = False
    least_fps: float = 0.0
    also: str = ""

    @property
    def key(self) -> MetricKey:
        """Name and event of the metric."""
        return key_of(self.quantity, self.place)


@dataclass(frozen=True)
class Fault:
    """One fault; ``note_only`` is told, never ranked above others."""

    id: str
    title: str
    impact: int
    order: float
    event: Event
    checks: tuple[Check, ...]
    why: str
    drill: str
    source: str
    note_only: bool = False
    unless: tuple[str, ...] = ()


# The rule asks for the hand past the toe; the wrist, which is what is measured, is behind the ball by a hand [E].
WRIST_BEHIND_BALL = -6.0  # % of height

RULES: tuple[Fault, ...] = (
    Fault(
        "hanging_back", "Hanging back", 2, BEFORE, LIFT,
        (
            Check("pelvis_drift", LIFT, False, 2.0, None,
                  "At the top of the leg lift the hips had moved {value} toward the plate"),
            Check("pelvis_forward_velocity", LIFT, False, 0.15, None,
                  "At the top of the leg lift the hips moved toward the plate at only {value}"),
        ),
        "Experienced pitchers already move toward the plate while the leg is rising.",
        "“Hip to the fence” or the Hershiser hip-lead drill: lead with the front hip, ten throws at half speed.",
        "OnBaseU; OpenBiomechanics, 5th percentile",
        unless=(SLIDE_STEP, WINDUP),
    ),
    Fault(
        "sway_back", "Swaying back", 1, BEFORE, LIFT,
        (Check("sway_back", LIFT, True, 8.0, None,
               "Before the leg lift the hips moved {value} away from the plate"),),
        "Weight that goes back first has to come forward again, which costs time.",
        "Leg lifts with a wall just behind the back hip.",
        "Uplift",
        unless=(WINDUP,),
    ),
    Fault(
        "short_stride", "Short stride", 2, AT, FC,
        (Check("stride_length", FC, False, 79.0, 74.0,
               "At foot strike the stride was {value}"),),
        "Shorter strides go with slower pitches in most studies.",
        "Step-behind throws, with a mark on the ground for the landing foot.",
        "Fortenbaugh 2009; OpenBiomechanics, 5th percentile",
    ),
    Fault(
        "over_stride", "Over-striding", 1, AT, FC,
        (Check("stride_length", FC, True, 92.0, 96.0,
               "The stride was {value}, and the lead knee did not straighten after it",
               also="knee_does_not_extend"),),
        "A landing leg that is too far out cannot brace the body over it.",
        "Shorten the stride by one foot; land and hold for two seconds.",
        "OpenBiomechanics, 95th percentile",
    ),
    Fault(
        "cross_body", "Striding across the body", 1, AT, FC,
        (Check("stride_angle", FC, True, 8.0, 12.0, "The stride landed {value} to the closed side"),),
        "A foot that lands across the body makes it harder for the hips to turn.",
        "Line drill: tape from the rubber to the plate, land on it.",
        "Fortenbaugh 2009; OpenBiomechanics",
    ),
    Fault(
        "open_stride", "Open stride", 2, AT, FC,
        (Check("stride_angle", FC, False, -6.0, -10.0, "The stride landed open by {value}", as_amount=True),),
        "An open landing spends the turn of the hips before the arm can use it.",
        "Line drill, with the front toe slightly turned in.",
        "Fortenbaugh 2009; OpenBiomechanics",
    ),
    Fault(
        "flying_open", "Opening early", 3, AT, FC,
        (
            Check("trunk_rotation", FC, True, 3.0, 16.0,
                  "At foot strike the chest had already turned {value} toward the plate"),
            Check("pelvis_to_trunk_peak_lag", Span.DELIVERY, False, -20.0, None,
                  "The chest turned fastest {value} before the hips did", as_amount=True, least_fps=110.0),
        ),
        "Opening this early leaves less separation to turn through.",
        "Rocker drill, ten throws at half speed; feel the front shoulder closed when the foot lands.",
        "Bullock 2021; baseball.tools",
    ),
    Fault(
        "little_separation", "Little separation", 2, AT, FC,
        (Check("hip_shoulder_separation", FC, False, 36.0, 24.0,
               "At foot strike the hips led the shoulders by {value}"),),
        "Separation is one of the few positions that goes with pitch speed between pitchers.",
        "Rocker drill; hip-hinge pauses at foot strike.",
        "OpenBiomechanics; Kageyama 2015",
    ),
    Fault(
        "out_in_front", "Out in front", 2, AT, FC,
        (Check("trunk_forward_tilt", FC, True, 8.0, 20.0,
               "At foot strike the trunk was already bent {value} forward"),),
        "The trunk should turn first and bend after it.",
        "Stay-tall stride holds: stride, stop, check that the chest is still over the hips.",
        "Uplift; OpenBiomechanics, 95th percentile",
        unless=(SUBMARINE,),
    ),
    Fault(
        "side_bend", "Side-bend in the stride", 1, BEFORE, FC,
        (Check("trunk_pelvis_side_angle", Span.MAX, True, 20.0, None,
               "During the stride the trunk bent {value} sideways against the hips"),),
        "Trunk and hips that are not stacked turn less freely.",
        "Balance strides holding a stick across the shoulders.",
        "Uplift; OnBaseU",
        unless=(SIDEARM, SUBMARINE),
    ),
    Fault(
        "arm_late", "Arm late", 3, AT, FC,
        (
            Check("shoulder_external_rotation", FC, False, 30.0, 15.0,
                  "At foot strike the forearm had turned up only {value}"),
            Check("hand_above_elbow", FC, False, 0.0, None,
                  "At foot strike the hand was still {value} below the elbow", as_amount=True),
        ),
        "An arm that is late has to catch up with the body.",
        "Pivot pick-offs; “ball up at landing”.",
        "Fortenbaugh 2009; Uplift",
        unless=(SUBMARINE,),
    ),
    Fault(
        "high_elbow", "Elbow above the shoulders", 1, AT, FC,
        (Check("shoulder_abduction", FC, True, 105.0, None,
               "At foot strike the upper arm was at {value}, above the line of the shoulders"),),
        "Often called the inverted W. Recent evidence does not show that it matters: a note, not a fault.",
        "Connection ball; “level elbow”.",
        "Christoffer 2019; Uplift",
        note_only=True,
    ),
    Fault(
        "forearm_fly_out", "Forearm fly-out", 2, AFTER, MER,
        (Check("elbow_flexion", MER, False, 78.0, 70.0, "At layback the elbow was bent only {value}"),),
        "A straighter arm is a longer lever and turns more slowly.",
        "Connection ball between upper arm and forearm.",
        "Uplift; OpenBiomechanics, 5th percentile",
        unless=(SIDEARM, SUBMARINE),
    ),
    Fault(
        "knee_collapse", "Lead knee gives way", 3, AFTER, BR,
        (Check("lead_knee_extension", Span.FOOT_CONTACT_TO_RELEASE, False, -5.0, -20.0,
               "From foot strike to release the lead knee bent further by {value}", as_amount=True),),
        "A lead leg that gives way leaks energy; most fast throwers straighten it.",
        "Isometric block holds, then step-and-land throws.",
        "Matsuo 2001; Uplift",
    ),
    Fault(
        "side_lean", "Leaning far to the side", 2, AFTER, BR,
        (
            Check("trunk_frontal_lean", BR, True, 33.0, 42.0,
                  "At release the trunk leaned {value} to the glove side"),
            Check("head_past_ankle", MER, True, 1.0, None,
                  "At layback the head was {value} past the lead ankle"),
        ),
        "More lean goes with more speed, and asks more of the arm: a trade-off to know about.",
        "Dry throws in front of a mirror from behind; glove to chest.",
        "Oyama 2013; Bullock 2021",
    ),
    Fault(
        "upright_release", "Upright or early release", 2, AFTER, BR,
        (
            Check("trunk_forward_tilt", BR, False, 24.0, 14.0,
                  "At release the trunk was bent {value} forward"),
            # The rule is "behind the toe"; the toe and the hand are each known to some 2 % of height.
            Check("hand_past_toe", BR, False, WRIST_BEHIND_BALL, None,
                  "At release the wrist was {value} behind the front foot", as_amount=True),
        ),
        "Less forward tilt at release is found in slower pitches.",
        "Towel drill: reach past the front foot.",
        "Matsuo 2001; Stodden 2005; Uplift",
        unless=(SUBMARINE,),
    ),
)  # fmt: skip
_REASONS = {rule.id: rule.why for rule in RULES}


def reason(identity: str, stored: str) -> str:
    """Why a finding matters as it is said today; ``stored`` are the words of an earlier release, or another's."""
    return _REASONS.get(identity, stored)
