"""The sixteen faults of PITCHING.md section 4.5 as data: thresholds, reasons, drills, sources.

A rule looks at one metric at its event. ``amber`` and ``red`` are limits in the metric's unit; ``above`` says
on which side of them the fault lies. ``impact`` 1..3 and ``order`` weigh it against others (section 4.4).
"""

from __future__ import annotations

from dataclasses import dataclass

BEFORE, AT, AFTER = 1.2, 1.0, 0.8


@dataclass(frozen=True)
class FaultRule:
    """One fault. ``also`` is a second condition by name (see :mod:`.faults`); ``note_only`` is never a priority."""

    id: str
    title: str
    impact: int
    order: float
    metric: str
    event: str
    above: bool
    amber: float
    red: float | None
    seen: str
    why: str
    drill: str
    source: str
    also: str = ""
    note_only: bool = False


RULES: tuple[FaultRule, ...] = (
    FaultRule(
        "hanging_back", "Hanging back", 2, BEFORE, "pelvis_drift", "leg_lift", False, 2.0, None,
        "At the top of the leg lift the hips had moved {value} of body height toward the plate",
        "Experienced pitchers already move toward the plate while the leg is rising.",
        "“Hip to the fence”: lead with the front hip from the set, ten throws at half speed.",
        "OnBaseU; OpenBiomechanics, 5th percentile",
    ),
    FaultRule(
        "sway_back", "Swaying back", 1, BEFORE, "sway_back", "leg_lift", True, 8.0, None,
        "Before the leg lift the hips moved {value} away from the plate",
        "Weight that goes back first has to come forward again, which costs time.",
        "Leg lifts with a wall just behind the back hip.",
        "Uplift",
    ),
    FaultRule(
        "short_stride", "Short stride", 2, AT, "stride_length", "foot_contact", False, 79.0, 74.0,
        "At foot contact the stride was {value} of body height",
        "Shorter strides go with slower pitches in most studies.",
        "Step-behind throws, with a mark on the ground for the landing foot.",
        "Fortenbaugh 2009; OpenBiomechanics, 5th percentile",
    ),
    FaultRule(
        "over_stride", "Over-striding", 1, AT, "stride_length", "foot_contact", True, 92.0, 96.0,
        "At foot contact the stride was {value} of body height, and the lead knee did not straighten after it",
        "A landing leg that is too far out cannot brace the body over it.",
        "Shorten the stride by one foot; land and hold for two seconds.",
        "OpenBiomechanics, 95th percentile",
        also="knee_does_not_extend",
    ),
    FaultRule(
        "cross_body", "Striding across the body", 1, AT, "stride_angle", "foot_contact", True, 8.0, 12.0,
        "The stride landed {value} to the closed side",
        "A foot that lands across the body makes it harder for the hips to turn.",
        "Line drill: tape from the rubber to the plate, land on it.",
        "Fortenbaugh 2009; OpenBiomechanics",
    ),
    FaultRule(
        "open_stride", "Open stride", 2, AT, "stride_angle", "foot_contact", False, -6.0, -10.0,
        "The stride landed open by {value}",
        "An open landing spends the turn of the hips before the arm can use it.",
        "Line drill, with the front toe slightly turned in.",
        "Fortenbaugh 2009; OpenBiomechanics",
    ),
    FaultRule(
        "flying_open", "Opening early", 3, AT, "trunk_rotation", "foot_contact", True, 3.0, 16.0,
        "At foot contact the chest had already turned {value} toward the plate",
        "Opening this early leaves less separation to turn through.",
        "Rocker drill, ten throws at half speed; feel the front shoulder closed when the foot lands.",
        "Bullock 2021; baseball.tools",
    ),
    FaultRule(
        "little_separation", "Little separation", 2, AT, "hip_shoulder_separation", "foot_contact", False,
        36.0, 24.0,
        "At foot contact the hips led the shoulders by {value}",
        "Separation is one of the few positions that goes with pitch speed between pitchers.",
        "Rocker drill; hip-hinge pauses at foot contact.",
        "OpenBiomechanics; Kageyama 2015",
    ),
    FaultRule(
        "out_in_front", "Out in front", 2, AT, "trunk_forward_tilt", "foot_contact", True, 8.0, 20.0,
        "At foot contact the trunk was already bent {value} forward",
        "The trunk should turn first and bend after it.",
        "Stay-tall stride holds: stride, stop, check that the chest is still over the hips.",
        "Uplift; OpenBiomechanics, 95th percentile",
    ),
    FaultRule(
        "side_bend", "Side-bend in the stride", 1, BEFORE, "trunk_pelvis_side_angle", "max", True, 20.0, None,
        "During the stride the trunk bent {value} sideways against the hips",
        "Trunk and hips that are not stacked turn less freely.",
        "Balance strides holding a stick across the shoulders.",
        "Uplift; OnBaseU",
    ),
    FaultRule(
        "arm_late", "Arm late", 3, AT, "shoulder_external_rotation", "foot_contact", False, 30.0, 15.0,
        "At foot contact the forearm had turned up only {value}",
        "An arm that is late has to catch up with the body.",
        "Pivot pick-offs; “ball up at landing”.",
        "Fortenbaugh 2009; Uplift",
    ),
    FaultRule(
        "high_elbow", "Elbow above the shoulders", 1, AT, "shoulder_abduction", "foot_contact", True, 105.0, None,
        "At foot contact the upper arm was at {value}, above the line of the shoulders",
        "Often called the inverted W. Recent evidence does not show that it matters; it is a note, not a fault.",
        "Connection ball; “level elbow”.",
        "Christoffer 2019; Uplift",
        note_only=True,
    ),
    FaultRule(
        "forearm_fly_out", "Forearm fly-out", 2, AFTER, "elbow_flexion", "max_external_rotation", False,
        78.0, 70.0,
        "At layback the elbow was bent only {value}",
        "A straighter arm is a longer lever and turns more slowly.",
        "Connection ball between upper arm and forearm.",
        "Uplift; OpenBiomechanics, 5th percentile",
    ),
    FaultRule(
        "knee_collapse", "Lead knee gives way", 3, AFTER, "lead_knee_extension", "foot_contact_to_release",
        False, -5.0, -20.0,
        "From foot contact to release the lead knee bent further by {value}",
        "A lead leg that gives way leaks energy; most fast throwers straighten it.",
        "Isometric block holds, then step-and-land throws.",
        "Matsuo 2001; Uplift",
    ),
    FaultRule(
        "side_lean", "Leaning far to the side", 2, AFTER, "trunk_frontal_lean", "release", True, 33.0, 42.0,
        "At release the trunk leaned {value} to the glove side",
        "More lean goes with more speed, and also with more load on the elbow: a trade-off to know about.",
        "Dry throws in front of a mirror from behind; glove to chest.",
        "Oyama 2013; Bullock 2021",
    ),
    FaultRule(
        "upright_release", "Upright release", 2, AFTER, "trunk_forward_tilt", "release", False, 24.0, 14.0,
        "At release the trunk was bent {value} forward",
        "Less forward tilt at release is found in slower pitches.",
        "Towel drill: reach past the front foot.",
        "Matsuo 2001; Stodden 2005; Uplift",
    ),
)  # fmt: skip
