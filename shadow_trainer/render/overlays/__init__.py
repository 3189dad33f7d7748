"""Overlays that compose: ``for overlay in (Skeleton(), Trail("wrist")): overlay.draw(image, pose)``.

Each draws in place on an RGB frame from a :class:`~shadow_trainer.render.clip.Pose`, keeps no state between
frames, and costs nothing when it has nothing to say.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np

from ..clip import Pose
from .body import ReferenceSkeleton, Skeleton
from .captions import Clock, EventBanner, Timeline
from .paths import EventRing, Trail

__all__ = [
    "Clock",
    "EventBanner",
    "EventRing",
    "Overlay",
    "ReferenceSkeleton",
    "Skeleton",
    "Timeline",
    "Trail",
    "standard",
]


class Overlay(Protocol):
    """Anything that draws one thing on a frame."""

    def draw(self, image: np.ndarray, pose: Pose) -> None:
        """Draw on ``image`` (H, W, 3) uint8 RGB, in place."""


def standard() -> tuple[Overlay, ...]:
    """The overlays of the overlay video, from back to front."""
    return (Trail("wrist"), ReferenceSkeleton(), Skeleton(), EventRing(), Timeline(), Clock(), EventBanner())
