"""How alike two deliveries are: angles between bone directions at the same phase (docs/method.md, section 4.3).

Directions, not positions, so that size does not count. A style difference is not a fault: this number and
the list of faults are separate outputs.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...body.arrays import Floats
from ...body.skeleton import INDEX
from ...vocabulary import Event
from ..angles import between
from ..document import BoneSimilarity, Similarity

TRUNK, LEGS, THROWING_ARM, REST = "trunk and pelvis", "legs", "throwing arm", "glove arm and head"
GROUP_WEIGHT = {TRUNK: 0.35, LEGS: 0.30, THROWING_ARM: 0.25, REST: 0.10}
# Share of the score by phase: (first event, last event, weight); what lies outside both has the rest.
PHASES = (
    (Event.LEG_LIFT, Event.FOOT_CONTACT, 0.35),
    (Event.FOOT_CONTACT, Event.RELEASE, 0.50),
    (Event.FIRST_MOVEMENT, Event.LEG_LIFT, 0.075),
    (Event.RELEASE, Event.FOLLOW_THROUGH, 0.075),
)
SAMPLES = 40  # per phase
FREE = 0.5  # deviations below half an SD cost nothing
LEAST_WEIGHT = 0.6
NOT_ENOUGH = "not enough seen"
SEEN_CONFIDENCE = 0.3


@dataclass(frozen=True)
class Bone:
    """A direction of the body: from one point to another, with its spread among pitchers and our error.

    ``sd_deg`` follows the norm of the angle it decides; ``error_deg`` is 6 for trunk and legs, 10 for upper
    arms, 15 for forearms [E].
    """

    name: str
    label: str
    group: str
    start: str
    stop: str
    sd_deg: float
    error_deg: float

    @property
    def sigma_deg(self) -> float:
        """sqrt(norm SD² + measurement error²)."""
        return float(np.hypot(self.sd_deg, self.error_deg))


BONES: tuple[Bone, ...] = (
    Bone("pelvis", "Pelvis", TRUNK, "right_hip", "left_hip", 12, 6),
    Bone("shoulders", "Shoulder line", TRUNK, "right_shoulder", "left_shoulder", 12, 6),
    Bone("trunk", "Trunk", TRUNK, "mid_hip", "mid_shoulder", 10, 6),
    Bone("lead_thigh", "Lead thigh", LEGS, "left_hip", "left_knee", 10, 6),
    Bone("lead_shank", "Lead shank", LEGS, "left_knee", "left_ankle", 10, 6),
    Bone("rear_thigh", "Rear thigh", LEGS, "right_hip", "right_knee", 10, 6),
    Bone("rear_shank", "Rear shank", LEGS, "right_knee", "right_ankle", 10, 6),
    Bone("throwing_upper_arm", "Throwing upper arm", THROWING_ARM, "right_shoulder", "right_elbow", 11, 10),
    Bone("throwing_forearm", "Throwing forearm", THROWING_ARM, "right_elbow", "right_wrist", 20, 15),
    Bone("glove_upper_arm", "Glove upper arm", REST, "left_shoulder", "left_elbow", 10, 10),
    Bone("glove_forearm", "Glove forearm", REST, "left_elbow", "left_wrist", 17, 15),
    Bone("head", "Head", REST, "mid_shoulder", "mid_ear", 10, 6),
)


def phase_grid(events: dict[Event, float]) -> tuple[Floats, Floats]:
    """``(time_s (N,), weight (N,))``: samples of every phase of one delivery; the weights add up to 1."""
    times, weights = [], []
    for start, stop, share in PHASES:
        if events[stop] > events[start]:
            times.append(
                events[start] + (np.arange(SAMPLES) + 0.5) / SAMPLES * (events[stop] - events[start])
            )
            weights.append(np.full(SAMPLES, share / SAMPLES))
    weight = np.concatenate(weights)
    return np.concatenate(times), weight / weight.sum()


def direction(points: Floats, bone: Bone) -> Floats:
    """(N, 3) from the bone's start to its stop, of a right-hander's points."""

    def at(name: str) -> Floats:
        middle: Floats = points[:, _ends(name)].mean(axis=1)
        return middle

    return at(bone.stop) - at(bone.start)


def compare(athlete: Floats, reference: Floats, weight: Floats, visible: Floats) -> Similarity:
    """Scores 0..100 of two sets of points (N, 33, 3) at the same phases, weighted by ``weight`` (N,).

    ``visible`` (N, 33) is the athlete's landmark confidence. ``overall`` is None, and ``message`` says
    "not enough seen", when less than 60 % of the weight could be used.
    """
    joints: list[BoneSimilarity] = []
    total = used = 0.0
    for bone in BONES:
        share = GROUP_WEIGHT[bone.group] / sum(other.group == bone.group for other in BONES)
        apart = between(direction(athlete, bone), direction(reference, bone))
        trust = weight * np.isfinite(apart) * _seen(visible, bone)
        seen = float(trust.sum())
        likeness = np.exp(-0.5 * np.maximum(0.0, apart / bone.sigma_deg - FREE) ** 2)
        score = 100.0 * float(np.nansum(likeness * trust) / seen) if seen > 0 else None
        joints.append(
            {
                "name": bone.name,
                "label": bone.label,
                "group": bone.group,
                "score": score,
                "mean_deg": float(np.nansum(apart * trust) / seen) if seen > 0 else None,
                "seen": seen,
            }
        )
        if score is not None:
            total += share * seen * score
            used += share * seen
    enough = used >= LEAST_WEIGHT
    return {
        "overall": total / used if enough else None,
        "usable_weight": used,
        "message": "" if enough else NOT_ENOUGH,
        "joints": joints,
    }


def _seen(visible: Floats, bone: Bone) -> Floats:
    """(N,) 0..1: the confidence of the bone's less certain end, nothing below a floor."""
    ends = [*_ends(bone.start), *_ends(bone.stop)]
    least = np.nan_to_num(visible[:, ends].min(axis=1))
    return np.where(least >= SEEN_CONFIDENCE, least, 0.0)


def _ends(name: str) -> list[int]:
    """Indices of a landmark, or of both sides of a middle: ``mid_hip``, ``mid_ear``."""
    if name.startswith("mid_"):
        return [INDEX[f"{side}_{name[4:]}"] for side in ("left", "right")]
    return [INDEX[name]]
