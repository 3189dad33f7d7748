"""A made-up analysis.json of the contract's shape, for pages that must be looked at without a worker."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from shadow_trainer.body.series import PoseSeries
from shadow_trainer.pitching.document import SCHEMA
from shadow_trainer.pitching.metrics import key_of, span_of
from shadow_trainer.vocabulary import Event, Span

EVENTS = {
    "first_movement": (0.62, 0.7, False),
    "leg_lift": (1.383, 0.93, False),
    "hand_separation": (1.62, 0.8, False),
    "foot_contact": (2.05, 0.86, False),
    "max_external_rotation": (2.158, 0.4, True),
    "release": (2.191, 0.9, False),
    "max_internal_rotation": (2.222, 0.4, True),
    "follow_through": (2.52, 0.7, False),
}
SOURCE = "OpenBiomechanics Project, Driveline Baseball; Kageyama 2015; ASMI"
METRICS: list[tuple[str, Event | Span, float, str, float, str, float | None, float | None]] = [
    ("pelvis_drift", Event.LEG_LIFT, 6.1, "%height", 2.0, "high", None, None),
    ("stride_length", Event.FOOT_CONTACT, 83.2, "%height", 4.0, "high", 85, 6),
    ("lead_knee_flexion", Event.FOOT_CONTACT, 49.4, "deg", 7.0, "high", 46, 9),
    ("pelvis_rotation", Event.FOOT_CONTACT, 28.0, "deg", 10.0, "medium", 35, 12),
    ("trunk_rotation", Event.FOOT_CONTACT, 18.5, "deg", 9.0, "medium", -10, 13),
    ("hip_shoulder_separation", Event.FOOT_CONTACT, 9.6, "deg", 12.0, "medium", 48, 12),
    ("shoulder_abduction", Event.FOOT_CONTACT, 95.0, "deg", 11.0, "medium", 89, 11),
    ("shoulder_external_rotation", Event.MAX_EXTERNAL_ROTATION, 161.0, "deg", 25.0, "low", 174, 11),
    ("elbow_flexion", Event.MAX_EXTERNAL_ROTATION, 88.0, "deg", 14.0, "medium", 91, 9),
    ("lead_knee_extension", Span.FOOT_CONTACT_TO_RELEASE, -6.0, "deg", 8.0, "high", 11, 11),
    ("trunk_forward_tilt", Event.RELEASE, 33.1, "deg", 6.0, "high", 34, 10),
    ("trunk_lateral_tilt", Event.RELEASE, 21.5, "deg", 9.0, "medium", 17, 9),
    ("arm_slot", Event.RELEASE, 47.0, "deg", 12.0, "low", 42, 9),
    ("pelvis_rotation_velocity", Span.MAX, 640.0, "deg/s", 110.0, "medium", 715, 95),
    ("time_foot_contact_to_release", Span.DELIVERY, 141.0, "ms", 17.0, "high", 141, 16),
]
FAULTS = [
    {
        "id": "flying_open",
        "title": "The chest opens early",
        "severity": "red",
        "priority": 4.2,
        "strength": 2.19,
        "event": "foot_contact",
        "time_s": 2.05,
        "metric": "trunk_rotation",
        "seen": "At foot strike the chest had already turned 18° toward the plate.",
        "norm": "usual: -23 to 3° (middle 68 %)",
        "why": "Opening this early leaves less separation to turn through.",
        "drill": "Rocker drill, 10 throws at half speed; feel the front shoulder closed when the foot lands.",
        "certainty": "medium",
        "source": "Bullock 2021",
    },
    {
        "id": "knee_collapse",
        "title": "The front knee gives way",
        "severity": "amber",
        "priority": 2.1,
        "strength": 1.3,
        "event": "release",
        "time_s": 2.191,
        "metric": "lead_knee_extension@foot_contact_to_release",
        "seen": "From foot strike to release the front knee bent 6° more.",
        "norm": None,
        "why": "A knee that straightens brakes the body and speeds up the arm.",
        "drill": "Step and land, hold the landing for two seconds.",
        "certainty": "high",
        "source": "Matsuo 2001",
    },
]
STRENGTHS = [
    {
        "id": "trunk_forward_tilt",
        "title": "Forward tilt at release",
        "event": "release",
        "time_s": 2.191,
        "metric": "trunk_forward_tilt",
        "seen": "Forward tilt at release: 33°, in the middle of what good deliveries show.",
        "norm": "usual: 24 to 44° (middle 68 %)",
        "certainty": "high",
    }
]


SIMILARITY = {
    "reference": "elite",
    "overall": 71.4,
    "usable_weight": 0.9,
    "message": "",
    "joints": [
        {"name": "pelvis", "label": "Pelvis", "group": "trunk and pelvis", "score": 80.2, "mean_deg": 11.0, "seen": 1},
        {"name": "head", "label": "Head", "group": "glove arm and head", "score": None, "mean_deg": None, "seen": 0},
    ],
}  # fmt: skip


def metric(row: tuple[Any, ...]) -> dict[str, Any]:
    """One metric of the contract."""
    quantity, place, value, unit, error, confidence, mean, sd = row
    name, event = key_of(quantity, place)
    norm = {"mean": mean, "sd": sd, "source": SOURCE} if mean is not None else None
    z = None if mean is None else round((value - mean) / sd, 3)
    return {
        "name": name,
        "event": event,
        "span": span_of(name, event),
        "value": value,
        "unit": unit,
        "error": error,
        "confidence": confidence,
        "norm": norm,
        "z": z,
    }


def delivery(index: int = 0, shift_s: float = 0.0) -> dict[str, Any]:
    """One delivery of the contract."""
    return {
        "index": index,
        "probability": 0.95,
        "questionable": False,
        "missing": [],
        "start_s": 0.3 + shift_s,
        "end_s": 2.9 + shift_s,
        "events": {
            name: {
                "time_s": time + shift_s,
                "frame": round((time + shift_s) * 60),
                "confidence": confidence,
                "estimated": estimated,
            }
            for name, (time, confidence, estimated) in EVENTS.items()
        },
        "metrics": [metric(row) for row in METRICS],
        "faults": FAULTS,
        "strengths": STRENGTHS,
        "similarity": SIMILARITY,
    }


def consistency(deliveries: int) -> dict[str, Any]:
    """The spread over several deliveries."""
    row = {
        "name": "stride_length",
        "event": "foot_contact",
        "span": None,
        "label": "Stride length",
        "unit": "%height",
    }
    spread = {"n": deliveries, "mean": 83.2, "sd": 1.4, "within_sd": 1.0, "verdict": "as steady as usual"}
    return {"n": deliveries, "metrics": [{**row, **spread}]} if deliveries > 1 else {}


def document(deliveries: int = 1, people: int = 1) -> dict[str, Any]:
    """A whole analysis.json."""
    return {
        "schema": SCHEMA,
        "video": {
            "width": 1280, "height": 720, "frame_count": 262, "fps": 60.0, "capture_fps": 60.0,
            "duration_s": 4.37, "rotation_deg": 0, "codec": "h264", "time_scale": 1.0,
        },
        "athlete": {"throws": "left", "throws_source": "measured", "height_m": 1.88, "height_source": "given"},
        "view": {"name": "open-side", "source": "measured"},
        "model": {"size": "m"},
        "people": [{"id": n, "score": 0.9 - n / 10, "chosen": n == 0} for n in range(people)],
        "deliveries": [delivery(n, 4.0 * n) for n in range(deliveries)],
        "consistency": consistency(deliveries),
        "warnings": [
            {
                "code": "low_frame_rate",
                "message": "This video has 60 frames per second: arm speed and layback are estimates.",
                "fix": "Film at 240 frames per second if the phone can.",
            }
        ],
        "timings_s": {"probe": 0.1, "preview": 3.2},
    }  # fmt: skip


def document_before(deliveries: int = 1) -> dict[str, Any]:
    """The same as the release before wrote it: a metric without an event says its span in the event's place."""
    old = document(deliveries)
    old["schema"] = "shadow-trainer/analysis/1"
    for one in old["deliveries"]:
        one["faults"] = [
            {**fault, "metric": fault["metric"].partition("@")[0], "metric_event": place}
            for fault, place in zip(FAULTS, ("foot_contact", "foot_contact_to_release"), strict=True)
        ]
        for entry, (quantity, place, *_) in zip(one["metrics"], METRICS, strict=True):
            del entry["span"]
            entry.update(name=quantity, event="" if place == Span.DELIVERY else str(place))
    return old


def curves(delivery: dict[str, Any]) -> dict[str, Any]:
    """A made-up entry of series.json for a delivery."""
    times = [delivery["start_s"] + k / 60 for k in range(150)]
    names = ("pelvis_rotation", "trunk_rotation", "lead_knee_flexion", "rear_knee_flexion", "elbow_flexion")
    rows = {name: [60 * math.sin(t + n) for t in times] for n, name in enumerate(names)}
    rows["elbow_flexion"][3] = None
    return {"time_s": times, **rows}


def pose(frames: int, fps: float = 60.0) -> PoseSeries:
    """A made-up pose of a video: one body that sways, not seen in the first ten frames."""
    generator = np.random.default_rng(7)
    body = generator.normal(size=(33, 3)) * (0.3, 0.2, 0.5) + (0, 0, 1)
    time_s = np.arange(frames) / fps
    sway = 0.3 * np.sin(time_s)[:, None, None] * np.array([1.0, 0.2, 0.0])
    world = body[None] + sway
    pixels = world[:, :, (0, 2)] * (200, -200) + (640, 500)
    world[:10] = pixels[:10] = np.nan
    measured = np.arange(frames) >= 10
    return PoseSeries(time_s, pixels, np.full((frames, 33), 0.9), world, measured)
