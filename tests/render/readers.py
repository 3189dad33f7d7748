"""How each export is read back by a library that is not ours: the table that test_exports.py goes through."""

from __future__ import annotations

import csv
import json
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import bvhio
import ezc3d
import numpy as np
from trc import TRCData

from shadow_trainer.body.skeleton import INDEX
from shadow_trainer.render.exports import Source

CHECKLIST = """
The export {name!r} has no read-back. An export is finished when
  1. its module in render/exports/ says to what frame and units it converts,
  2. its line stands in EXPORTS, and its format in the table of frames (render/exports/__init__.py),
  3. READERS in tests/render/readers.py reads its file with another library (pinned in requirements-dev.txt),
  4. tests/render/test_exports.py has what is special about it: gaps, events, units, one pitch alone,
  5. BEGINNINGS in tests/browser/test_walk.py knows how a file of a new kind begins,
  6. the Downloads of docs/coach.md and templates/help.html name a new format.
docs/developer.md, "Add an export", says it step by step.
"""


@dataclass(frozen=True)
class Reader:
    """``read`` takes what ``expected`` computes from the source; they agree within ``tolerance``."""

    read: Callable[[Path], np.ndarray]
    expected: Callable[[Source], np.ndarray]
    tolerance: float


def knee_m(source: Source) -> np.ndarray:
    """(N, 3) meters of the left knee where the body is known, in our frame."""
    knee = source.series.world_m[:, INDEX["left_knee"]]
    return knee[np.isfinite(knee).all(axis=1)]


def hips_m(source: Source) -> np.ndarray:
    """(N, 3) meters of the middle between the hips where the body is known, in our frame."""
    hips = source.series.world_m[:, [INDEX["left_hip"], INDEX["right_hip"]]].mean(axis=1)
    return hips[np.isfinite(hips).all(axis=1)]


def metric_values(source: Source) -> np.ndarray:
    """Every metric's value, NaN for what is not known."""
    metrics = [metric for delivery in source.analysis["deliveries"] for metric in delivery["metrics"]]
    return np.array([metric["value"] for metric in metrics], float)


def pelvis_deg(source: Source) -> np.ndarray:
    """The first pitch's pelvis rotation."""
    return np.array(source.curves[0]["angles"]["pelvis_rotation"], float)


def _table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _column(name: str) -> Callable[[Path], np.ndarray]:
    return lambda path: np.array([float(row[name] or "nan") for row in _table(path)])


def _landmark_columns(path: Path) -> np.ndarray:
    knee = [[float(row[f"left_knee_{axis}_m"] or "nan") for axis in "xyz"] for row in _table(path)]
    return _known(np.array(knee))


def _json(path: Path) -> np.ndarray:
    pose = json.loads(path.read_text(encoding="utf-8"))["pose"]
    return _known(np.array(pose["world_m"], float)[:, pose["landmarks"].index("left_knee")])


def _npz(path: Path) -> np.ndarray:
    with np.load(path, allow_pickle=False) as file:
        return _known(file["world_m"][:, INDEX["left_knee"]])


def _trc(path: Path) -> np.ndarray:
    read = TRCData()
    read.load(str(path))
    return _from_y_up(np.array(read["left_knee"]) / 1000)


def _c3d(path: Path) -> np.ndarray:
    read = ezc3d.c3d(str(path))
    place = read["parameters"]["POINT"]["LABELS"]["value"].index("left_knee")
    return read["data"]["points"][:3, place].T / 1000


def _bvh(path: Path) -> np.ndarray:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        root = bvhio.readAsHierarchy(str(path))
    first, last = root.getKeyframeRange()
    hips = []
    for frame in range(first, last + 1):
        root.loadPose(frame)
        hips.append(tuple(root.filter("Hips")[0].PositionWorld))
    return _from_y_up(np.array(hips) / 100)


def _from_y_up(points: np.ndarray) -> np.ndarray:
    return np.stack([points[:, 0], -points[:, 2], points[:, 1]], axis=1)


def _known(points: np.ndarray) -> np.ndarray:
    return points[np.isfinite(points).all(axis=1)]


READERS: dict[str, Reader] = {
    "metrics": Reader(_column("value"), metric_values, 1e-3),
    "series": Reader(_column("pelvis_rotation_deg"), pelvis_deg, 1e-3),
    "landmarks": Reader(_landmark_columns, knee_m, 1e-4),
    "json": Reader(_json, knee_m, 1e-4),
    "npz": Reader(_npz, knee_m, 1e-5),
    "trc": Reader(_trc, knee_m, 1e-5),
    "c3d": Reader(_c3d, knee_m, 1e-5),
    # Its bones have one length each: the root alone stands exactly where it was measured.
    "bvh": Reader(_bvh, hips_m, 1e-4),
}
