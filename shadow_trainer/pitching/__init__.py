"""The pitching science: pure numpy from a pose series to events, metrics and words."""

from .analysis import analyse
from .slow_motion import slow_motion_factor

__all__ = ["analyse", "slow_motion_factor"]
