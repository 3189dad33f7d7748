"""The pitching science: pure numpy from a pose series to events, metrics and words."""

from .analysis import analyse
from .reference.overlay import shadow
from .slow_motion import real_speed, slow_motion_factor

__all__ = ["analyse", "real_speed", "shadow", "slow_motion_factor"]
