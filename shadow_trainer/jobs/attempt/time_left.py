"""How long the rest of an analysis takes, by what each stage took here: for a frame, a model, a device.

Pure arithmetic over past runs of this installation. Every completed analysis leaves in its result how long each of its
stages took and over how many frames (or steps) it went.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

# Fewer steps than this are no frames: a stage that counts to one has a duration of its own.
LEAST_STEPS = 5


@dataclass(frozen=True)
class Past:
    """One completed run: frames of its video, seconds of each stage, and its frames or steps."""

    frames: int
    seconds: Mapping[str, float]
    steps: Mapping[str, int]


@dataclass(frozen=True)
class Now:
    """Where a running analysis stands: ``done`` of ``total`` in its stage; ``frames`` of its video once they are known."""

    stage: str
    done: int = 0
    total: int = 0
    frames: int = 0


def of_results(rows: Iterable[tuple[str, Mapping[str, Any]]], model_size: str) -> list[Past]:
    """Past runs from ``(model size, result)`` of completed analyses, the newest first: of this model size where there
    are any, and on the device that was used last."""
    known = [(size, result) for size, result in rows if result.get("timings_s")]
    same = [row for row in known if row[0] == model_size] or known
    if not same:
        return []
    device = same[0][1].get("device")
    return [
        Past(
            int((result.get("video") or {}).get("frame_count") or 0),
            {str(k): float(v) for k, v in result["timings_s"].items()},
            {str(k): int(v) for k, v in (result.get("steps") or {}).items()},
        )
        for _, result in same
        if result.get("device") == device
    ]


def remaining_s(past: Sequence[Past], stages: Sequence[str], now: Now) -> float | None:
    """Seconds until the last of ``stages`` is done; None without a past, or in a stage that is none of them."""
    if not past or now.stage not in stages:
        return None
    place = stages.index(now.stage)
    share = 1 - min(now.done / now.total, 1.0) if now.total else 1.0
    total = now.total if now.total >= LEAST_STEPS else 0
    here = _expected(past, now.stage, now.frames, total)
    return here * share + sum(_expected(past, stage, now.frames) for stage in stages[place + 1 :])


def shares(past: Sequence[Past], stages: Sequence[str]) -> dict[str, float]:
    """Each stage's share of the whole; empty without a past."""
    seconds = {stage: _expected(past, stage, 0) for stage in stages} if past else {}
    whole = sum(seconds.values())
    return {stage: value / whole for stage, value in seconds.items()} if whole else {}


def _expected(past: Sequence[Past], stage: str, frames: int, steps: int = 0) -> float:
    """Seconds of a whole stage: by its own steps where they are known, else by the video's frames, else as usual."""
    runs = [run for run in past if stage in run.seconds]
    by_step = [
        run.seconds[stage] / run.steps[stage] for run in runs if run.steps.get(stage, 0) >= LEAST_STEPS
    ]
    if steps and by_step:
        return median(by_step) * steps
    by_frame = [run.seconds[stage] / run.frames for run in runs if run.frames]
    if frames and by_frame:
        return median(by_frame) * frames
    return median(run.seconds[stage] for run in runs) if runs else 0.0
