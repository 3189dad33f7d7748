"""Fit how sure a fitted joint is, and print whether confidence and uncertainty in metres are honest.

    python -m benchmarks.fit_joint_confidence RAW_DIR TRUTH_DIR [--write]

RAW_DIR/NAME.npz are the pose network's raw tracks (RawTrack) of films with exact truth TRUTH_DIR/NAME.npz. Prints, for
clips left out of the fit: of the joints said to be so sure, how many lie within 10 % of the torso's length; and of
``world_sd_m``: how many joints err by less than one and two of it. ``--write`` stores the map.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
from scipy.optimize import minimize
from threadpoolctl import threadpool_limits

from shadow_trainer.body.skeleton import INDEX, JOINTS
from shadow_trainer.pose.confidence_calibration import KINDS
from shadow_trainer.pose.heatmap_refine import sigmoid
from shadow_trainer.pose.motion import joint_confidence, solve
from shadow_trainer.pose.raw_track import RawTrack

WITHIN, RIDGE, RATE_HZ = 0.1, 1e-3, 60.0
_K = [INDEX[name] for name in JOINTS]
KIND = np.arange(12) // 2

Clip = dict[str, np.ndarray]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("raw", type=Path)
    parser.add_argument("truth", type=Path)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    with threadpool_limits(1):
        clips = [compare(p, options.raw / p.name) for p in sorted(options.truth.glob("*.npz"))]
    said, right = [], []
    for left_out, clip in enumerate(clips):
        fitted = fit([c for i, c in enumerate(clips) if i != left_out])
        said.append(sigmoid(fitted[KIND, 0] + fitted[KIND, 1] * clip["logit"]).ravel())
        right.append(clip["right"].ravel())
    report(np.concatenate(said), np.concatenate(right))
    report_metres(clips)
    if options.write:
        weights = {k: np.round(w, 3).tolist() for k, w in zip(KINDS, fit(clips), strict=True)}
        note = "shift and slope in log odds, by kind of joint; see joint_confidence.py"
        joint_confidence.DATA.write_text(
            json.dumps({"note": note, "weights": weights}, indent=1) + "\n", encoding="utf-8"
        )


def compare(truth_path: Path, raw_path: Path) -> Clip:
    """What was said of one clip's joints and how it was: rows at about 60 Hz, 12 joints."""
    raw = RawTrack.load(raw_path)
    with np.load(truth_path) as file:
        size, names = file["size"], [str(n) for n in file["names"]]
        pick = [names.index(j) for j in JOINTS]
        px, cam, focal = file["px"][:, pick], file["cam_m"][:, pick].astype(float), float(file["K"][0, 0])
        spans = [(d["start_s"], d["end_s"]) for d in json.loads(str(file["deliveries"]))]
        fps, time_s = float(file["capture_fps"]), file["time_s"]
    series = solve(raw.with_(time_s=time_s), int(size[0]), int(size[1]))
    inside = np.any([(time_s >= a) & (time_s <= b) for a, b in spans], axis=0)
    rows = np.flatnonzero(inside & series.measured)[:: max(1, round(fps / RATE_HZ))]
    torso = np.linalg.norm(cam[:, :2].mean(1) - cam[:, 6:8].mean(1), axis=-1) * focal / cam[..., 2].mean(1)
    off = np.linalg.norm(series.landmarks_px[:, _K] - px, axis=-1) / torso[:, None]
    shift, slope = joint_confidence.weights()[KIND].T
    said = (
        joint_confidence.logit(series.confidence[rows][:, _K]) - shift
    ) / slope  # of the network's landmark
    rotations = series.extras["camera_R"][rows]
    fitted = np.einsum("tij,tkj->tki", rotations, series.world_m[rows][:, _K])
    metres = (fitted - fitted.mean(1, keepdims=True)) - (cam[rows] - cam[rows].mean(1, keepdims=True))
    return {
        "logit": said,
        "right": off[rows] < WITHIN,
        "ratio": np.linalg.norm(metres, axis=-1) / np.sqrt(3) / series.extras["world_sd_m"][rows][:, _K],
    }


def fit(clips: list[Clip]) -> np.ndarray:
    """(6, 2) shift and slope by kind of joint; more confidence never means less."""
    x, y = (np.concatenate([c[k] for c in clips]) for k in ("logit", "right"))
    out = []
    for kind in range(len(KINDS)):
        logit, right = x[:, kind == KIND].ravel(), y[:, kind == KIND].ravel()

        def loss(w: np.ndarray, logit: np.ndarray = logit, right: np.ndarray = right) -> float:
            z = w[0] + w[1] * logit
            return float((np.logaddexp(0, z) - right * z).mean() + RIDGE * ((w - [0, 1]) ** 2).sum())

        out.append(minimize(loss, [0.0, 1.0], bounds=[(None, None), (0.2, 2.0)], method="L-BFGS-B").x)
    return np.array(out)


def report(said: np.ndarray, right: np.ndarray) -> None:
    """Said against right, on clips left out of the fit."""
    print(f"said {said.mean():.2f}, right {right.mean():.2f}; by what was said -> right (share):")
    for low in np.arange(0, 1, 0.1):
        use = (said >= low) & (said < low + 0.1)
        if use.any():
            print(f"  {low:.1f}-{low + 0.1:.1f} -> {right[use].mean():.2f} ({use.mean():.3f})")
    about = (said > 0.85) & (said < 0.95)
    print(f"  about 0.9 ({said[about].mean():.2f}) -> {right[about].mean():.2f} ({about.mean():.3f})")


def report_metres(clips: list[Clip]) -> None:
    """Errors within the body, root mean square over the axes, in claimed SDs."""
    ratio = np.concatenate([c["ratio"] for c in clips])
    for kind, name in enumerate(KINDS):
        r = ratio[:, kind == KIND]
        print(
            f"{name:9s} within 1 SD {(r < 1).mean():.2f}, 2 SD {(r < 2).mean():.2f}, rms {np.sqrt((r**2).mean()):.2f}"
        )
    print(f"{'all':9s} within 1 SD {(ratio < 1).mean():.2f}, 2 SD {(ratio < 2).mean():.2f}")


if __name__ == "__main__":
    main()
