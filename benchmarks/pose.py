"""What the pose engine costs beside MediaPipe's own Python pipeline: prints ratios, tests nothing.

    python -m benchmarks.pose [CLIP] [--seconds 10] [--no-mediapipe] [--no-growth]

One run on one clip (a sample clip when none is given), lengthened to ten seconds by holding its first and
last frame, as people film: one pitch and much waiting. Decoding, the scan, the landmarks, the motion; the networks
alone and their share of what a matrix product reaches on this machine; peak memory; how the cost grows
with the film's length and the number of people. MediaPipe gets its own virtual environment in the data
folder, once; where it cannot be installed its part is left out, loudly. Read ratios, not milliseconds:
other work on the machine slows both sides.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
import venv
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np

from benchmarks.mediapipe_baseline import peak_memory_mb
from shadow_trainer.pose import weights
from shadow_trainer.pose.convert.install import PACKAGES
from shadow_trainer.pose.engine import Engine
from shadow_trainer.pose.landmarks import landmarks
from shadow_trainer.pose.motion import solve
from shadow_trainer.pose.tracking.scan import Scan, scan
from shadow_trainer.settings import ROOT, load
from shadow_trainer.video import Frame, Writer, frame_times, frames, probe

SAMPLE = ROOT / "static" / "samples" / "sample_righty_rear.mp4"
MEDIAPIPE = "mediapipe==0.10.14"  # the last line of releases with the Python pipeline of these networks
GFLOP = {"detector": 0.860, "lite": 0.333, "full": 0.703, "heavy": 3.781}
Cost = tuple[float, float]  # CPU seconds, wall seconds


def cost(work: Callable[[], object]) -> tuple[Cost, object]:
    """CPU and wall seconds of one call, and its result."""
    cpu, wall = time.process_time(), time.perf_counter()
    result = work()
    return (time.process_time() - cpu, time.perf_counter() - wall), result


def sgemm_gflops() -> float:
    """The best of some float32 matrix products on one thread, GFLOP per CPU second."""
    a = np.random.default_rng(0).random((1024, 1024), np.float32)
    best = min(cost(lambda: a @ a)[0][0] for _ in range(12))
    return 2 * 1024**3 / best / 1e9


def networks(batch: int = 4, runs: int = 4) -> None:
    """CPU milliseconds per picture of each network, and the share of the sgemm peak."""
    peak = sgemm_gflops()
    print(f"\nnetworks, one thread (sgemm peak here {peak:.0f} GFLOP/s)")
    print(f"{'':10}{'ONNX Runtime':>14}{'TFLite':>10}   ONNX / TFLite, share of peak")
    for name, gflop in GFLOP.items():
        ms = _network_ms(name, batch, runs)
        lite = _tflite_ms(name, runs)
        ratio = f"{ms / lite:.2f}" if lite else "TFLite runtime not installed"
        share = gflop / ms * 1000 / peak
        print(f"{name:10}{ms:11.1f} ms{lite or float('nan'):7.1f} ms   {ratio}, {share:.2f}")


def _network_ms(name: str, batch: int, runs: int) -> float:
    size = {"lite": "xs", "full": "s", "heavy": "m", "detector": "m"}[name]
    engine = Engine(size, device="cpu", batch_size=batch)
    side = 224 if name == "detector" else 256
    pictures = np.random.default_rng(0).integers(0, 256, (batch, side, side, 3), np.uint8)
    runner = engine._runner(name)
    runner.run(pictures)
    return min(cost(lambda: runner.run(pictures))[0][0] for _ in range(runs)) / batch * 1000


def _tflite_ms(name: str, runs: int) -> float | None:
    try:
        from ai_edge_litert.interpreter import Interpreter
    except ImportError:
        return None
    runtime = Interpreter(str(PACKAGES / next(iter(weights.SOURCES[name].files))), num_threads=1)
    runtime.allocate_tensors()
    runtime.invoke()
    return min(cost(runtime.invoke)[0][0] for _ in range(2 * runs)) * 1000


def stages(clip: Path, engine: Engine) -> tuple[dict[str, Cost], int, int]:
    """Cost of decoding, scan, landmarks and motion; frames of the film and frames measured."""
    info = probe(clip)
    factory = partial(frames, clip, info)
    times = frame_times(clip, info)
    costs: dict[str, Cost] = {}
    costs["decoding alone"], _ = cost(lambda: sum(1 for _ in factory()))
    costs["scan"], seen = cost(lambda: scan(engine, factory, info))
    assert isinstance(seen, Scan)
    costs["landmarks"], track = cost(lambda: landmarks(engine, factory, info, seen, times=times))
    costs["motion"], _ = cost(lambda: solve(track, info.width, info.height))
    return costs, len(times), int(track.measured.sum())


def longer(factory: Callable, info: object, times: int) -> tuple[Callable, object]:
    """The film played ``times`` times over, as one film."""

    def film(**options: object) -> Iterator[Frame]:
        for turn in range(times):
            for frame in factory(**options):
                yield Frame(
                    frame.index + turn * info.frame_count, frame.time_s + turn * info.duration_s, frame.image
                )

    return film, replace(info, frame_count=times * info.frame_count, duration_s=times * info.duration_s)


def crowded(factory: Callable, info: object, people: int) -> tuple[Callable, object]:
    """The middle of the film side by side with itself."""
    width = int(info.height * 0.8) // 2 * 2

    def film(**options: object) -> Iterator[Frame]:
        for frame in factory(**options):
            left = (frame.image.shape[1] - width) // 2
            yield Frame(
                frame.index, frame.time_s, np.tile(frame.image[:, left : left + width], (1, people, 1))
            )

    return film, replace(info, width=width * people)


def lengthened(clip: Path, seconds: float, folder: Path) -> Path:
    """The clip with its first and last frame held so that it lasts ``seconds``, as a file."""
    info = probe(clip)
    extra = max(0, round(seconds * info.fps) - info.frame_count)
    if extra == 0:
        return clip
    out = folder / f"{clip.stem}_{seconds:g}s.mp4"
    with Writer(out, info.width, info.height, info.fps) as film:
        for frame in frames(clip, info):
            first, last = frame.index == 0, frame.index == info.frame_count - 1
            for _ in range(1 + (extra // 2 if first else 0) + (extra - extra // 2 if last else 0)):
                film.write(frame.image)
    return out


def growth(clip: Path, engine: Engine) -> None:
    """How the scan's cost and memory grow with the film's length and the people in it."""
    info = probe(clip)
    factory = partial(frames, clip, info)
    print("\ngrowth of the scan (CPU seconds per film second; peak memory of this process)")
    for label, change in (("length", longer), ("people", crowded)):
        for count in (1, 2, 4):
            film, facts = change(factory, info, count)
            (cpu, _), seen = cost(partial(scan, engine, film, facts))
            print(
                f"  {label} x{count}: {cpu / facts.duration_s:.2f} s/s, {memory_mb():.0f} MB, "
                f"{len(seen.people)} people, {len(seen.windows)} windows"
            )


def memory_mb() -> float:
    """Peak resident memory of this process."""
    return peak_memory_mb()


def mediapipe(clip: Path) -> dict[str, float] | None:
    """MediaPipe's own figures on the clip; None when it cannot be installed or run here."""
    home = load().data_path / "benchmarks" / "mediapipe"
    python = home / "bin" / "python"
    try:
        if not (home / "installed").exists():
            venv.create(home, with_pip=True, clear=True)
            subprocess.run([python, "-m", "pip", "install", "-q", MEDIAPIPE], check=True)
            (home / "installed").touch()
        script = Path(__file__).with_name("mediapipe_baseline.py")
        heavy = PACKAGES / next(iter(weights.SOURCES["heavy"].files))
        done = subprocess.run([python, script, clip, heavy], check=True, capture_output=True, text=True)
        return json.loads(done.stdout.strip().splitlines()[-1])
    except (OSError, ValueError, subprocess.CalledProcessError) as error:
        print(f"\n*** SKIPPED: MediaPipe could not be run here: {error}", file=sys.stderr)
        return None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("clip", nargs="?", type=Path, default=SAMPLE)
    parser.add_argument("--seconds", type=float, default=10.0, help="lengthen the clip to this (0: leave it)")
    parser.add_argument("--no-mediapipe", action="store_true")
    parser.add_argument("--no-growth", action="store_true")
    arguments = parser.parse_args()
    engine = Engine("m", device="cpu")
    engine.warm()
    folder = load().data_path / "benchmarks"
    folder.mkdir(parents=True, exist_ok=True)
    clip = lengthened(arguments.clip, arguments.seconds, folder)
    costs, total, measured = stages(clip, engine)
    ours = tuple(sum(costs[stage][i] for stage in ("scan", "landmarks", "motion")) for i in (0, 1))
    print(f"{clip.name}: {total} frames, {measured} measured with the heavy network")
    for stage, (cpu, wall) in costs.items():
        print(f"  {stage:16} {cpu:6.2f} s CPU {wall:6.2f} s wall {1000 * cpu / total:6.1f} ms CPU/frame")
    print(f"  {'ours, all in':16} {ours[0]:6.2f} s CPU {ours[1]:6.2f} s wall, {memory_mb():.0f} MB at most")
    if not arguments.no_mediapipe and (theirs := mediapipe(clip.resolve())):
        print(
            f"  {'MediaPipe heavy':16} {theirs['cpu_s']:6.2f} s CPU {theirs['wall_s']:6.2f} s wall, "
            f"{theirs['memory_mb']:.0f} MB at most\n"
            f"  ours / MediaPipe: CPU {ours[0] / theirs['cpu_s']:.2f}, wall {ours[1] / theirs['wall_s']:.2f}"
        )
    networks()
    if not arguments.no_growth:
        growth(arguments.clip, engine)


if __name__ == "__main__":
    if os.environ.get("OPENBLAS_NUM_THREADS") != "1":
        # One thread everywhere; the libraries read this when they are loaded, so begin anew.
        os.environ.update(dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1"))
        os.execv(sys.executable, [sys.executable, "-m", "benchmarks.pose", *sys.argv[1:]])  # noqa: S606
    main()
