"""Where the engine was wrong, by what coaches corrected.

    python -m shadow_trainer labels export --out labels.jsonl
    python -m benchmarks.corrections labels.jsonl

By view, frame rate and joint: how far the network's place was from the coach's, in shares of the athlete's height in
the picture, and how often it was as sure as it was right. By event: how far it was moved. Corrections are made where
something looked wrong: they say where errors are, and not how frequent they are.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

# A torso is about 0.29 of the height (pose/motion/body.py); a landmark is right within a tenth of it.
RIGHT_WITHIN = 0.029
LEVELS = ((0.0, 0.5), (0.5, 0.8), (0.8, 0.95), (0.95, 1.01))

Label = Mapping[str, Any]


def main() -> int:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("labels", type=Path)
    options = parser.parse_args()
    labels = [json.loads(line) for line in options.labels.read_text(encoding="utf-8").splitlines() if line]
    for line in lines(labels):
        print(line)
    return 0


def lines(labels: Iterable[Label]) -> list[str]:
    """Everything that is printed."""
    labels = list(labels)
    off = [(label, miss(label)) for label in labels if miss(label) is not None]
    out = [f"{len(labels)} corrections of {len({one['analysis'] for one in labels})} analyses", ""]
    for title, key in (
        ("joint", lambda one: one["joint"].split("_")[1]),
        ("view", lambda one: one["view"]),
        ("frame rate", rate),
    ):
        out += table(f"joints by {title}: n, median and 90th percentile of the error, % of height", off, key)
    out.append("confidence of the network: n, mean confidence, share within a tenth of the torso")
    for low, high in LEVELS:
        inside = [
            (label["engine"]["confidence"], far)
            for label, far in off
            if low <= label["engine"]["confidence"] < high
        ]
        if inside:
            sure, far = np.array(inside).T
            out.append(
                f"  {low:.2f} to {min(high, 1):.2f}  {len(inside):4d}  {sure.mean():.2f}  {np.mean(far <= RIGHT_WITHIN):.2f}"
            )
    out += ["", "events: n, median shift in ms"]
    shifts: dict[str, list[float]] = defaultdict(list)
    for label in labels:
        if label["label"] == "event" and label["engine"]["at_s"] is not None:
            shifts[label["event"]].append(1000 * (label["at_s"] - label["engine"]["at_s"]))
    out += [
        f"  {name:24} {len(values):4d}  {np.median(values):+6.1f}" for name, values in sorted(shifts.items())
    ]
    people = sum(label["label"] == "person" for label in labels)
    return [*out, "", f"another person chosen: {people}"]


def miss(label: Label) -> float | None:
    """How far the network's place lies from the coach's, in heights; None where there is nothing to compare."""
    if label["label"] != "joint" or label["kind"] != "set" or not label["engine"] or not label["body_px"]:
        return None
    engine = label["engine"]
    return float(np.hypot(label["x_px"] - engine["x_px"], label["y_px"] - engine["y_px"]) / label["body_px"])


def rate(label: Label) -> str:
    """The frame rate, to the nearest usual one."""
    return f"{min((30, 60, 120, 240), key=lambda fps: abs(np.log(label['fps'] / fps)))} fps"


def table(title: str, off: list[tuple[Label, float | None]], key: Any) -> list[str]:
    """One table of errors."""
    groups: dict[str, list[float]] = defaultdict(list)
    for label, far in off:
        if far is not None:
            groups[key(label)].append(100 * far)
    rows = [
        f"  {name:12} {len(values):4d}  {np.median(values):5.1f} {np.percentile(values, 90):5.1f}"
        for name, values in sorted(groups.items())
    ]
    return [title, *rows, ""]


if __name__ == "__main__":
    sys.exit(main())
