"""A small video with a stick figure whose pose is known, and the analysis that belongs to it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from shadow_trainer import video
from shadow_trainer.body.series import PoseSeries
from shadow_trainer.body.skeleton import COUNT, INDEX

FPS, FRAMES, SIZE = 30, 45, (320, 240)
_EVENTS = {
    "leg_lift": 0.30,
    "foot_contact": 0.80,
    "max_external_rotation": 0.90,
    "release": 0.95,
    "follow_through": 1.25,
}
# A standing body in metres (x to the plate, y to first base, z up); the rest of the landmarks follow it.
_BODY = {
    "shoulder": (0.0, 0.20, 1.45), "elbow": (0.05, 0.32, 1.20), "wrist": (0.20, 0.30, 1.05),
    "index": (0.26, 0.30, 1.02), "pinky": (0.25, 0.32, 1.00), "thumb": (0.24, 0.28, 1.03),
    "hip": (0.0, 0.12, 0.95), "knee": (0.05, 0.13, 0.52), "ankle": (0.0, 0.13, 0.08),
    "heel": (-0.05, 0.13, 0.03), "foot_index": (0.16, 0.14, 0.02), "ear": (0.0, 0.08, 1.68),
    "eye": (0.09, 0.03, 1.72), "eye_inner": (0.09, 0.02, 1.72), "eye_outer": (0.08, 0.05, 1.72),
}  # fmt: skip


@dataclass(frozen=True)
class Case:
    """Everything a renderer takes."""

    path: Path
    info: Any
    series: PoseSeries
    analysis: dict[str, Any]


def make_series(frames: int = FRAMES, fps: float = FPS, size: tuple[int, int] = SIZE) -> PoseSeries:
    """A body that strides toward the plate and swings its right arm; seen from the third-base side."""
    time_s = np.arange(frames) / fps
    world = np.zeros((frames, COUNT, 3))
    for name, i in INDEX.items():
        side = -1.0 if "right" in name else 1.0
        part = name.replace("left_", "").replace("right_", "").replace("mouth", "eye_inner")
        part = {"eye_inner_left": "eye_inner", "eye_inner_right": "eye_inner", "nose": "eye"}.get(part, part)
        x, y, z = _BODY[part]
        world[:, i] = (x, y * side, z)
    phase = np.clip(time_s / time_s[-1], 0, 1)
    for part in ("knee", "ankle", "heel", "foot_index"):
        world[:, INDEX[f"left_{part}"], 0] += 1.1 * phase
        world[:, INDEX[f"right_{part}"], 0] -= 0.05 * phase
    for part, reach in (("elbow", 0.3), ("wrist", 0.6), ("index", 0.7)):
        world[:, INDEX[f"right_{part}"], 2] += reach * np.sin(np.pi * phase)
    world[:, :, 0] += 0.4 * phase[:, None]
    scale = 0.4 * size[1]
    px = np.stack([size[0] * 0.3 + world[..., 0] * scale * 0.6, size[1] * 0.92 - world[..., 2] * scale], -1)
    return PoseSeries(time_s, px, np.full((frames, COUNT), 0.9), world, np.ones(frames, bool))


def make_analysis(throws: str = "right") -> dict[str, Any]:
    """The document of docs/architecture.md, section 4 with one delivery."""
    norm = {"mean": 46.0, "sd": 9.0, "source": "OpenBiomechanics"}
    metrics = [
        {"name": "lead_knee_flexion", "event": "foot_contact", "value": 52.345, "unit": "deg", "error": 6.0,
         "confidence": "high", "norm": norm, "z": 0.705},
        {"name": "shoulder_external_rotation", "event": "max_external_rotation", "value": 171.0, "unit": "deg",
         "error": 20.0, "confidence": "low", "norm": norm, "z": 3.0},
        {"name": "stride_length", "event": "foot_contact", "value": None, "unit": "%height", "error": None,
         "confidence": "medium", "norm": None, "z": None},
    ]  # fmt: skip
    events = {
        name: {"time_s": t, "frame": round(t * FPS), "confidence": 0.9, "estimated": name.startswith("max")}
        for name, t in _EVENTS.items()
    }
    delivery = {
        "index": 0, "start_s": 0.1, "end_s": 1.4, "events": events, "metrics": metrics,
        "faults": [{"name": "flying_open", "title": "Opening early", "text": "Chest <turned> early."}],
        "strengths": [{"name": "firm_leg", "text": "Firm front leg."}], "similarity": {},
    }  # fmt: skip
    return {
        "schema": "shadow-trainer/analysis/1",
        "video": {"width": SIZE[0], "height": SIZE[1], "fps": FPS, "capture_fps": FPS},
        "athlete": {"throws": throws, "height_m": 1.85}, "view": {"name": "open-side", "source": "auto"},
        "model": {"size": "m"}, "deliveries": [delivery], "consistency": {},
        "warnings": [{"code": "low_rate", "message": "Filmed at 30 fps.", "fix": "Film at 240."}],
    }  # fmt: skip


def write_video(path: Path, size: tuple[int, int] = SIZE, frames: int = FRAMES, fps: float = FPS) -> Path:
    """A video of moving grass-green noise."""
    frame = np.random.default_rng(0).integers(60, 110, (size[1], size[0], 3)).astype(np.uint8)
    frame[..., 1] += 40
    with video.Writer(path, *size, fps) as writer:
        for k in range(frames):
            writer.write(np.roll(frame, k, axis=1))
    return path


@pytest.fixture(scope="session")
def case(tmp_path_factory: pytest.TempPathFactory) -> Case:
    """One video with its pose and analysis."""
    path = write_video(tmp_path_factory.mktemp("video") / "pitch.mp4")
    return Case(path, video.probe(path), make_series(), make_analysis())
