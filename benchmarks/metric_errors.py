"""Measure each metric's error by view and frame rate, and write the table that the product ships.

    python benchmarks/metric_errors.py TRUTH_DIR PREDICTIONS_DIR [PREDICTIONS_DIR ...] [--least N] [--out CSV]

TRUTH_DIR/NAME.npz are clips with exact truth; PREDICTIONS_DIR/NAME/pose.npz (or .../out/pose.npz) is our pose
of the same clip. A prediction goes through the whole analysis, with its own events; the truth's joints go
through the same formulas at the true events. The error of a cell is the value below which 68 % of the
absolute differences lie. Cells with fewer than N deliveries are not written: the product then says
"not measured". Missed deliveries and missing values are counted and printed, never left out silently.
"""

from __future__ import annotations

import argparse
import csv
import json
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from shadow_trainer import pitching
from shadow_trainer.pitching import errors, planar
from shadow_trainer.pitching.deliveries import find_deliveries
from shadow_trainer.pitching.metrics import Context, measure
from shadow_trainer.pitching.world import as_right_hander
from shadow_trainer.pose.series import PoseSeries
from shadow_trainer.pose.skeleton import INDEX

MATCH_S = 0.25
SHARE = 68.0
LEAST = 3
VIEWS = {"open": "open-side", "open-side": "open-side", "rear": "rear", "front": "front"}
Key = tuple[str, str]
Cell = tuple[str, str, str, int, str]


@dataclass(frozen=True)
class Clip:
    """What is known of one clip with truth."""

    name: str
    series: PoseSeries
    deliveries: list[dict]
    hand: str
    height_m: float
    capture_fps: float
    view: str


def load(path: Path) -> Clip:
    """The truth's joints as a pose series."""
    with np.load(path) as file:
        names = [str(name) for name in file["names"]]
        t = len(file["time_s"])
        world, px = np.full((t, 33, 3), np.nan), np.full((t, 33, 2), np.nan)
        for column, name in enumerate(names):
            if name in INDEX:
                world[:, INDEX[name]] = file["world_m"][:, column]
                px[:, INDEX[name]] = file["px"][:, column]
        series = PoseSeries(file["time_s"].astype(float), px, np.ones((t, 33)), world, np.ones(t, dtype=bool))
        return Clip(
            name=path.stem,
            series=series,
            deliveries=json.loads(str(file["deliveries"])),
            hand=str(file["hand"]),
            height_m=float(file["height_m"]),
            capture_fps=float(file["capture_fps"]),
            view=VIEWS.get(str(file["view"]), "other"),
        )


def true_values(clip: Clip) -> list[tuple[float, dict[Key, float]]]:
    """``(release, metrics)`` of each true delivery, at the true events."""
    windows = [(d["start_s"], d["end_s"]) for d in clip.deliveries]
    moved = {
        i: {name: float(event["time_s"]) for name, event in d["events"].items()}
        for i, d in enumerate(clip.deliveries)
    }
    found = pitching.analyse(
        clip.series,
        throws=clip.hand,
        height_m=clip.height_m,
        fps=clip.capture_fps,
        windows=windows,
        events=moved,
        reference=None,
    )["deliveries"]
    if len(found) != len(clip.deliveries):
        raise SystemExit(f"{clip.name}: {len(found)} of {len(clip.deliveries)} true deliveries were found")
    return [
        (
            float(d["events"]["release"]["time_s"]),
            {(m["name"], m["event"]): m["value"] for m in d["metrics"] if m["value"] is not None},
        )
        for d in found
    ]


def measured_values(pose: PoseSeries, clip: Clip) -> list[tuple[float, dict[str, dict[Key, float]]]]:
    """``(release, {"3d": metrics, "2d": metrics})`` of each delivery that we find in our own pose."""
    hand = pitching.analyse(pose, height_m=clip.height_m, reference=None)["athlete"]["throws"]
    points = as_right_hander(pose.world_m, hand)
    gap = planar.hand_gap(pose)
    out = []
    for item in find_deliveries(points, pose.time_s, clip.height_m, None, hand_gap_m=gap):
        context = Context(item.signals, item.events)
        deep = {(m.name, m.event): m.value for m in measure(context, clip.view) if m.value is not None}
        flat = planar.measure(pose, points, item.rows, context, hand)
        out.append((float(item.events["release"].time_s), {"3d": deep, "2d": flat}))
    return out


def differences(clip: Clip, pose: PoseSeries, into: dict[Cell, list[float]]) -> tuple[int, int]:
    """Add the absolute errors of one clip to their cells; ``(deliveries found, missed)``."""
    ours, missed = measured_values(pose, clip), 0
    rate = errors.rate_of(clip.capture_fps)
    for release, truth in true_values(clip):
        near = [values for when, values in ours if abs(when - release) <= MATCH_S]
        if not near:
            missed += 1
            continue
        for method, values in near[0].items():
            for key, true in truth.items():
                if key in values:
                    gap = abs(values[key] - true)
                    # Angles about the vertical may differ by a whole turn.
                    gap = abs((gap + 180.0) % 360.0 - 180.0) if "rotation" in key[0] and gap > 180 else gap
                    into[*key, clip.view, rate, method].append(float(gap))
    return len(clip.deliveries) - missed, missed


def pose_file(folder: Path, name: str) -> Path | None:
    """Where a prediction's pose is, or None."""
    return next(
        (p for p in (folder / name / "pose.npz", folder / name / "out" / "pose.npz") if p.is_file()), None
    )


def main() -> None:
    """Read the clips, measure, write the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("truth", type=Path)
    parser.add_argument("predictions", type=Path, nargs="+")
    parser.add_argument("--least", type=int, default=LEAST, help="deliveries that a cell needs")
    parser.add_argument("--out", type=Path, default=errors.DATA)
    options = parser.parse_args()
    cells: dict[Cell, list[float]] = defaultdict(list)
    for path in sorted(options.truth.glob("*.npz")):
        clip = load(path)
        for folder in options.predictions:
            pose = pose_file(folder, clip.name)
            if pose is None:
                print(f"{clip.name}: no pose in {folder}")
                continue
            found, missed = differences(clip, PoseSeries.load(pose), cells)
            print(f"{clip.name}: {clip.view}, {clip.capture_fps:.0f} fps, {found} found, {missed} missed")
    rows = [
        [*cell, f"{np.percentile(gaps, SHARE):.2f}", len(gaps)]
        for cell, gaps in sorted(cells.items())
        if len(gaps) >= options.least
    ]
    part = options.out.with_suffix(".part")
    with part.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["metric", "event", "view", "fps", "method", "error", "n"])
        writer.writerows(rows)
    part.replace(options.out)
    print(
        f"{len(rows)} cells of {len(cells)} have {options.least} deliveries or more; written to {options.out}"
    )


if __name__ == "__main__":
    main()
