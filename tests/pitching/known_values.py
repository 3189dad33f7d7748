"""What each metric must read on the built-in reference, whose key frames say how it moves.

A new metric gets a row here: what it reads with the events at the key frames, and how near to it.
"""

from __future__ import annotations

import csv

from shadow_trainer.pitching.metrics import MetricKey, key_of
from shadow_trainer.pitching.reference.elite import DATA, KEY_FRAMES
from shadow_trainer.vocabulary import Event, Span

LIFT, FC, MER, BR = Event.LEG_LIFT, Event.FOOT_CONTACT, Event.MAX_EXTERNAL_ROTATION, Event.RELEASE
WHOLE_DEGREES = 0.8  # the table's knees
# What a key frame's channel says directly: metric -> (channel, events).
CHANNELS: dict[str, tuple[str, tuple[Event, ...]]] = {
    "lead_knee_flexion": ("lead_knee_flex_result", (LIFT, FC, MER, BR)),
    "rear_knee_flexion": ("rear_knee_flex_result", (LIFT, FC)),
    "pelvis_rotation": ("pelvis_rot", (LIFT, FC, MER, BR)),
    "trunk_rotation": ("trunk_rot", (LIFT, FC, MER, BR)),
    "trunk_forward_tilt": ("trunk_fwd_tilt", (FC, MER, BR)),
    "trunk_lateral_tilt": ("trunk_lat_tilt_glove_pos", (FC, MER, BR)),
    "shoulder_abduction": ("thr_abd", (FC, BR)),
    "shoulder_horizontal_abduction": ("thr_hz_abd", (FC,)),
    "shoulder_external_rotation": ("thr_ER", (FC, MER)),
    "elbow_flexion": ("thr_elbow", (FC, MER, BR)),
    "glove_shoulder_abduction": ("glv_abd", (FC, MER)),
    "glove_shoulder_horizontal_abduction": ("glv_hz_abd", (FC, MER)),
    "glove_elbow_flexion": ("glv_elbow", (FC, MER)),
}
# What follows from several of them, worked out once: (metric, place, value, how near).
WORKED_OUT: tuple[tuple[str, Event | Span, float, float], ...] = (
    ("stride_length", FC, 84.0, 0.1),
    ("stride_angle", FC, 2.39, 0.05),
    ("lead_knee_extension", Span.FOOT_CONTACT_TO_RELEASE, 13.0, WHOLE_DEGREES),
    ("rear_knee_flexion", Span.MIN, 42.0, WHOLE_DEGREES),
    ("rear_knee_drive", FC, 24.0, WHOLE_DEGREES),
    ("hip_shoulder_separation", FC, 48.0, 0.3),
    ("hip_shoulder_separation", Span.MAX, 48.0, 0.3),
    ("trunk_frontal_lean", BR, 27.4, 0.1),
    ("trunk_pelvis_side_angle", Span.MAX, 10.3, 0.1),
    ("elbow_flexion", Span.MAX, 108.0, 0.1),
    ("arm_slot", BR, 27.0, 0.3),
    ("hand_above_elbow", FC, 23.9, 0.2),
    ("extension", BR, 93.1, 0.2),
    ("hand_past_toe", BR, -1.6, 0.2),
    ("glove_to_chest", BR, 23.56, 0.1),
    ("head_side_path", Span.FOOT_CONTACT_TO_RELEASE, 14.0, 0.3),
    ("head_past_ankle", MER, 1.3, 0.1),
    ("pelvis_drift", LIFT, 2.5, 0.05),
    ("sway_back", LIFT, 0.0, 0.01),
    ("pelvis_forward_velocity", LIFT, 0.162, 0.005),
    ("pelvis_forward_velocity", Span.MAX, 2.44, 0.01),
    ("pelvis_forward_velocity_in_heights", Span.MAX, 1.298, 0.005),
    ("pelvis_rotation_velocity", Span.MAX, 735.0, 5.0),
    ("trunk_rotation_velocity", Span.MAX, 1188.0, 8.0),
    ("elbow_extension_velocity", Span.MAX, 2521.0, 25.0),
    ("shoulder_internal_rotation_velocity", Span.MAX, 4745.0, 40.0),
    ("pelvis_to_trunk_peak_lag", Span.DELIVERY, 9.0, 2.1),
    ("time_leg_lift_to_foot_contact", Span.DELIVERY, 650.0, 0.01),
    ("time_foot_contact_to_MER", Span.DELIVERY, 107.0, 0.01),
    ("time_MER_to_release", Span.DELIVERY, 33.0, 0.01),
    ("time_foot_contact_to_release", Span.DELIVERY, 140.0, 0.01),
)


def key_frames() -> dict[Event, dict[str, float]]:
    """Event -> channel -> value of its key frame; ``t_ms`` counts from foot contact."""
    with DATA.open(encoding="utf-8", newline="") as file:
        rows = {row["event"]: row for row in csv.DictReader(file)}
    return {
        event: {channel: float(text) for channel, text in rows[name].items() if channel != "event"}
        for event, name in KEY_FRAMES.items()
    }


def known_values() -> dict[MetricKey, tuple[float, float]]:
    """Metric -> (value on the reference, how near it must be read)."""
    frames = key_frames()
    values = {key_of(name, place): (value, near) for name, place, value, near in WORKED_OUT}
    for name, (channel, events) in CHANNELS.items():
        near = WHOLE_DEGREES if channel.endswith("result") else 0.3
        values |= {(name, event): (frames[event][channel], near) for event in events}
    return values
