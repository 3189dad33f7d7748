"""The pitching science: from a pose series to events, metrics and words, in arrays alone."""

from . import clock, verdicts
from .analysis import analyse, pitch_probability
from .delivery_decision import PITCH
from .reference.overlay import reference_overlay
from .slow_motion import real_speed, slow_motion_factor

__all__ = [
    "PITCH",
    "analyse",
    "clock",
    "pitch_probability",
    "real_speed",
    "reference_overlay",
    "slow_motion_factor",
    "verdicts",
]
