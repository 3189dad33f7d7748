"""Which label of a foreign file is which landmark of ours: guessed by usual names, shown, and overruled."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

import numpy as np

from ....errors import BadRequest
from ....pose.skeleton import JOINTS, LANDMARKS, mirrored_name
from .motion import Motion

# Human3.6M's order of 17 joints. https://vision.imar.ro/human3.6m
H36M = (
    "pelvis", "right_hip", "right_knee", "right_ankle", "left_hip", "left_knee", "left_ankle", "spine",
    "thorax", "nose", "head", "left_shoulder", "left_elbow", "left_wrist", "right_shoulder", "right_elbow",
    "right_wrist",
)  # fmt: skip

# Right-hand names, without blanks and signs, best first; several in one tuple are averaged. Joint centres
# come before markers on the skin. The left ones follow by exchanging the side.
_RIGHT: dict[str, tuple[tuple[str, ...], ...]] = {
    "right_shoulder": (("rightshoulder",), ("rshoulder",), ("rightarm",), ("rsjc",), ("rshojc",), ("rsho",)),
    "right_elbow": (("rightelbow",), ("relbow",), ("rightforearm",), ("rejc",), ("relb", "relbm"), ("relb",)),
    "right_wrist": (("rightwrist",), ("rwrist",), ("righthand",), ("rwjc",), ("rwra", "rwrb"), ("rwri",)),
    "right_index": (("rightindex",), ("righthandend",), ("rfin",)),
    "right_hip": (("righthip",), ("rhip",), ("rightupleg",), ("rightupperleg",), ("rhjc",)),
    "right_knee": (("rightknee",), ("rknee",), ("rightleg",), ("rightlowerleg",), ("rkjc",),
                   ("rkne", "rknem"), ("rkne",)),
    "right_ankle": (("rightankle",), ("rankle",), ("rightfoot",), ("rajc",), ("rank", "rankm"), ("rank",)),
    "right_heel": (("rightheel",), ("rheel",), ("rhee",)),
    "right_foot_index": (("rightfootindex",), ("righttoebase",), ("rightfootend",), ("rbigtoe",), ("righttoe",), ("rtoe",)),
    "right_ear": (("rightear",), ("rear",)),
    "right_pinky": (("rightpinky",),),
    "right_thumb": (("rightthumb",),),
}  # fmt: skip
_MIDDLE = {"nose": (("nose",),)}


def clean(label: str) -> str:
    """A label without prefix of a subject, blanks, signs and capitals: ``Bob:R_Sho.`` -> ``rsho``."""
    return re.sub(r"[^a-z0-9]", "", label.rpartition(":")[2].lower())


def guess(labels: Iterable[str]) -> dict[str, list[str]]:
    """``landmark -> labels`` to be averaged, for every landmark that a label is known for."""
    known = {clean(label): label for label in reversed(list(labels))}
    found: dict[str, list[str]] = {}
    for landmark, choices in {**_MIDDLE, **_RIGHT, **_left()}.items():
        for names in choices:
            if all(name in known for name in names):
                found[landmark] = [known[name] for name in names]
                break
    for landmark in LANDMARKS:
        if landmark not in found and clean(landmark) in known:
            found[landmark] = [known[clean(landmark)]]
    return found


def apply(motion: Motion, mapping: Mapping[str, list[str]]) -> np.ndarray:
    """(T, 33, 3) in the file's units by a map of landmarks to labels; NaN where there is none.

    Raises BadRequest that names the joints that are missing, or labels that the file does not have.
    """
    foreign = sorted({label for labels in mapping.values() for label in labels} - set(motion.points))
    unknown = sorted(set(mapping) - set(LANDMARKS))
    if foreign or unknown:
        raise BadRequest(
            f"The label map names what does not exist: {', '.join([*foreign, *unknown])}.",
            code="bad_label_map",
        )
    missing = [name for name in JOINTS if not mapping.get(name)]
    if missing:
        raise BadRequest(
            f"No label was found for {', '.join(missing)}. The file has: {', '.join(motion.points)}.",
            code="bad_label_map",
            fix="Say which label is which joint.",
        )
    out = np.full((len(motion), len(LANDMARKS), 3), np.nan)
    for landmark, labels in mapping.items():
        out[:, LANDMARKS.index(landmark)] = np.mean([motion.points[label] for label in labels], axis=0)
    return out


def _left() -> dict[str, tuple[tuple[str, ...], ...]]:
    """The right-hand table with sides exchanged: ``rightarm`` -> ``leftarm``, ``rsho`` -> ``lsho``."""

    def other(name: str) -> str:
        return name.replace("right", "left") if "right" in name else "l" + name[1:]

    return {
        mirrored_name(landmark): tuple(tuple(other(name) for name in names) for names in choices)
        for landmark, choices in _RIGHT.items()
    }
