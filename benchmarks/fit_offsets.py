"""Fit the body-fixed offsets from joint centres to landmarks on clips with exact joints.

    python benchmarks/fit_offsets.py RAW_DIR TRUTH_DIR [--write]

RAW_DIR/NAME.npz are RawTrack files, TRUTH_DIR/NAME.npz the truth. Prints, for each part, the offset in body
heights, the median picture error and the share within a tenth of the torso before, after, and with the clip
itself left out of the fit. ``--write`` stores the result beside the motion package.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from shadow_trainer.pose.motion import offsets
from shadow_trainer.pose.motion.body import LANDMARK_OF_NODE, NODES
from shadow_trainer.pose.raw_track import RawTrack

ROBUST, ROUNDS = 0.08, 20  # torso lengths; reweighting rounds
PARTS = ("shoulder", "elbow", "wrist", "hip", "knee", "ankle", "ear")


@dataclass(frozen=True)
class Sample:
    """One landmark of one clip: error = gain @ offset; both in torso lengths."""

    clip: str
    gain: np.ndarray  # (T, 2, 3), for the elbow (T, 2, 4)
    error: np.ndarray  # (T, 2)
    weight: np.ndarray  # (T,)


def samples(raw_path: Path, truth_path: Path) -> dict[str, list[Sample]]:
    """All samples of one clip by part."""
    raw, truth = RawTrack.load(raw_path), np.load(truth_path)
    rows = raw.measured
    names = [str(n) for n in truth["names"]]
    cam = truth["cam_m"][rows][:, [names.index(n) for n in NODES]].astype(float)
    focal, centre = float(truth["K"][0, 0]), truth["K"][:2, 2]
    torso = np.linalg.norm(cam[:, :2].mean(1) - cam[:, 6:8].mean(1), axis=-1) * focal / cam[:, 6:8, 2].mean(1)
    out: dict[str, list[Sample]] = {part: [] for part in PARTS}
    up = cam[:, :2].mean(1) - cam[:, 6:8].mean(1)
    up = up / np.linalg.norm(up, axis=-1, keepdims=True)
    for node, axes in offsets.frames(cam).items():
        p = cam[:, node]
        if "elbow" in NODES[node]:  # a fourth value, in proportion to how much the arm hangs
            hanging = (axes[..., 0] * up).sum(-1, keepdims=True)
            axes = np.concatenate([axes, (axes[..., 0] * hanging)[..., None]], -1)
        slope = axes[:, :2] - (p[:, :2] / p[:, 2:])[..., None] * axes[:, 2:3]
        gain = focal / p[:, 2, None, None] * slope * float(truth["height_m"])
        seen = raw.landmarks_px[rows][:, LANDMARK_OF_NODE[node]].astype(float)
        error = seen - (focal * p[:, :2] / p[:, 2:] + centre)
        trust = raw.confidence[rows][:, LANDMARK_OF_NODE[node]].astype(float)
        part = next(k for k in PARTS if NODES[node].endswith(k))
        scale = torso[:, None]
        out[part].append(Sample(raw_path.stem, gain / scale[..., None], error / scale, trust))
    return out


def fit(parts: list[Sample]) -> np.ndarray:
    """Robust least squares of the offset (3,) or (4,)."""
    gain, error = (np.concatenate([getattr(s, n) for s in parts]) for n in ("gain", "error"))
    trust, value = np.concatenate([s.weight for s in parts]), np.zeros(gain.shape[-1])
    for _ in range(ROUNDS):
        miss = np.linalg.norm(error - gain @ value, axis=-1)
        w = trust / (1 + (miss / ROBUST) ** 2)
        normal = np.einsum("t,tki,tkj->ij", w, gain, gain) + 1e-6 * np.eye(len(value))
        value = np.linalg.solve(normal, np.einsum("t,tki,tk->i", w, gain, error))
    return value


def main(raw_dir: str, truth_dir: str, *options: str) -> None:
    pool: dict[str, list[Sample]] = {part: [] for part in PARTS}
    for path in sorted(Path(raw_dir).glob("*.npz")):
        for part, of_clip in samples(path, Path(truth_dir) / path.name).items():
            pool[part] += of_clip
    values = {}
    for part, of_part in pool.items():
        values[part] = fit(of_part)
        left_out = [(s, fit([other for other in of_part if other.clip != s.clip])) for s in of_part]
        swing = max(np.abs(v - values[part]).max() for _, v in left_out)
        errors = {
            "before": [np.linalg.norm(s.error, axis=-1) for s in of_part],
            "after": [np.linalg.norm(s.error - s.gain @ values[part], axis=-1) for s in of_part],
            "left out": [np.linalg.norm(s.error - s.gain @ v, axis=-1) for s, v in left_out],
        }
        text = "  ".join(
            f"{k} {np.median(np.concatenate(e)):.3f} ({(np.concatenate(e) < 0.1).mean():.2f})"
            for k, e in errors.items()
        )
        print(f"{part:9s} {np.round(values[part], 4)} swing {swing:.4f}  {text}")
    if "--write" in options:
        data = json.loads(offsets.DATA.read_text())
        kept = {k: [round(float(x), 4) for x in v] for k, v in values.items() if k in data["offsets_h"]}
        kept["elbow_hanging"] = [kept["elbow"].pop(), 0.0, 0.0]
        data["offsets_h"] = kept
        offsets.DATA.write_text(json.dumps(data, indent=2) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
