"""The pitching science: from a pose series to events, metrics and words, in arrays alone."""

from .analysis import analyse
from .reference.overlay import reference_overlay
from .slow_motion import real_speed, slow_motion_factor

__all__ = ["analyse", "real_speed", "reference_overlay", "slow_motion_factor"]
