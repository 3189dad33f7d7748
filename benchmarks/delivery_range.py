"""Our generated deliveries beside those of real pitchers, quantity by quantity.

    python -m benchmarks.delivery_range [--stats FILE] [--count 600] [--held-out] [--all]

The file has mean and SD of 17 pitchers at eleven moments (aggregates computed from the OpenBiomechanics Project,
Driveline Baseball, CC BY-NC-SA 4.0); it is no part of the repository. A cell is covered when the generator's 1st and
99th percentiles lie outside mean -/+ 2 SD. Where the file is absent nothing is compared, and that is said loudly.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections import defaultdict
from pathlib import Path

import numpy as np

from shadow_trainer.body.skeleton import INDEX
from shadow_trainer.pitching import angles
from shadow_trainer.pitching.world import joint, mid_hip, mid_shoulder
from shadow_trainer.pose.motion.body import LANDMARK_OF_NODE
from training.lifter import deliveries, styles

STATS = Path(__file__).resolve().parent.parent.parent / "shared" / "delivery_stats.csv"
HEIGHT_M = 1.85
BEYOND_SD = 2.0
# The file's moments by the key frames' names.
MOMENTS = {
    "set": "set", "leg_lift": "leg_lift", "hand_sep": "hand_separation", "mid_stride": "mid_stride", "arm_up": "arm_up",
    "foot_contact": "foot_contact", "max_elbow_flex": "max_elbow", "MER": "max_external_rotation", "release": "release",
    "max_IR": "max_internal_rotation", "follow_through": "follow_through",
}  # fmt: skip
RENAMED = {
    "knee_lead": "lead_knee_flexion", "knee_rear": "rear_knee_flexion", "elbow_throwing": "elbow_flexion",
    "elbow_glove": "glove_elbow_flexion",
}  # fmt: skip
BONES = {
    "upper_arm_length_h": ("shoulder", "elbow"), "forearm_length_h": ("elbow", "wrist"), "thigh_length_h": ("hip", "knee"),
    "shank_length_h": ("knee", "ankle"),
}  # fmt: skip
PLACES = {
    "lead_ankle": "lead_ankle",
    "rear_ankle": "rear_ankle",
    "glove_wrist": "glove_wrist",
    "throwing_wrist": "throwing_wrist",
}
Cell = tuple[str, str]  # (moment or span or "", quantity)


def main() -> int:
    """Compare and print; 0 also where there was nothing to compare with."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--stats", type=Path, default=STATS)
    parser.add_argument("--count", type=int, default=600)
    parser.add_argument("--held-out", action="store_true", help="the styles that nothing is trained on")
    parser.add_argument("--all", action="store_true", help="print the covered cells too")
    options = parser.parse_args()
    if not options.stats.is_file():
        print(f"SKIPPED: {options.stats} is not here, so NOTHING WAS COMPARED.", file=sys.stderr)
        return 0
    ours = generated(options.count, held_out=options.held_out)
    report(real(options.stats), ours, everything=options.all)
    return 0


def real(path: Path) -> dict[Cell, tuple[float, float]]:
    """Mean and SD by cell; what is 0 by its definition is left out."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {
        (r["event"], r["quantity"]): (float(r["mean"]), float(r["sd"])) for r in rows if float(r["sd"]) > 0
    }


def generated(count: int, *, held_out: bool = False, seed: int = 0) -> dict[Cell, np.ndarray]:
    """Every quantity of ``count`` random right-handers by cell."""
    rng, values = np.random.default_rng(seed), defaultdict(list)
    for _ in range(count):
        style = styles.random_style(rng, held_out=held_out)
        one = deliveries.make(rng, throws="right", style=style, rate_hz=120.0)
        for cell, value in quantities(one).items():
            values[cell].append(value)
    return {cell: np.array(v) for cell, v in values.items()}


def quantities(one: deliveries.Delivery) -> dict[Cell, float]:
    """What the file has, of one delivery of a right-hander."""
    points = np.full((len(one.points), len(INDEX), 3), np.nan)
    points[:, LANDMARK_OF_NODE] = one.points
    at = {name: int(np.abs(one.time_s - when).argmin()) for name, when in one.events.items()}
    curves = over_time(points, origin=joint(points, "rear_ankle")[at["leg_lift"]])
    out: dict[Cell, float] = {
        (moment, name): float(curve[at[key]])
        for key, moment in MOMENTS.items()
        for name, curve in curves.items()
    }
    throw = slice(at["leg_lift"], at["release"] + 1)
    for name in ("shoulder_width_h", "thigh_length_h", "trunk_length_h", "upper_arm_length_h"):
        out["leg_lift_to_release", f"{name}_range"] = float(np.ptp(curves[name][throw]))
    for name, start, stop in (("foot_contact_to_release", "foot_contact", "release"), ("leg_lift_to_foot_contact", "leg_lift", "foot_contact"),
                              ("hand_separation_to_foot_contact", "hand_sep", "foot_contact"), ("layback_to_release", "MER", "release")):  # fmt: skip
        out["", f"time_{name}_s"] = one.events[stop] - one.events[start]
    speed = np.linalg.norm(np.gradient(joint(points, "throwing_wrist"), one.time_s, axis=0), axis=1)
    out["", "peak_wrist_speed_m_s"] = float(speed.max()) * HEIGHT_M
    return out


def over_time(points: np.ndarray, origin: np.ndarray) -> dict[str, np.ndarray]:
    """Every quantity as a curve (T,); lengths in body heights, places from ``origin``."""
    curves = angles.all_angles(points)
    out = {name: curve for name, curve in curves.items() if name not in ("pelvis_rotation", "trunk_rotation")}
    out |= {name: curves[known] for name, known in RENAMED.items()}
    for name in ("pelvis_rotation", "trunk_rotation"):
        out[name] = (curves[name] + 90.0) % 360.0 - 90.0
    hips = joint(points, "lead_hip") - joint(points, "rear_hip")
    shoulders = joint(points, "glove_shoulder") - joint(points, "throwing_shoulder")
    trunk = mid_shoulder(points) - mid_hip(points)
    sine = angles.dot(angles.unit(shoulders), angles.unit(trunk))
    out["shoulder_line_skew_deg"] = np.degrees(np.arcsin(sine))
    out["lead_hip_up_deg"], out["glove_shoulder_up_deg"] = (
        np.degrees(np.arcsin(angles.unit(v)[:, 2])) for v in (hips, shoulders)
    )
    out["shoulder_width_h"], out["trunk_length_h"] = (np.linalg.norm(v, axis=1) for v in (shoulders, trunk))
    wrists = joint(points, "glove_wrist") - joint(points, "throwing_wrist")
    out["hands_apart_h"] = np.linalg.norm(wrists, axis=1)
    for name, (a, b) in BONES.items():
        sides = ("throwing", "glove") if a in ("shoulder", "elbow") else ("rear", "lead")
        both = [np.linalg.norm(joint(points, f"{s}_{b}") - joint(points, f"{s}_{a}"), axis=1) for s in sides]
        out[name] = np.mean(both, axis=0)
    for name, place in {**{n: joint(points, n) for n in PLACES}, "pelvis": mid_hip(points)}.items():
        for axis, column in zip("xyz", (place - origin).T, strict=True):
            out[f"{name}_{axis}_h"] = column
    return out


def report(
    wanted: dict[Cell, tuple[float, float]], ours: dict[Cell, np.ndarray], *, everything: bool = False
) -> None:
    """One line for each cell that is not covered (or every one), then how many are."""
    covered = 0
    print(
        f"{'moment':22s} {'quantity':36s} {'real mean +/- SD':>20s} {'ours 1 %, 50 %, 99 %':>28s}  lacks, in SD"
    )
    for cell, (mean, sd) in wanted.items():
        low, middle, high = np.nanpercentile(ours[cell], (1, 50, 99))
        below, above = (low - (mean - BEYOND_SD * sd)) / sd, (mean + BEYOND_SD * sd - high) / sd
        lacks = " ".join(
            f"{side} {lack:.1f}" for side, lack in (("below", below), ("above", above)) if lack > 0
        )
        covered += not lacks
        if lacks or everything:
            print(
                f"{cell[0]:22s} {cell[1]:36s} {mean:10.3f} +/- {sd:6.3f} {low:9.3f} {middle:9.3f} {high:9.3f}  {lacks}"
            )
    print(f"{covered} of {len(wanted)} cells covered to mean +/- {BEYOND_SD:.0f} SD")


if __name__ == "__main__":
    sys.exit(main())
