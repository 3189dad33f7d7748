"""Fit the confidence map of the landmark networks to clips with exact truth.

    python -m benchmarks.fit_confidence TRUTH_DIR [--frames 30]

TRUTH_DIR holds NAME.mp4 with NAME.npz (time_s, names, px, deliveries). Every sampled frame is measured
as it is and degraded (small, blurred, dark, half hidden, badly framed), so that low confidence is learned
too. A landmark counts as right when it lies within 10 % of the torso's length of the joint, after the
constant offset between the two (the networks' landmarks are not joint centres) is taken away. Prints how
well the map holds on clips it was not fitted to; writes ``shadow_trainer/pose/data/confidence.json``.
"""

from __future__ import annotations

import argparse
import json
from functools import partial
from pathlib import Path

import cv2
import numpy as np
from scipy.optimize import minimize

from shadow_trainer.body.skeleton import INDEX, JOINTS
from shadow_trainer.pose import confidence_calibration as conf
from shadow_trainer.pose import roi
from shadow_trainer.pose.engine import CROP_PX, Engine
from shadow_trainer.pose.landmarks import RoughPath
from shadow_trainer.pose.tracking.scan import scan
from shadow_trainer.video import frames, probe

NETWORKS = {"xs": "lite", "s": "full", "m": "heavy"}
_K = [INDEX[name] for name in JOINTS]
WITHIN = 0.1
RIDGE = 1e-3


def degrade(crop: np.ndarray, how: str, rng: np.random.Generator) -> np.ndarray:
    """One crop (256, 256, 3), made worse."""
    if how == "small":
        return cv2.resize(cv2.resize(crop, (56, 56), interpolation=cv2.INTER_AREA), (256, 256))
    if how == "blurred":
        kernel = np.zeros((15, 15), np.float32)
        cv2.line(kernel, (0, 7 - int(rng.integers(-7, 8))), (14, 7 + int(rng.integers(-7, 8))), 1)
        return cv2.filter2D(crop, -1, kernel / kernel.sum())
    if how == "dark":
        return np.clip(crop * 0.2 + rng.normal(0, 8, crop.shape), 0, 255).astype(np.uint8)
    if how == "hidden":
        out = crop.copy()
        x, y = rng.integers(60, 160, 2)
        out[y : y + 70, x : x + 55] = rng.integers(0, 255, 3)
        return out
    return crop


def samples(engine: Engine, path: Path, count: int, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Peaks, visibility and rightness, each (n, 12), of one clip."""
    truth = np.load(path.with_suffix(".npz"), allow_pickle=False)
    info = probe(path, capture_fps=float(truth["capture_fps"]))
    factory = partial(frames, path, info)
    scanned = scan(engine, factory, info)
    inside = np.zeros(len(truth["time_s"]), bool)
    for delivery in json.loads(str(truth["deliveries"])):
        inside |= (truth["time_s"] >= delivery["start_s"]) & (truth["time_s"] <= delivery["end_s"])
    rows = np.flatnonzero(inside)
    wanted = set(rows[:: max(1, len(rows) // count)].tolist())
    names = [str(n) for n in truth["names"]]
    joints = truth["px"][:, [names.index(j) for j in JOINTS]].astype(float)
    path_of = RoughPath(scanned.person(), (0.0, info.duration_s))
    out: dict[str, list[np.ndarray]] = {"peak": [], "visibility": [], "error": [], "how": []}
    for frame in factory():
        if frame.index not in wanted:
            continue
        for number, how in enumerate(("plain", "plain", "small", "blurred", "dark", "hidden", "framed")):
            region = path_of.at(np.array([frame.time_s]))[0]
            if how == "framed":
                region = region + np.array([*rng.normal(0, 0.06, 2) * region[2], 0, rng.normal(0, 0.2)])
                region[2] *= np.exp(rng.normal(0, 0.15))
            crop = degrade(roi.crop(frame.image, region, CROP_PX), how, rng)
            seen = engine.landmarks(crop[None])
            points = roi.to_frame(seen.points[:, :33, :2], region[None], CROP_PX)[0]
            out["error"].append(_errors(points[_K], joints[frame.index]))
            out["peak"].append(seen.peak[0, _K])
            out["visibility"].append(seen.visibility[0, _K])
            out["how"].append(np.full(12, number))
    return {key: np.array(value) for key, value in out.items()}


def _errors(points: np.ndarray, joints: np.ndarray) -> np.ndarray:
    """(12, 2) error in torso lengths after the limbs' constant offsets (see ``samples``)."""
    up = joints[:2].mean(0) - joints[6:8].mean(0)
    points = points.copy()
    points[:2] -= 0.055 * up
    points[2:4] += 0.17 * (points[2:4] - points[:2])
    return (points - joints) / np.linalg.norm(up)


def fit(features: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Logistic regression with a small ridge; features (n, f), right (n,) bool -> weights (f,)."""

    def loss(w: np.ndarray) -> tuple[float, np.ndarray]:
        z = features @ w
        value = (np.logaddexp(0, z) - right * z).mean() + RIDGE * (w[1:] ** 2).sum()
        slope = features.T @ (conf.sigmoid(z) - right) / len(right)
        return value, slope + 2 * RIDGE * np.concatenate([[0], w[1:]])

    # More peak and more visibility never mean less confidence.
    bounds = [(None, None), (0, None), (0, None), (0, None)]
    return minimize(loss, np.zeros(features.shape[1]), jac=True, bounds=bounds, method="L-BFGS-B").x


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("truth", type=Path)
    parser.add_argument("--frames", type=int, default=30, help="sampled frames in each clip")
    arguments = parser.parse_args()
    stored: dict[str, dict[str, list[float]]] = {}
    for size, network in NETWORKS.items():
        engine, rng = Engine(size, device="cpu"), np.random.default_rng(0)
        clips = []
        for path in sorted(arguments.truth.glob("*.mp4")):
            clip = samples(engine, path, arguments.frames, rng)
            # Hips lie elsewhere by an offset that the view decides: only its spread counts here.
            clip["error"][:, 6:8] -= np.median(clip["error"][clip["how"][:, 0] == 0][:, 6:8], 0)
            clip["right"] = np.linalg.norm(clip["error"], axis=-1) < WITHIN
            clips.append(clip)
        stored[network] = fit_network(network, clips)
    conf.DATA.parent.mkdir(exist_ok=True)
    note = "weights of one, peak, min(peak - 2, 0), visibility logit; see confidence.py"
    conf.DATA.write_text(json.dumps({"note": note, "weights": stored}, indent=1) + "\n", encoding="utf-8")


def fit_network(network: str, clips: list[dict[str, np.ndarray]]) -> dict[str, list[float]]:
    """Weights for each kind of joint; prints the reliability on clips left out of the fit."""
    said, right = [], []
    for left_out in range(len(clips)):
        weights = _fit_kinds([c for i, c in enumerate(clips) if i != left_out])
        clip = clips[left_out]
        kinds = np.arange(12) // 2
        x = conf.features(clip["peak"], clip["visibility"])
        said.append(conf.sigmoid((x * weights[kinds]).sum(-1)).ravel())
        right.append(clip["right"].ravel())
    probability, truth = np.concatenate(said), np.concatenate(right)
    print(f"{network}: {truth.mean():.3f} right; on clips left out, said -> right (share):")
    for low in np.arange(0, 1, 0.1):
        use = (probability >= low) & (probability < low + 0.1)
        if use.any():
            print(f"  {low:.1f}-{low + 0.1:.1f} -> {truth[use].mean():.2f} ({use.mean():.3f})")
    return {kind: np.round(w, 4).tolist() for kind, w in zip(conf.KINDS, _fit_kinds(clips), strict=True)}


def _fit_kinds(clips: list[dict[str, np.ndarray]]) -> np.ndarray:
    rows = []
    for kind in range(len(conf.KINDS)):
        columns = [2 * kind, 2 * kind + 1]
        x = np.concatenate(
            [conf.features(c["peak"], c["visibility"])[:, columns].reshape(-1, 4) for c in clips]
        )
        rows.append(fit(x, np.concatenate([c["right"][:, columns].ravel() for c in clips])))
    return np.array(rows)


if __name__ == "__main__":
    main()
