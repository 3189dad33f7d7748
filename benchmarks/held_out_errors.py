"""Held-out deliveries through the engine: the error of every number, beside what predicts it.

    python -m benchmarks.held_out_errors FOLDER [--count 400] [--first 0] [--processes 1] [--ordinary]

Deliveries of styles that nothing is trained on (``training/lifter/styles.py``) are seen by cameras in every place, with
the networks' error patterns drawn anew for each (``training/lifter/observe.py``), at 30, 60 and 120 frames a second,
then solved and measured with nothing told to the program, and compared with the exact joints at the exact events.
Each FOLDER/SEED.npz is one delivery; what is there already is not made again. ``--ordinary`` makes the hand-keyed
delivery, little varied, in its place: no error is taken from those, but an offset must be theirs too. :mod:`.error_model` makes the errors
that the product prints from them.
"""

from __future__ import annotations

import argparse
import multiprocessing
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from shadow_trainer import pitching
from shadow_trainer.body.series import PoseSeries
from shadow_trainer.body.skeleton import COUNT, INDEX, JOINTS
from shadow_trainer.pitching import angles
from shadow_trainer.pitching.deliveries import find_deliveries
from shadow_trainer.pitching.metrics import ROWS, DeliveryContext, MetricKey, evidence, planar
from shadow_trainer.pitching.world import as_right_hander
from shadow_trainer.pose.motion import solve
from shadow_trainer.pose.motion.body import LANDMARK_OF_NODE, NODE
from shadow_trainer.pose.motion.camera import default_focal
from shadow_trainer.pose.raw_track import RawTrack
from shadow_trainer.vocabulary import Hand
from training.lifter import deliveries, styles
from training.lifter.observe import Observed, camera, observe

WIDTH, HEIGHT = 1280, 720
FINE_HZ, SAME_PITCH_S = 240.0, 0.25
RATES, RATE_SHARES = (30, 60, 120), (0.5, 0.35, 0.15)
AZIMUTH_DEG = {
    "open-side": 90.0,
    "rear": 180.0,
    "front": 0.0,
    "other": 45.0,
}  # for a right-hander, from +X toward -Y
VIEW_SHARES = (0.35, 0.3, 0.15, 0.2)
HEIGHT_GIVEN = 0.5  # of the coaches say how tall he is
METHODS = ("3d", "2d")
ORDINARY = "ordinary"


@dataclass(frozen=True)
class Clip:
    """One generated delivery and how it is filmed."""

    style: str
    made: deliveries.Delivery
    seen: Observed
    time_s: np.ndarray
    fps: int
    height_m: float
    height_given: bool


def main() -> int:
    """Make what is missing, one file each."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--count", type=int, default=400)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--ordinary", action="store_true")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    seeds = [
        (options.folder, seed, options.ordinary)
        for seed in range(options.first, options.first + options.count)
    ]
    with multiprocessing.Pool(options.processes) as pool:
        for done, line in enumerate(pool.imap_unordered(_one, seeds)):
            print(f"{done + 1:5d} {line}", flush=True)
    return 0


def _one(job: tuple[Path, int, bool]) -> str:
    folder, seed, ordinary = job
    path = folder / f"{ORDINARY if ordinary else 'held_out'}_{seed:05d}.npz"
    if path.is_file():
        return f"{seed}: there"
    with threadpool_limits(1):
        rows = measured(random_clip(seed, ordinary=ordinary))
    np.savez_compressed(path, **rows)
    return f"{seed}: {rows['style']} {rows['fps']} {rows['asked']} found {bool(rows['found'])}"


def random_clip(seed: int, *, ordinary: bool = False) -> Clip:
    """One delivery of a held-out style in turn, or an ordinary one, somehow filmed."""
    rng = np.random.default_rng(700_000 + seed)
    names = ["plain"] if ordinary else list(styles.HELD_OUT)
    style, hand = names[seed % len(names)], str(rng.choice(["right", "left"], p=[0.7, 0.3]))
    wild = 0.4 if ordinary else float(rng.choice([0.4, 0.8, 1.2]))
    made = deliveries.make(rng, style=style, wildness=wild, throws=hand, rate_hz=FINE_HZ, rigid=ordinary)
    fps = int(rng.choice(RATES, p=RATE_SHARES))
    step = int(FINE_HZ) // fps
    rows = np.arange(int(rng.integers(step)), len(made.time_s), step)
    film = replace(made, points=made.points[rows], planted=made.planted[rows], time_s=made.time_s[rows])
    given = camera(rng, film.points, _azimuth(rng, hand))
    tall = float(rng.uniform(1.6, 2.02))
    return Clip(
        ORDINARY if ordinary else style,
        made,
        observe(rng, film, given),
        film.time_s,
        fps,
        tall,
        rng.random() < HEIGHT_GIVEN,
    )


def _azimuth(rng: np.random.Generator, hand: str) -> float:
    """From where the camera looks, radians about the vertical from the plate."""
    view = str(rng.choice(list(AZIMUTH_DEG), p=VIEW_SHARES))
    degrees = AZIMUTH_DEG[view] if view != "other" else float(rng.choice([45.0, 135.0]))
    side = -1.0 if hand == "right" else 1.0
    around = 12.0 if view != "other" else 10.0
    other_side = rng.choice([1.0, -1.0], p=[0.85, 0.15]) if view == "other" else 1.0
    return float(np.radians(side * other_side * degrees + rng.normal(0, around)))


def raw_track(clip: Clip) -> RawTrack:
    """What the network would have said of it."""
    t = len(clip.time_s)
    px, world = np.full((t, COUNT, 2), np.nan), np.full((t, COUNT, 3), np.nan)
    confidence = np.zeros((t, COUNT))
    px[:, LANDMARK_OF_NODE] = clip.seen.rays * default_focal(WIDTH, HEIGHT) + np.array(
        [WIDTH / 2, HEIGHT / 2]
    )
    world[:, LANDMARK_OF_NODE] = clip.seen.shape * clip.height_m
    confidence[:, LANDMARK_OF_NODE] = clip.seen.confidence
    for side in ("left", "right"):  # fingers beside the index, the face beside the nose
        for name in ("pinky", "thumb"):
            for array in (px, world, confidence):
                array[:, INDEX[f"{side}_{name}"]] = array[:, INDEX[f"{side}_index"]]
    for name in ("eye_inner", "eye", "eye_outer"):
        for side in ("left", "right"):
            for array in (px, world, confidence):
                array[:, INDEX[f"{side}_{name}"]] = array[:, INDEX["nose"]]
    for name in ("mouth_left", "mouth_right"):
        for array in (px, world, confidence):
            array[:, INDEX[name]] = array[:, INDEX["nose"]]
    return RawTrack.empty(clip.time_s).with_(
        landmarks_px=px, world_m=world, confidence=confidence, pose_flag=np.ones(t), measured=np.ones(t, bool),
        window_id=np.zeros(t, np.int32),
    )  # fmt: skip


def truth(clip: Clip) -> dict[str, Any] | None:
    """The delivery's own entry of an analysis of its exact joints at its exact events."""
    points = np.full((len(clip.made.points), COUNT, 3), np.nan)
    points[:, LANDMARK_OF_NODE] = clip.made.points * clip.height_m
    for name in ("pinky", "thumb"):
        for side in ("left", "right"):
            points[:, INDEX[f"{side}_{name}"]] = points[:, INDEX[f"{side}_index"]]
    hand, time_s = Hand(clip.made.throws), clip.made.time_s
    t = len(time_s)
    series = PoseSeries(time_s, np.full((t, COUNT, 2), np.nan), np.ones((t, COUNT)), points, np.ones(t, bool))
    right = as_right_hander(points, hand)
    deliveries = find_deliveries(right, time_s, clip.height_m)
    release = clip.made.events["release"]
    near = [
        i for i, item in enumerate(deliveries) if abs(item.events["release"].time_s - release) < SAME_PITCH_S
    ]
    if not near:
        return None
    result = pitching.analyse(
        series,
        throws=hand,
        height_m=clip.height_m,
        reference=None,
        events={near[0]: true_events(clip, right)},
    )
    return dict(result["deliveries"][near[0]])


def true_events(clip: Clip, right: np.ndarray) -> dict[str, float]:
    """Contact and release as they were keyed; what is an extreme of the joints themselves, where it is that."""
    keyed, time_s = clip.made.events, clip.made.time_s
    turned = angles.all_angles(right)["shoulder_external_rotation"]
    knee = right[:, INDEX["left_knee"], 2] - right[:, INDEX["right_ankle"], 2]
    release = keyed["release"]

    def extreme(values: np.ndarray, start: float, stop: float, pick: Callable[[np.ndarray], int]) -> float:
        inside = np.flatnonzero((time_s >= start) & (time_s <= stop) & np.isfinite(values))
        return float(time_s[inside[pick(values[inside])]])

    leg_lift = extreme(knee, keyed["leg_lift"] - 0.3, keyed["leg_lift"] + 0.2, lambda v: int(v.argmax()))
    laid_back = extreme(turned, release - 0.07, release - 0.008, lambda v: int(v.argmax()))
    return {
        "first_movement": min(keyed["set"], leg_lift - 0.1),
        "leg_lift": leg_lift,
        "foot_contact": keyed["foot_contact"],
        "max_external_rotation": laid_back,
        "release": release,
    }


def measured(clip: Clip) -> dict[str, Any]:
    """One row of arrays by metric (of ``ROWS``) and method: what was read, what is true; and what may predict it."""
    series = solve(raw_track(clip), WIDTH, HEIGHT, height_m=clip.height_m if clip.height_given else None)
    analysis = pitching.analyse(series, height_m=clip.height_m if clip.height_given else None, reference=None)
    wanted, hand = truth(clip), analysis["athlete"]["throws"]
    out: dict[str, Any] = {
        "style": clip.style, "fps": clip.fps, "hand_right": hand == clip.made.throws, "asked": clip.made.throws,
        "view": str(analysis["view"]["name"]), "found": False, **joint_errors(clip, series),
    }  # fmt: skip
    near = [] if wanted is None else [
        d for d in analysis["deliveries"] if abs(d["events"]["release"]["time_s"] - wanted["events"]["release"]["time_s"]) < SAME_PITCH_S
    ]  # fmt: skip
    if not near or hand != clip.made.throws:
        return out
    flat = flat_values(series, Hand(hand), near[0]["index"])
    true = {(m["name"], m["event"]): m["value"] for m in wanted["metrics"]}
    read = {(m["name"], m["event"]): m for m in near[0]["metrics"]}
    blank = np.full((len(ROWS), 2), np.nan)
    out |= {"found": True, "read": blank, "true": np.full(len(ROWS), np.nan), "level": np.array([str(read[r.key]["confidence"]) for r in ROWS]),
            "printed": np.array([read[r.key]["error"] or np.nan for r in ROWS], float), "method": np.array([read[r.key]["method"] for r in ROWS])}  # fmt: skip
    for row, place in zip(ROWS, range(len(ROWS)), strict=True):
        blank[place] = [_number(read[row.key]["value_3d"]), _number(flat.get(row.key))]
        out["true"][place] = _number(true[row.key])
    for name, moment in near[0]["events"].items():
        out[f"event_{name}"] = np.array(
            [moment["time_s"] - wanted["events"][name]["time_s"], moment["confidence"], moment["estimated"]]
        )
    out["evidence"] = evidence.told(series, near[0]["events"], Hand(hand))
    return out


def _number(value: float | None) -> float:
    return np.nan if value is None else float(value)


def flat_values(series: PoseSeries, hand: Hand, index: int) -> dict[MetricKey, float]:
    """What the picture's plane tells of one delivery."""
    points = as_right_hander(series.world_m, hand)
    height_m = pitching.world.standing_height(points)
    item = find_deliveries(points, series.time_s, height_m, seen=planar.seen_in_frame(series, hand))[index]
    return planar.measure(series, points, item.rows, DeliveryContext(item.signals, item.events), hand)


def joint_errors(clip: Clip, series: PoseSeries) -> dict[str, np.ndarray]:
    """Shares of the joints within a tenth and a fifth of the torso in the picture, and meters in space, by joint."""
    at = [int(np.abs(clip.made.time_s - t).argmin()) for t in clip.time_s]
    joints = [NODE[name] for name in JOINTS]
    true = clip.made.points[at][:, joints]
    true = (true - true[:, 6:8].mean(1, keepdims=True)) * clip.height_m
    got = series.world_m[:, [INDEX[name] for name in JOINTS]]
    got = got - got[:, 6:8].mean(1, keepdims=True)
    return {"joint_m": np.nanmean(np.linalg.norm(aligned(got, true) - true, axis=-1), axis=0)}


def aligned(got: np.ndarray, true: np.ndarray) -> np.ndarray:
    """``got`` (T, N, 3) turned once about the vertical onto ``true``: nobody told the program where the plate is."""
    known = np.isfinite(got).all(-1)
    a, b = got[known][:, :2], true[known][:, :2]
    angle = np.arctan2((a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]).sum(), (a * b).sum())
    c, s = np.cos(angle), np.sin(angle)
    return got @ np.array([[c, s, 0.0], [-s, c, 0.0], [0.0, 0.0, 1.0]])


if __name__ == "__main__":
    sys.exit(main())
