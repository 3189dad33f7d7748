"""Which of a file's labels is which landmark: a guess that is shown, or the map a person gave."""

from __future__ import annotations

import re
from collections import Counter
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
    "foot_index": ("{s}footindex", "{s}toebase", "{s}bigtoe", "{s}toe", "{s}toe0"),
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
# The end of a word in a label: a sign that is no letter, or a small letter before a great one.
_WORD = re.compile(r"[^A-Za-z0-9]+|[a-z0-9](?=[A-Z])")
_MOST_FRONTS = 40
_SIDES = {"left": ("left", "l"), "right": ("right", "r")}


def plain(label: str) -> str:
    """``Subject1:L_Elbow`` -> ``lelbow``; ``mixamorig:LeftForeArm`` -> ``leftforearm``."""
    return re.sub(r"[^a-z0-9]", "", re.split(r"[:|/]", label)[-1].lower())


def guess(labels: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """Landmark -> labels, for every landmark that can be told from the names.

    A front that many names share (``Bip01 L Hand``, ``Pitcher_LELB``) is left out where more joints are found so.
    """
    best = _guess({plain(label): label for label in reversed(labels)})
    for front in _fronts(labels):
        known = {
            plain(label.removeprefix(front)): label for label in reversed(labels) if label.startswith(front)
        }
        guesses = _guess(known)
        if _joints(guesses) > _joints(best):
            best = guesses
    return best


def _joints(found: dict[str, tuple[str, ...]]) -> int:
    return sum(name in found for name in JOINTS)


def _fronts(labels: tuple[str, ...]) -> list[str]:
    """Beginnings up to the end of a word that as many labels share as there are joints, the commonest first."""
    shared = Counter(label[: cut.end()] for label in labels for cut in _WORD.finditer(label[:-1]))
    return [front for front, count in shared.most_common(_MOST_FRONTS) if count >= len(JOINTS)]


def _guess(known: dict[str, str]) -> dict[str, tuple[str, ...]]:
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
        used[name] = tuple(_label(source, labels) for source in sources)
    return used


def _label(given: str, labels: tuple[str, ...]) -> str:
    """A label as the file has it; blanks and capitals may differ where only one label is meant."""
    if given in labels:
        return given
    alike = {label for label in labels if label and _spelled(label) == _spelled(given)}
    if len(alike) != 1:
        raise BadRequest(f"The file has no label {given!r}.", code="bad_label_map")
    return alike.pop()


def _spelled(label: str) -> str:
    return " ".join(label.lower().split())


def require_joints(labels: dict[str, tuple[str, ...]], all_labels: tuple[str, ...]) -> None:
    """The twelve joints must be there; the message names what is missing and what the file has."""
    missing = [name for name in JOINTS if name not in labels]
    if missing:
        named = [label for label in all_labels if label]
        shown = ", ".join(named[:40]) + (" …" if len(named) > 40 else "")
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
