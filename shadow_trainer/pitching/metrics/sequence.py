"""The kinematic sequence: which segment peaks when (docs/method.md, section 2.3).

Order and lag are what counts; peak values are soft below 240 fps, and a strict "pelvis before trunk" is
wrong: healthy pitchers mix their sequences (Scarborough 2021), and in OpenBiomechanics the trunk peaked
before the pelvis in 20 % of pitches.
"""

from __future__ import annotations

import numpy as np

from ...vocabulary import Confidence
from ..document import Segment, Sequence
from ..events.event import BR, FC
from .confidence import FPS_ARM, FPS_SEQUENCE
from .context import DeliveryContext
from .formulas import peak_window

SEGMENTS: tuple[tuple[str, str, str], ...] = (
    ("pelvis", "Pelvis", "pelvis_rotation_velocity"),
    ("trunk", "Trunk", "trunk_rotation_velocity"),
    ("elbow", "Elbow extension", "elbow_extension_velocity"),
    ("shoulder", "Internal rotation", "shoulder_internal_rotation_velocity"),
    ("lead_knee", "Lead-knee extension", "lead_knee_extension_velocity"),
)
# OpenBiomechanics, medians of the peak's place between foot plant (0 %) and release (100 %): docs/method.md, section 1.2.
TYPICAL_PERCENT = {"pelvis": 32, "trunk": 40, "elbow": 84, "shoulder": 100, "lead_knee": 94}


def kinematic_sequence(c: DeliveryContext) -> Sequence:
    """Each segment's fastest moment between foot contact and release, and the order in which they come."""
    window = peak_window(c)
    contact, span = c.when(FC), c.when(BR) - c.when(FC)
    rows: list[Segment] = []
    for name, label, curve in SEGMENTS:
        values = c.velocities[curve][window]
        if not np.isfinite(values).any():
            continue
        top = window[int(np.nanargmax(values))]
        when = float(c.signals.time_s[top])
        rows.append(
            {
                "name": name,
                "label": label,
                "time_s": when,
                "percent": 100.0 * (when - contact) / span if span > 0 else None,
                "typical_percent": TYPICAL_PERCENT[name],
                "peak_deg_s": float(c.velocities[curve][top]),
            }
        )
    at = {row["name"]: row["time_s"] for row in rows}
    known = "pelvis" in at and "trunk" in at
    return {
        "order": [row["name"] for row in sorted(rows, key=lambda row: row["time_s"])],
        "segments": rows,
        "pelvis_to_trunk_lag_ms": 1000.0 * (at["trunk"] - at["pelvis"]) if known else None,
        "confidence": _confidence(c),
    }


def _confidence(c: DeliveryContext) -> Confidence:
    if c.events[FC].estimated or c.signals.fps < FPS_SEQUENCE:
        return Confidence.LOW
    return Confidence.MEDIUM if c.signals.fps < FPS_ARM else Confidence.HIGH
