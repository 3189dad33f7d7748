"""How much our frames cost beside a plain PyAV loop: prints ratios, tests nothing.

Usage: python -m benchmarks.decode [FILM ...]     (the two sample clips when none is given)
"""

from __future__ import annotations

import hashlib
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path

import av

from shadow_trainer import video

SAMPLES = Path(__file__).resolve().parent.parent / "static" / "samples"
REPEATS = 3


def seconds(work: Callable[[], object]) -> float:
    """Best of a few runs, in processor seconds of all threads."""
    best = float("inf")
    for _ in range(REPEATS):
        start = time.process_time()
        work()
        best = min(best, time.process_time() - start)
    return best


def drain(items: Iterable) -> int:
    return sum(1 for _ in items)


def plain(path: Path, *, rgb: bool, seconds_in: float = 0.0) -> int:
    """A PyAV loop as a tutorial writes it, with one decoding thread."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        stream.codec_context.thread_count = 1
        count = 0
        for frame in container.decode(stream):
            if frame.time is not None and frame.time >= seconds_in:
                count += 1
                if rgb:
                    frame.to_ndarray(format="rgb24")
        return count


def overlap(path: Path, info: video.VideoInfo, ahead: bool) -> float:
    """Wall seconds of decoding plus a few milliseconds of other work that leaves the GIL."""
    source = video.frames(path, info)
    work = bytes(4_000_000)
    start = time.perf_counter()
    for _ in video.prefetch(source, 4) if ahead else source:
        hashlib.sha256(work).digest()  # one thread, a few milliseconds, outside the GIL
    return time.perf_counter() - start


def report(path: Path) -> None:
    info = video.probe(path)
    print(f"{path.name}: {info.width}x{info.height}, {info.frame_count} frames, {info.codec}")
    decode = seconds(lambda: plain(path, rgb=False))
    base = seconds(lambda: plain(path, rgb=True))
    middle = info.duration_s * info.time_scale * 0.75
    half = max(info.width, info.height) // 2
    rows = {
        "plain PyAV, decode only": decode,
        "plain PyAV to RGB": base,
        "frames()": seconds(lambda: drain(video.frames(path, info))),
        "frames(max_side=half)": seconds(lambda: drain(video.frames(path, info, max_side=half))),
        "frames(step=6)": seconds(lambda: drain(video.frames(path, info, step=6))),
        "frames(last quarter), by a jump": seconds(lambda: drain(video.frames(path, info, start_s=middle))),
        "probe()": seconds(lambda: _fresh_probe(path)),
    }
    for name, value in rows.items():
        print(
            f"  {name:34} {1e3 * value / info.frame_count:7.2f} ms/frame   {value / base:5.2f} x plain to RGB"
        )
    alone, ahead = (min(overlap(path, info, ahead) for _ in range(REPEATS)) for ahead in (False, True))
    print(f"  prefetch beside a few ms of other work: {ahead / alone:.2f} x the wall time without it\n")


def _fresh_probe(path: Path) -> None:
    from shadow_trainer.video import timeline

    timeline._remembered.clear()
    video.probe(path)


if __name__ == "__main__":
    for name in sys.argv[1:] or sorted(SAMPLES.glob("*.mp4")):
        report(Path(name))
