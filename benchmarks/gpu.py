"""The graphics card against the processor: `make gpu-benchmark` on a machine with a card, and nothing else.

    python -m benchmarks.gpu [CLIP] [--size m] [--repeat 20] [--rehearse]

Prints, for each network and size of a batch, milliseconds for a crop on both and their ratio; what the second buffer
saves; the whole of one video on both; and how far apart their landmarks lie. What `doctor` repeats is kept in the data
folder. ``--rehearse`` goes the card's way on the processor: it shows that this program runs, and keeps nothing.
Ratios belong to one machine; while it does other work they mean little.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from shadow_trainer.cli.device_check import CARD_MEASURED
from shadow_trainer.errors import ShadowError
from shadow_trainer.pose import devices, weights
from shadow_trainer.pose.card_runner import SIZES, CardRunner
from shadow_trainer.pose.engine import Engine
from shadow_trainer.pose.inference import CPU_BATCH, CUDA_BATCH, OnnxRunner
from shadow_trainer.pose.landmarks import landmarks
from shadow_trainer.pose.raw_track import RawTrack
from shadow_trainer.pose.tracking.scan import scan
from shadow_trainer.settings import ROOT, Settings, load
from shadow_trainer.video import frame_times, frames, probe

SAMPLE = ROOT / "static" / "samples" / "sample_righty_rear.mp4"
# More than this, in pixels of the video, and the card computes something else than the processor does.
FAR_APART_PX = 2.0


@dataclass(frozen=True)
class Sides:
    """What is compared: the device of the card (the processor in a rehearsal), the model, and how often."""

    device: str
    size: str
    models: Path
    repeat: int

    def engine(self, *, card: bool) -> Engine:
        device = self.device if card else "cpu"
        batch = CUDA_BATCH if card else CPU_BATCH
        return Engine(self.size, device=device, models_dir=self.models, batch_size=batch, buffered=card)


def seconds(work: Callable[[], object], repeat: int) -> float:
    """The median of some calls, after one that warms up."""
    work()
    taken = []
    for _ in range(repeat):
        started = time.perf_counter()
        work()
        taken.append(time.perf_counter() - started)
    return float(np.median(taken))


def networks(sides: Sides) -> None:
    """Milliseconds for a crop: each network, each size of a batch."""
    print(f"\n{'network':10}{'batch':>6}{'CPU ms':>9}{'card ms':>9}{'ratio':>8}")
    for name in weights.networks_for([sides.size]):
        on_cpu = OnnxRunner(name, models_dir=sides.models)
        on_card = CardRunner(name, models_dir=sides.models, device=sides.device, batch=max(SIZES))
        side = weights.SOURCES[name].side
        for count in (1, 4, 16, 32, 64):
            crops = np.random.default_rng(0).integers(0, 256, (count, side, side, 3), np.uint8)
            cpu = seconds(partial(on_cpu.run, crops), max(1, sides.repeat // 10)) / count
            card = seconds(partial(on_card.run, crops), sides.repeat) / count
            print(f"{name:10}{count:6}{cpu * 1e3:9.2f}{card * 1e3:9.3f}{cpu / card:8.1f}")


def buffers(sides: Sides) -> None:
    """Eight batches through two buffers, and one after the other."""
    runner = CardRunner(weights.SIZES[sides.size], models_dir=sides.models, device=sides.device)
    crops = np.zeros((8 * runner.batch, 256, 256, 3), np.uint8)
    together = seconds(partial(runner.run, crops), sides.repeat)
    alone = seconds(lambda: [runner.run(part) for part in np.split(crops, 8)], sides.repeat)
    print(
        f"\neight batches of {runner.batch}: with two buffers in {together / alone:.2f} of the time without"
    )


def video(clip: Path, sides: Sides) -> tuple[float, float]:
    """The ratio of a whole video's scan and landmarks, and how far apart the landmarks lie (median pixels)."""
    info = probe(clip)
    factory, times = partial(frames, clip, info), frame_times(clip, info)
    taken: dict[bool, float] = {}
    tracks: dict[bool, RawTrack] = {}
    seen = scan(sides.engine(card=False), factory, info)
    for card in (False, True):
        engine = sides.engine(card=card)
        engine.warm()
        started = time.perf_counter()
        scan(engine, factory, info)
        scanned = time.perf_counter()
        # Both measure in the same windows: what is compared is the networks' results, and not who was found.
        tracks[card] = landmarks(engine, factory, info, seen, times=times)
        taken[card] = time.perf_counter() - started
        print(
            f"{'card' if card else 'CPU':5} scan {scanned - started:6.2f} s, landmarks "
            f"{taken[card] - (scanned - started):6.2f} s of {clip.name} ({info.duration_s:.1f} s of film)"
        )
    both = tracks[False].measured & tracks[True].measured
    apart = np.linalg.norm(tracks[False].landmarks_px[both] - tracks[True].landmarks_px[both], axis=-1)
    print(
        f"landmarks: {both.sum()} frames on both; apart {np.median(apart):.3f} px (median), {apart.max():.1f} px (most)"
    )
    return taken[False] / taken[True], float(np.median(apart))


def main(arguments: list[str]) -> int:
    """Measure and say so; 1 when the results differ, 2 when there is no card."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.gpu", description=__doc__)
    parser.add_argument("clip", nargs="?", type=Path, default=SAMPLE)
    parser.add_argument("--size", default="m", choices=tuple(weights.SIZES))
    parser.add_argument("--repeat", type=int, default=20)
    parser.add_argument(
        "--rehearse", action="store_true", help="without a card: the card's way on the processor"
    )
    asked = parser.parse_args(arguments)
    settings = load()
    try:
        device = "cpu" if asked.rehearse else devices.resolve("cuda")
    except ShadowError as error:
        print(f"gpu: {error.message} {error.fix}", file=sys.stderr)
        return 2
    card = devices.card()
    name = card.name if card and not asked.rehearse else device
    print(
        f"card: {name}"
        + (" (a rehearsal on the processor: the ratios say nothing)" if asked.rehearse else "")
    )
    sides = Sides(device, asked.size, settings.models_path, asked.repeat)
    networks(sides)
    buffers(sides)
    print()
    ratio, apart_px = video(asked.clip, sides)
    if not asked.rehearse:
        _keep(
            settings, {"card": name, "ratio": ratio, "apart_px": apart_px, "day": dt.date.today().isoformat()}
        )
    if apart_px > FAR_APART_PX:
        print(
            "gpu: the card's landmarks are not those of the processor; use SHADOW_DEVICE=cpu.",
            file=sys.stderr,
        )
        return 1
    return 0


def _keep(settings: Settings, measured: dict[str, object]) -> None:
    settings.data_path.mkdir(parents=True, exist_ok=True)
    path = settings.data_path / CARD_MEASURED
    path.write_text(json.dumps(measured) + "\n", encoding="utf-8")
    print(f"\nkept for `make doctor` in {path}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
