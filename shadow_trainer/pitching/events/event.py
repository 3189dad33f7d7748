"""What an event is, and the typical intervals that stand in for what a film does not show."""

from __future__ import annotations

from dataclasses import dataclass

EVENTS = (
    "first_movement",
    "leg_lift",
    "hand_separation",
    "foot_contact",
    "max_external_rotation",
    "release",
    "max_internal_rotation",
    "follow_through",
)
# docs/method.md, section 1.2: OpenBiomechanics, medians; seconds.
LIFT_TO_CONTACT_S = 0.628
CONTACT_TO_RELEASE_S = 0.141
LAYBACK_TO_RELEASE_S = 0.032
RELEASE_TO_SNAP_S = 0.026
RELEASE_TO_FOLLOW_THROUGH_S = 0.26


@dataclass(frozen=True)
class Event:
    """When something happened: seconds of real time, how sure (0..1), and whether it was inferred."""

    time_s: float
    confidence: float
    estimated: bool = False

    def as_dict(self, frame: int) -> dict[str, object]:
        """The contract's form; ``frame`` is the nearest frame of the film."""
        return {
            "time_s": self.time_s,
            "frame": frame,
            "confidence": self.confidence,
            "estimated": self.estimated,
        }


def inferred(time_s: float, confidence: float = 0.3) -> Event:
    """An event that was not seen."""
    return Event(float(time_s), confidence, estimated=True)
