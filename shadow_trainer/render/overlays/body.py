"""The athlete's skeleton and the reference's."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from ...body.skeleton import INDEX
from ..canvas import Layer, bounds
from ..clip import Clip, Pose
from ..palette import CASING, CENTRE, REFERENCE, RGB

_TORSO = (("left_shoulder", "left_hip"), ("right_shoulder", "right_hip"))
_CROSS = (("left_hip", "right_hip"), ("left_shoulder", "right_shoulder"))
_LIMBS = tuple(
    (f"{side}_{a}", f"{side}_{b}")
    for side in ("left", "right")
    for a, b in (
        ("hip", "knee"), ("knee", "ankle"), ("ankle", "heel"), ("heel", "foot_index"),
        ("ankle", "foot_index"), ("shoulder", "elbow"), ("elbow", "wrist"), ("wrist", "index"),
    )
)  # fmt: skip
_SMALL = ("heel", "foot_index", "index")
DRAWN_BONES: tuple[tuple[str, str], ...] = (*_TORSO, *_CROSS, *_LIMBS)
DRAWN_JOINTS: tuple[str, ...] = tuple(
    f"{side}_{joint}"
    for joint in ("hip", "knee", "ankle", "shoulder", "elbow", "wrist")
    for side in ("left", "right")
)
_HEAD = ("left_ear", "right_ear", "nose")
_LEAST_CONFIDENCE = 0.05  # below this a landmark is a guess that only disturbs
_HEAD_RADIUS = 0.26  # in trunk lengths


def confidence_alpha(confidence: float) -> float:
    """Opacity of a bone: faint when unsure, full from 0.75 on."""
    return 0.28 + 0.72 * float(np.clip((confidence - 0.15) / 0.6, 0.0, 1.0))


@lru_cache(maxsize=16)
def stroke_width(body_px: float, unit: float) -> float:
    """Bone width in pixels: follows the athlete's size in the image, within what the frame can carry."""
    return float(np.clip(body_px * 0.052, 2.6 * unit, 9.0 * unit))


class _Size:
    """Body size of a clip, computed once per clip (a Clip holds arrays, so it is no dictionary key)."""

    def __init__(self) -> None:
        self._clip: Clip | None = None
        self._body = 0.0

    def of(self, clip: Clip) -> tuple[float, float]:
        """(body_px, stroke width)."""
        if clip is not self._clip:
            self._clip, self._body = clip, clip.body_px()
        return self._body, stroke_width(self._body, clip.unit)


@dataclass(frozen=True)
class Bone:
    """One stroke to draw."""

    a: np.ndarray
    b: np.ndarray
    colour: RGB
    width: float
    alpha: float


class Skeleton:
    """Bones coloured by side, fainter and thinner with doubt, dashed where a frame was bridged."""

    def __init__(self) -> None:
        self._size = _Size()

    def draw(self, image: np.ndarray, pose: Pose) -> None:
        """Draw the athlete's bones, joints and head."""
        body, width = self._size.of(pose.clip)
        box = bounds(pose.points, margin=4 * width + body * _HEAD_RADIUS)
        if box is None:
            return
        layer = Layer(image, box)
        if layer.empty:
            return
        bones = _bones(pose, width)
        for bone in bones:
            layer.line(bone.a, bone.b, CASING, bone.width + 0.75 * width, 0.6 * bone.alpha)
        _head(layer, pose, body, width)
        for bone in bones:
            if pose.measured:
                layer.line(bone.a, bone.b, bone.colour, bone.width, bone.alpha)
            else:
                layer.dashes(bone.a, bone.b, bone.colour, bone.width, 0.8 * bone.alpha)
        _joints(layer, pose, width)
        layer.composite()


def _bones(pose: Pose, width: float) -> list[Bone]:
    """The strokes of one frame; bones with an unknown end are left out."""
    bones = []
    for first, second in DRAWN_BONES:
        i, j = INDEX[first], INDEX[second]
        a, b = pose.points[i], pose.points[j]
        weaker = float(min(pose.confidence[i], pose.confidence[j]))
        if weaker < _LEAST_CONFIDENCE or not (np.isfinite(a).all() and np.isfinite(b).all()):
            continue
        alpha = confidence_alpha(weaker)
        slim = 0.6 if second.endswith(_SMALL) else 1.0
        across = first.removeprefix("left_") == second.removeprefix("right_")
        colour = CENTRE if across else pose.clip.colour(first)
        bones.append(Bone(a, b, colour, width * slim * (0.75 + 0.25 * alpha), alpha))
    return bones


def _joints(layer: Layer, pose: Pose, width: float) -> None:
    """Small discs with a dark rim: they show where exactly a joint was seen."""
    for name in DRAWN_JOINTS:
        i = INDEX[name]
        confidence = float(pose.confidence[i])
        if confidence < _LEAST_CONFIDENCE or not np.isfinite(pose.points[i]).all():
            continue
        alpha = confidence_alpha(confidence)
        layer.disc(pose.points[i], 0.98 * width, CASING, 0.85 * alpha)
        layer.disc(pose.points[i], 0.66 * width, pose.clip.colour(name) if pose.measured else CASING, alpha)


def _head(layer: Layer, pose: Pose, body: float, width: float) -> None:
    """A ring for the head and a neck: clearer than lines between ears and nose."""
    centre, neck, confidence = head_and_neck(pose.points, pose.confidence)
    if centre is None or confidence < _LEAST_CONFIDENCE:
        return
    alpha, radius = confidence_alpha(confidence), body * _HEAD_RADIUS
    layer.ring(centre, radius, CASING, 1.35 * width, 0.6 * alpha)
    layer.ring(centre, radius, CENTRE, 0.6 * width, alpha)
    if neck is not None:
        reach = centre - neck
        length = float(np.hypot(*reach))
        if length > radius:
            end = centre - reach / length * radius
            layer.line(neck, end, CASING, 1.35 * width, 0.6 * alpha)
            layer.line(neck, end, CENTRE, 0.6 * width, alpha)


def head_and_neck(
    points: np.ndarray, confidence: np.ndarray
) -> tuple[np.ndarray | None, np.ndarray | None, float]:
    """Centre of the head (mid-ears, else nose), base of the neck, and the head's confidence."""
    ears = [points[INDEX[n]] for n in _HEAD[:2]]
    if all(np.isfinite(ear).all() for ear in ears):
        centre, head_confidence = (ears[0] + ears[1]) / 2, float(max(confidence[INDEX[n]] for n in _HEAD))
    elif np.isfinite(points[INDEX["nose"]]).all():
        centre, head_confidence = points[INDEX["nose"]], float(confidence[INDEX["nose"]])
    else:
        return None, None, 0.0
    shoulders = points[[INDEX["left_shoulder"], INDEX["right_shoulder"]]]
    return centre, shoulders.mean(axis=0) if np.isfinite(shoulders).all() else None, head_confidence


class ReferenceSkeleton:
    """The reference skeleton in the athlete's place: one colour, translucent, dashed, behind the athlete."""

    def __init__(self, opacity: float = 0.85) -> None:
        self.opacity = opacity
        self._size = _Size()

    def draw(self, image: np.ndarray, pose: Pose) -> None:
        """Draw the reference's bones when the clip has one."""
        if pose.clip.reference_px is None:
            return
        points = pose.clip.reference_px[pose.row]
        body, width = self._size.of(pose.clip)
        box = bounds(points, margin=4 * width + body * _HEAD_RADIUS)
        if box is None:
            return
        layer = Layer(image, box)
        if layer.empty:
            return
        for first, second in DRAWN_BONES:
            a, b = points[INDEX[first]], points[INDEX[second]]
            if np.isfinite(a).all() and np.isfinite(b).all():
                slim = 0.6 if second.endswith(_SMALL) else 0.85
                layer.line(a, b, CASING, width * (slim + 0.5), 0.35 * self.opacity)
                layer.dashes(a, b, REFERENCE, width * slim, self.opacity, dash=2.4)
        centre, _, _ = head_and_neck(points, np.ones(len(points)))
        if centre is not None:
            layer.ring(centre, body * _HEAD_RADIUS, REFERENCE, 0.5 * width, self.opacity)
        layer.composite()
