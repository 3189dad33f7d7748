"""Truth joints of the shared clips, and the built-in reference's body as a delivery of any length and rate."""

from __future__ import annotations

import importlib.util
import json
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from shadow_trainer.body.series import PoseSeries
from shadow_trainer.body.skeleton import INDEX, JOINTS

from . import bodies

CLIPS = (
    "left_open_120",
    "left_q45_slow_240as30",
    "left_rear_60",
    "right_front_60",
    "right_open_60",
    "right_open_60_bystander",
    "right_open_60_two",
    "right_q45_120",
)


@dataclass(frozen=True)
class Truth:
    """One clip with exact truth; ``file_time_s`` is the video's own clock (slow motion is slow on it)."""

    name: str
    series: PoseSeries
    file_time_s: np.ndarray
    deliveries: list[dict[str, Any]]
    hand: str
    height_m: float
    fps: float
    capture_fps: float
    view: str


@pytest.fixture(params=CLIPS)
def truth(request: pytest.FixtureRequest, shared: Path) -> Truth:
    """Each clip in turn."""
    return load_truth(shared, request.param)


def load_truth(shared: Path, name: str) -> Truth:
    """The truth's twelve joints as a pose series."""
    with np.load(shared / "eval" / "dev" / f"{name}.npz") as file:
        names = [str(n) for n in file["names"]]
        t = len(file["time_s"])
        world, px = np.full((t, 33, 3), np.nan), np.full((t, 33, 2), np.nan)
        for column, joint in enumerate(names):
            if joint in JOINTS:
                world[:, INDEX[joint]] = file["world_m"][:, column]
                px[:, INDEX[joint]] = file["px"][:, column]
        time_s = file["time_s"].astype(float)
        return Truth(
            name=name,
            series=PoseSeries(time_s, px, np.ones((t, 33)), world, np.ones(t, dtype=bool)),
            file_time_s=file["file_time_s"].astype(float),
            deliveries=json.loads(str(file["deliveries"])),
            hand=str(file["hand"]),
            height_m=float(file["height_m"]),
            fps=float(file["fps"]),
            capture_fps=float(file["capture_fps"]),
            view=str(file["view"]),
        )


@pytest.fixture(scope="session")
def scorer(shared: Path) -> ModuleType:
    """The independent scorer of the shared clips."""
    spec = importlib.util.spec_from_file_location("shared_score", shared / "eval" / "score.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def pitch() -> PoseSeries:
    """One delivery of the reference's body at 240 fps with stillness before it."""
    return bodies.pitch()
