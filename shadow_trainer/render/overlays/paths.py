"""Paths of a joint through the air, and rings around the joint that makes an event."""

from __future__ import annotations

import numpy as np

from ...body.skeleton import INDEX
from ...vocabulary import Event
from ..canvas import Layer, bounds
from ..clip import Mark, Pose
from ..palette import CASING, INK

_RING_SECONDS = 0.55  # of playback
# The joint that an event is about: (joint, role), role throwing/lead as in docs/method.md, section 0.
_EVENT_JOINT: dict[str, tuple[str, str]] = {
    Event.LEG_LIFT: ("knee", "lead"),
    Event.FOOT_CONTACT: ("ankle", "lead"),
    Event.MAX_EXTERNAL_ROTATION: ("wrist", "throwing"),
    Event.RELEASE: ("wrist", "throwing"),
    Event.MAX_INTERNAL_ROTATION: ("wrist", "throwing"),
}


class Trail:
    """The fading path of a joint over the last ``seconds`` of real time, throwing side unless told."""

    def __init__(self, joint: str = "wrist", seconds: float = 0.4, side: str = "throwing") -> None:
        self.joint, self.seconds, self.side = joint, seconds, side

    def draw(self, image: np.ndarray, pose: Pose) -> None:
        """Draw the path up to this frame: thin and faint at its old end."""
        clip, row = pose.clip, pose.row
        first = int(np.searchsorted(clip.time_s, pose.time_s - self.seconds))
        if row - first < 1:
            return
        name = f"{side_name(clip.throws, self.side)}_{self.joint}"
        path = clip.points[first : row + 1, INDEX[name]]
        width = 5.0 * clip.unit
        box = bounds(path, margin=2 * width)
        if box is None:
            return
        layer, colour = Layer(image, box), clip.colour(name)
        if layer.empty:
            return
        age = (pose.time_s - clip.time_s[first : row + 1]) / self.seconds
        for a, b, old in zip(path[:-1], path[1:], age[1:], strict=True):
            if np.isfinite(a).all() and np.isfinite(b).all():
                fresh = float(1 - old)
                layer.line(a, b, colour, width * (0.25 + 0.75 * fresh), 0.1 + 0.6 * fresh)
        layer.composite()


class EventRing:
    """A ring that opens around the joint an event is about: the landing ankle, the releasing hand."""

    def draw(self, image: np.ndarray, pose: Pose) -> None:
        """Draw the ring of the event that is going on, if there is one."""
        mark = current_mark(pose, _RING_SECONDS)
        if mark is None or mark.name not in _EVENT_JOINT:
            return
        clip = pose.clip
        joint, role = _EVENT_JOINT[mark.name]
        # The ring stays where the event happened: it marks a place in the image, not the joint.
        centre = clip.points[mark.row, INDEX[f"{side_name(clip.throws, role)}_{joint}"]]
        if not np.isfinite(centre).all():
            return
        age = (pose.time_s - clip.time_s[mark.row]) * clip.playback / _RING_SECONDS
        radius = clip.unit * (16 + 22 * age**0.5)
        layer = Layer(image, bounds(centre[None], margin=radius + 8 * clip.unit) or (0, 0, 0, 0))
        if layer.empty:
            return
        alpha = float(np.clip(1.0 - age, 0.0, 1.0)) ** 0.7
        layer.ring(centre, radius, CASING, 6 * clip.unit, 0.5 * alpha)
        layer.ring(centre, radius, INK, 3 * clip.unit, alpha)
        layer.composite()


def side_name(throws: str, role: str) -> str:
    """``left`` or ``right`` for throwing/rear and glove/lead."""
    other = "left" if throws == "right" else "right"
    return throws if role in ("throwing", "rear") else other


def current_mark(pose: Pose, hold_s: float) -> Mark | None:
    """The latest event that began at most ``hold_s`` seconds of playback ago."""
    clip = pose.clip
    recent = [
        mark
        for mark in clip.marks
        if mark.row <= pose.row and (pose.time_s - clip.time_s[mark.row]) * clip.playback < hold_s
    ]
    return recent[-1] if recent else None
