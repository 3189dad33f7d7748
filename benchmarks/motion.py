"""Solve stored raw tracks and write PREDICTIONS/NAME/pose.npz for the scorer.

    python benchmarks/motion.py RAW_DIR TRUTH_DIR PREDICTIONS [NAME ...]

RAW_DIR/NAME.npz are RawTrack files; TRUTH_DIR/NAME.npz only gives the size of the picture.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import numpy as np

from shadow_trainer.pose.motion import solve
from shadow_trainer.pose.raw_track import RawTrack


def main(raw_dir: str, truth_dir: str, out: str, *names: str) -> None:
    for path in sorted(Path(raw_dir).glob("*.npz")):
        if names and path.stem not in names:
            continue
        width, height = (int(x) for x in np.load(Path(truth_dir) / path.name)["size"])
        start = time.process_time()
        raw = RawTrack.load(path)
        series = solve(raw, width, height)
        folder = Path(out) / path.stem
        folder.mkdir(parents=True, exist_ok=True)
        series.save(folder / "pose.npz")
        cpu = time.process_time() - start
        print(f"{path.stem:28s} {int((raw.window_id >= 0).sum()):4d} frames {cpu:6.1f} s", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
