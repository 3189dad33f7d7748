"""What drawing costs: each video against plain decoding and encoding of the same frames, as ratios.

    python -m benchmarks.render [FILM] [--frames 150]

Ratios to `decode + encode` hold from machine to machine, milliseconds do not.
"""

from __future__ import annotations

import argparse
import itertools
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

from shadow_trainer import video
from shadow_trainer.body.series import PoseSeries
from shadow_trainer.body.skeleton import COUNT, INDEX
from shadow_trainer.render.overlay_film import overlay
from shadow_trainer.render.overlays import standard
from shadow_trainer.render.side_by_side import side_by_side

SAMPLE = Path(__file__).resolve().parent.parent / "static" / "samples" / "sample_lefty.mp4"
PARTS = {"shoulder": 1.45, "elbow": 1.2, "wrist": 1.05, "index": 1.0, "hip": 0.95, "knee": 0.52, "ankle": 0.08,
         "heel": 0.03, "foot_index": 0.02, "ear": 1.7}  # fmt: skip


def moving_body(frames: int, fps: float, size: tuple[int, int]) -> PoseSeries:
    """A body in the middle of the frame that sways; only its cost matters here."""
    time_s = np.arange(frames) / fps
    world = np.zeros((frames, COUNT, 3))
    for name, i in INDEX.items():
        part = name.removeprefix("left_").removeprefix("right_")
        side = -1.0 if name.startswith("right") else 1.0
        world[:, i] = (0.0, 0.2 * side, PARTS.get(part, 1.7))
    world[..., 0] += 0.5 * np.sin(2 * time_s)[:, None] + 0.2 * np.arange(COUNT) / COUNT
    scale = 0.42 * size[1]
    px = np.stack(
        [size[0] / 2 + (world[..., 0] + world[..., 1]) * scale, size[1] * 0.95 - world[..., 2] * scale], -1
    )
    return PoseSeries(time_s, px, np.full((frames, COUNT), 0.9), world, np.ones(frames, bool))


def timed(action: Callable[[], object]) -> float:
    """Best of two, in processor seconds of all threads: the first run also fills caches."""
    best = np.inf
    for _ in range(2):
        start = time.process_time()
        action()
        best = min(best, time.process_time() - start)
    return float(best)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("film", nargs="?", type=Path, default=SAMPLE)
    parser.add_argument("--frames", type=int, default=150)
    options = parser.parse_args()
    info = video.probe(options.film)
    with tempfile.TemporaryDirectory() as folder:
        short, out = Path(folder) / "short.mp4", Path(folder) / "out.mp4"
        with video.Writer(short, info.width, info.height, info.fps) as writer:
            for frame in itertools.islice(video.frames(options.film, info), options.frames):
                writer.write(frame.image)
        report(short, out)


def report(path: Path, out: Path) -> None:
    """Time each way of making a video of ``path``."""
    info = replace(video.probe(path), time_scale=1.0)
    series = moving_body(info.frame_count, info.fps, (info.width, info.height))
    names = ("leg_lift", "foot_contact", "release")
    events = {n: {"time_s": series.time_s[-1] * (k + 1) / 4} for k, n in enumerate(names)}
    delivery = {"index": 0, "start_s": 0.0, "end_s": float(series.time_s[-1]), "events": events}
    analysis = {"deliveries": [delivery], "athlete": {"throws": "right"}, "view": {"name": "open-side"}}
    plain = timed(lambda: overlay(path, info, series, analysis, out, overlays=()))
    print(f"{info.width} x {info.height}, {info.frame_count} frames")
    print(f"{'decode + encode':<28}1.00   {1000 * plain / info.frame_count:6.2f} ms a frame")
    rows = [(type(one).__name__, (one,)) for one in standard()] + [("all overlays", standard())]
    for name, overlays in rows:
        spent = timed(lambda drawn=overlays: overlay(path, info, series, analysis, out, overlays=drawn))
        print(f"{'+ ' + name:<28}{spent / plain:.2f}   {1000 * spent / info.frame_count:6.2f} ms a frame")
    spent = timed(lambda: side_by_side(path, info, series, analysis, out))
    print(f"{'side by side':<28}{spent / plain:.2f}   {1000 * spent / info.frame_count:6.2f} ms a frame")


if __name__ == "__main__":
    main()
