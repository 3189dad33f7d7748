"""Which of a file's labels is which landmark: a guess that is shown, or the map a person gave."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from ...body.skeleton import INDEX, JOINTS
from ...errors import BadRequest

# For each landmark of one side the names in use, best first; {s} is l or left, which may stand behind as well.
# Marker sets (Plug-in Gait, OpenBiomechanics), Pose2Sim / OpenPose, H36M, and the mocap figure (Mixamo, CMU).
_NAMES: dict[str, tuple[str, ...]] = {
    "shoulder": ("{s}arm", "{s}uparm", "{s}upperarm", "{s}sjc", "{s}shldr", "{s}shoulder", "{s}sho", "{s}shoulderjoint"),
    "elbow": ("{s}forearm", "{s}lowerarm", "{s}ejc", "{s}elbow", "{s}elb", "{s}elbowjoint"),
    "wrist": ("{s}hand", "{s}wjc", "{s}wrist", "{s}wri", "{s}wristjoint"),
    "hip": ("{s}upleg", "{s}hjc", "{s}hip", "{s}thigh", "{s}hipjoint"),
    "knee": ("{s}leg", "{s}lowleg", "{s}kjc", "{s}knee", "{s}kne", "{s}shin", "{s}calf", "{s}kneejoint"),
    "ankle": ("{s}foot", "{s}ajc", "{s}ankle", "{s}ank", "{s}anklejoint"),
    "heel": ("{s}heel", "{s}hee"),
    "foot_index": ("{s}footindex", "{s}toebase", "{s}bigtoe", "{s}toe"),
    "index": ("{s}index", "{s}handindex1", "{s}fin", "{s}handmiddle1"),
    "pinky": ("{s}pinky", "{s}handpinky1"),
    "thumb": ("{s}thumb", "{s}handthumb1"),
    "ear": ("{s}ear",),
    "eye": ("{s}eye",),
    "eye_inner": ("{s}eyeinner",),
    "eye_outer": ("{s}eyeouter",),
}  # fmt: skip
# Two markers on either side of a joint, whose middle is the joint.
_PAIRS: dict[str, tuple[tuple[str, str], ...]] = {
    "elbow": (("{s}lelb", "{s}melb"), ("{s}elb", "{s}melb"), ("{s}elbowlat", "{s}elbowmed")),
    "wrist": (("{s}wra", "{s}wrb"), ("{s}wristrad", "{s}wristuln")),
    "knee": (("{s}kne", "{s}mkne"), ("{s}kneelat", "{s}kneemed")),
    "ankle": (("{s}ank", "{s}mank"), ("{s}anklelat", "{s}anklemed")),
    "hip": (("{s}asi", "{s}psi"),),
}
_MIDDLE = {"nose": ("nose",), "mouth_left": ("mouthleft",), "mouth_right": ("mouthright",)}
_SIDES = {"left": ("left", "l"), "right": ("right", "r")}


def plain(label: str) -> str:
    """``Subject1:L_Elbow`` -> ``lelbow``; ``mixamorig:LeftForeArm`` -> ``leftforearm``."""
    return re.sub(r"[^a-z0-9]", "", label.split(":")[-1].lower())


def guess(labels: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """Landmark -> labels, for every landmark that can be told from the names."""
    known = {plain(label): label for label in reversed(labels)}
    guesses: dict[str, tuple[str, ...]] = {}
    for part in _NAMES:
        for side, prefixes in _SIDES.items():
            name = f"{side}_{part}"
            sources = _find(part, prefixes, known)
            if sources:
                guesses[name] = sources
    for name, spellings in _MIDDLE.items():
        hit = next((known[s] for s in spellings if s in known), None)
        if hit:
            guesses[name] = (hit,)
    return guesses


def _find(part: str, prefixes: tuple[str, ...], known: dict[str, str]) -> tuple[str, ...]:
    for pair in _PAIRS.get(part, ()):
        for prefix in prefixes:
            spelled = [spelling.format(s=prefix) for spelling in pair]
            if all(name in known for name in spelled):
                return tuple(known[name] for name in spelled)
    for spelling in _NAMES[part]:
        for prefix in prefixes:
            # Blender and Unreal put the side last: upper_arm.L, thigh_r.
            for name in (spelling.format(s=prefix), spelling.replace("{s}", "") + prefix):
                # A figure's "LeftShoulder" is the collar bone where it has a "LeftArm"; that one came first.
                if name in known:
                    return (known[name],)
    return ()


def checked(
    given: Mapping[str, str | tuple[str, ...]], labels: tuple[str, ...]
) -> dict[str, tuple[str, ...]]:
    """A person's label map: landmark -> label or labels. Raises BadRequest for names that do not exist."""
    used = {}
    for name, sources in given.items():
        sources = (sources,) if isinstance(sources, str) else tuple(sources)
        if name not in INDEX:
            raise BadRequest(f"{name!r} is no landmark.", code="bad_label_map")
        for source in sources:
            if source not in labels:
                raise BadRequest(f"The file has no label {source!r}.", code="bad_label_map")
        used[name] = sources
    return used


def require_joints(labels: dict[str, tuple[str, ...]], all_labels: tuple[str, ...]) -> None:
    """The twelve joints must be there; the message names what is missing and what the file has."""
    missing = [name for name in JOINTS if name not in labels]
    if missing:
        shown = ", ".join(all_labels[:40]) + (" …" if len(all_labels) > 40 else "")
        raise BadRequest(
            f"No label in this file could be taken for {', '.join(missing)}. It has: {shown}.",
            code="labels_unknown",
            fix="Give a label map: landmark = label, for the missing ones.",
        )


def label_map(pairs: Iterable[str], form: str = "landmark = label") -> dict[str, tuple[str, ...]]:
    """Pairs ``left_knee = LKNE + LMKNE`` as a label map; BadRequest for one that is none, with the ``form`` in words."""
    labels = {}
    for pair in pairs:
        landmark, equals, sources = pair.partition("=")
        used = tuple(part.strip() for part in sources.split("+") if part.strip())
        if not equals or not used:
            raise BadRequest(
                f"“{pair[:40]}” is not {form}.",
                code="bad_label_map",
                fix="Write pairs such as left_knee = LKNE + LMKNE.",
            )
        labels[landmark.strip().lower().replace(" ", "_")] = used
    return labels
