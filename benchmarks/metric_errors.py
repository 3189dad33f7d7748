"""Whether the printed errors hold on filmed clips with exact truth.

    python -m benchmarks.metric_errors RAW_DIR TRUTH_DIR

RAW_DIR/NAME.npz are the pose network's raw tracks (RawTrack) of films with exact truth TRUTH_DIR/NAME.npz.
Each track is solved and measured at its own rate and at every lower rate (every second, fourth, eighth frame), events
found by ourselves, and compared with the truth's own joints at the truth's events. The errors themselves are made by
:mod:`.error_model`; nothing is written here.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_limits

from benchmarks.error_model import Told, holds, show, show_metrics
from shadow_trainer import pitching
from shadow_trainer.body.series import PoseSeries
from shadow_trainer.body.skeleton import INDEX
from shadow_trainer.pitching.deliveries import find_deliveries
from shadow_trainer.pitching.metrics import ROWS, MetricKey
from shadow_trainer.pitching.metrics.uncertainty import rate_of
from shadow_trainer.pitching.world import as_right_hander
from shadow_trainer.pose.motion import solve
from shadow_trainer.pose.raw_track import RawTrack
from shadow_trainer.vocabulary import Confidence

VIEWS = {"open": "open-side", "rear": "rear", "front": "front", "q45": "other"}
SLOWEST_FPS, SAME_PITCH_S = 29.0, 0.25
PLACE = {row.key: place for place, row in enumerate(ROWS)}


def main() -> None:
    """Measure every clip at every rate and print how often the errors held."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("raw", type=Path)
    parser.add_argument("truth", type=Path)
    options = parser.parse_args()
    told: list[Told] = []
    for path in sorted(options.raw.glob("*.npz")):
        clip = load_truth(options.truth / path.name)
        raw = RawTrack.load(path)
        step = 1
        while clip["fps"] / step >= SLOWEST_FPS:
            # Small matrices: two BLAS threads on a busy machine take many times longer than one.
            with threadpool_limits(1):
                told += measure(raw, clip, step)
            step *= 2
        print(f"{path.stem:28s} {len(told)} numbers", flush=True)
    show(holds(told))
    show_metrics(told)


def load_truth(path: Path) -> dict:
    """The truth's joints as a series, its facts, and its metrics by our formulas at its own events."""
    with np.load(path) as file:
        names, t = [str(n) for n in file["names"]], len(file["time_s"])
        world, px = np.full((t, 33, 3), np.nan), np.full((t, 33, 2), np.nan)
        for column, name in enumerate(names):
            world[:, INDEX[name]], px[:, INDEX[name]] = file["world_m"][:, column], file["px"][:, column]
        series = PoseSeries(file["time_s"].astype(float), px, np.ones((t, 33)), world, np.ones(t, bool))
        clip = {
            "name": path.stem,
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


def measure(raw: RawTrack, clip: dict, step: int) -> Iterator[Told]:
    """The numbers of one clip at one rate against the truth."""
    series = solve(thinned(raw, step), *clip["size"])
    analysis = pitching.analyse(series, height_m=clip["height_m"], reference=None)
    seen = {
        "view": analysis["view"]["name"],
        "fps": rate_of(clip["fps"] / step),
        "style": clip["name"],
    }
    for true in clip["deliveries"]:
        release = true["events"]["release"]["time_s"]
        near = [
            d
            for d in analysis["deliveries"]
            if abs(d["events"]["release"]["time_s"] - release) < SAME_PITCH_S
        ]
        wanted = by_key(true)
        for key, metric in by_key(near[0]).items() if near else ():
            if metric["value"] is None or metric["error"] is None or wanted[key]["value"] is None:
                continue
            apart = metric["value"] - wanted[key]["value"]
            apart = (apart + 180) % 360 - 180 if metric["unit"] == "deg" else apart
            error, level = float(metric["error"]), Confidence(metric["confidence"])
            yield Told(PLACE[key], abs(apart) / error, error, float(apart), level, seen)


def by_key(delivery: dict) -> dict[MetricKey, dict]:
    """Metrics of a delivery by name and event."""
    return {(m["name"], m["event"]): m for m in delivery["metrics"]}


def thinned(raw: RawTrack, step: int) -> RawTrack:
    """Every ``step``-th frame of a track."""
    if step == 1:
        return raw
    rows = len(raw.time_s)
    fields = {name: getattr(raw, name) for name in raw.__dataclass_fields__}
    return replace(
        raw, **{n: v[::step] for n, v in fields.items() if isinstance(v, np.ndarray) and len(v) == rows}
    )


if __name__ == "__main__":
    main()
