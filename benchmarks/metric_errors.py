"""Measure each metric's error by view and frame rate, and write the table that the product ships.

    python benchmarks/metric_errors.py RAW_DIR TRUTH_DIR [--out shadow_trainer/pitching/data/metric_errors.csv]

RAW_DIR/NAME.npz are the pose network's raw tracks (RawTrack) of films with exact truth TRUTH_DIR/NAME.npz.
Each track is solved and measured at its own rate and at every lower rate of the table (every second, fourth,
eighth frame), events found by ourselves, and compared with the truth's own joints at the truth's events.

A cell is written when at least LEAST deliveries were measured in it; rear and front are one group. Its error
is the root mean square, drawn a little up toward that of all views at the same rate where this cell looks better,
because the cells are small; never down: no cell claims less than was seen in it.
"""

from __future__ import annotations

import argparse
import csv
import json
from collections import defaultdict
from dataclasses import replace
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_limits

from shadow_trainer import pitching
from shadow_trainer.body.series import PoseSeries
from shadow_trainer.body.skeleton import INDEX
from shadow_trainer.pitching.deliveries import find_deliveries
from shadow_trainer.pitching.metrics import ROWS, DeliveryContext, MetricKey, planar
from shadow_trainer.pitching.metrics.uncertainty import DATA, rate_of
from shadow_trainer.pitching.world import as_right_hander
from shadow_trainer.pose.motion import solve
from shadow_trainer.pose.raw_track import RawTrack
from shadow_trainer.vocabulary import Event

VIEWS = {"open": "open-side", "rear": "rear", "front": "front", "q45": "other"}
GROUPS = {"open-side": ("open-side",), "rear": ("rear", "front"), "other": ("other",)}
# Taking every fourth picture of the reference's own motion moves an angle by up to this; no film is read better.
LEAST_DEG = 2.1
# Degrees per second at these moments (docs/method.md, section 1.3): few pitches may be lucky in when they were read.
TURNING_DEG_S = {
    ("elbow_flexion", Event.RELEASE): 2400.0, ("trunk_rotation", Event.MAX_EXTERNAL_ROTATION): 1050.0,
    ("pelvis_rotation", Event.FOOT_CONTACT): 500.0,
}  # fmt: skip
UNIT = {row.key: row.unit for row in ROWS}
SLOWEST_FPS, LEAST, SHRINK, SAME_PITCH_S = 29.0, 2, 2.0, 0.25

Errors = dict[
    tuple[str, Event | None, int, str, str], list[float]
]  # (metric, event, rate, view, method) -> errors


def main() -> None:
    """Measure every clip at every rate and write the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("raw", type=Path)
    parser.add_argument("truth", type=Path)
    parser.add_argument("--out", type=Path, default=DATA)
    options = parser.parse_args()
    errors: Errors = defaultdict(list)
    for path in sorted(options.raw.glob("*.npz")):
        clip = load_truth(options.truth / path.name)
        raw = RawTrack.load(path)
        step = 1
        while clip["fps"] / step >= SLOWEST_FPS:
            # Small matrices: two BLAS threads on a busy machine take many times longer than one.
            with threadpool_limits(1):
                matched = measure(raw, clip, step, errors)
            print(f"{path.stem:28s} {clip['fps'] / step:5.0f} fps  {matched} deliveries", flush=True)
            step *= 2
    write(errors, options.out)


def load_truth(path: Path) -> dict:
    """The truth's joints as a series, its facts, and its metrics by our formulas at its own events."""
    with np.load(path) as file:
        names, t = [str(n) for n in file["names"]], len(file["time_s"])
        world, px = np.full((t, 33, 3), np.nan), np.full((t, 33, 2), np.nan)
        for column, name in enumerate(names):
            world[:, INDEX[name]], px[:, INDEX[name]] = file["world_m"][:, column], file["px"][:, column]
        series = PoseSeries(file["time_s"].astype(float), px, np.ones((t, 33)), world, np.ones(t, bool))
        clip = {
            "fps": float(file["capture_fps"]),
            "view": VIEWS[str(file["view"])],
            "hand": str(file["hand"]),
            "height_m": float(file["height_m"]),
            "size": tuple(int(n) for n in file["size"]),
            "time_s": file["time_s"].astype(float),
        }
        true = json.loads(str(file["deliveries"]))
    points = as_right_hander(series.world_m, clip["hand"])
    deliveries = find_deliveries(points, series.time_s, clip["height_m"])
    moved = {
        index: {name: event["time_s"] for name, event in match["events"].items()}
        for index, item in enumerate(deliveries)
        for match in true
        if abs(item.events["release"].time_s - match["events"]["release"]["time_s"]) < SAME_PITCH_S
    }
    result = pitching.analyse(
        series, throws=clip["hand"], height_m=clip["height_m"], view=clip["view"], events=moved
    )
    return {**clip, "deliveries": result["deliveries"]}


def measure(raw: RawTrack, clip: dict, step: int, errors: Errors) -> int:
    """Errors of one clip at one rate, by both methods; returns how many of its deliveries were found."""
    series = solve(thinned(raw, step), *clip["size"])
    analysis = pitching.analyse(series, height_m=clip["height_m"], view=clip["view"], reference=None)
    flat = flat_values(series, clip)
    matched = 0
    for true in clip["deliveries"]:
        release = true["events"]["release"]["time_s"]
        near = [
            d
            for d in analysis["deliveries"]
            if abs(d["events"]["release"]["time_s"] - release) < SAME_PITCH_S
        ]
        if not near:
            continue
        matched += 1
        wanted = {(m["name"], m["event"]): m for m in true["metrics"]}
        got = {(key, "3d"): m["value_3d"] for key, m in by_key(near[0]).items()}
        got.update({(key, "2d"): value for key, value in flat.get(near[0]["index"], {}).items()})
        for (key, method), value in got.items():
            if value is not None and wanted[key]["value"] is not None:
                apart = value - wanted[key]["value"]
                apart = (apart + 180) % 360 - 180 if wanted[key]["unit"] == "deg" else apart
                errors[*key, rate_of(clip["fps"] / step), clip["view"], method].append(float(apart))
    return matched


def by_key(delivery: dict) -> dict[MetricKey, dict]:
    """Metrics of a delivery by name and event."""
    return {(m["name"], m["event"]): m for m in delivery["metrics"]}


def flat_values(series: PoseSeries, clip: dict) -> dict[int, dict[MetricKey, float]]:
    """Delivery index -> what the picture's plane tells."""
    hand = clip["hand"]
    points = as_right_hander(series.world_m, hand)
    deliveries = find_deliveries(
        points,
        series.time_s,
        clip["height_m"],
        hand_gap_m=planar.hand_gap(series),
        lead_ankle_m=planar.lead_ankle(series, hand),
    )
    return {
        index: planar.measure(series, points, item.rows, DeliveryContext(item.signals, item.events), hand)
        for index, item in enumerate(deliveries)
    }


def thinned(raw: RawTrack, step: int) -> RawTrack:
    """Every ``step``-th frame of a track."""
    if step == 1:
        return raw
    rows = len(raw.time_s)
    fields = {name: getattr(raw, name) for name in raw.__dataclass_fields__}
    return replace(
        raw, **{n: v[::step] for n, v in fields.items() if isinstance(v, np.ndarray) and len(v) == rows}
    )


def write(errors: Errors, out: Path) -> None:
    """The table: one row per metric, event, view, rate and method with enough deliveries."""
    pooled: dict[tuple, list[float]] = defaultdict(list)
    for (metric, event, rate, _, method), values in errors.items():
        pooled[metric, event, rate, method] += values
    rows = []
    for metric, event, rate, method in sorted(pooled, key=lambda cell: (cell[0], cell[1] or "", *cell[2:])):
        everywhere = mean_square(pooled[metric, event, rate, method])
        for views in GROUPS.values():
            values = [e for view in views for e in errors.get((metric, event, rate, view, method), [])]
            if len(values) < LEAST:
                continue
            n = len(values)
            own = mean_square(values)
            error = np.sqrt(max(own, (n * own + SHRINK * everywhere) / (n + SHRINK)))
            error = max(error, least(metric, event, rate))
            bias = float(np.median(values))
            rows += [
                (
                    metric,
                    event or "",
                    view,
                    rate,
                    method,
                    f"{error:.2f}",
                    f"{bias:.2f}",
                    n,
                    "rendered clips with exact truth",
                )
                for view in views
            ]
    with out.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("metric", "event", "view", "fps", "method", "error", "bias", "n", "source"))
        writer.writerows(rows)
    print(f"{len(rows)} cells in {out}")


def least(metric: str, event: Event | None, rate: int) -> float:
    """The least error that may be claimed: nothing is timed better than evenly within half a frame."""
    moment_s = 0.5 / rate / np.sqrt(3)
    if UNIT[metric, event] == "ms":  # from one moment to another
        return 1000.0 * moment_s * np.sqrt(2)
    return max(
        TURNING_DEG_S.get((metric, event), 0.0) * moment_s, LEAST_DEG if UNIT[metric, event] == "deg" else 0.0
    )


def mean_square(values: list[float]) -> float:
    """Mean of squares."""
    return float(np.mean(np.square(values)))


if __name__ == "__main__":
    main()
