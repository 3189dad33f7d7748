"""What `doctor` says about the processor of the pose network: which one, how much memory, how fast it is here."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any

from ..errors import SetupError
from ..settings import Settings
from .checks import Warn

GB = 1_000_000_000
# Long enough to be steady, short enough to wait for.
MEASURE_S = 1.5
CARD_MEASURED = "gpu_benchmark.json"  # what benchmarks/gpu.py writes into the data folder
MEASURE_CARD = (
    "Run `make gpu-benchmark`: it measures this card against the processor, and compares their results."
)


def device(settings: Settings) -> str:
    """Device, free memory, and frames per second of the model of the settings; measured, not looked up."""
    from ..pose import devices

    resolved = devices.resolve(settings.device)
    words = f"{_name(resolved)}, {_memory(resolved)}, {_speed(settings)}"
    if resolved == "cuda":
        return _against_the_processor(words, settings.data_path)
    if settings.device == "auto" and devices.cards({"PATH": os.environ.get("PATH", "")}):
        raise Warn(
            f"{words}; a graphics card is there and not used: {devices.why_no_cuda()}", devices.NO_CUDA_FIX
        )
    return words


def _against_the_processor(words: str, data: Path) -> str:
    """The same with what `make gpu-benchmark` found of this card; Warn where it was never run on it."""
    from ..pose import devices

    card = devices.card()
    measured = _measured(data / CARD_MEASURED)
    if card is None or measured.get("card") != card.name:
        raise Warn(
            f"{words}; its speed and its results were never compared with the processor's here", MEASURE_CARD
        )
    return f"{words}; {measured['ratio']:.1f} times the processor on {measured['day']}"


def _measured(path: Path) -> dict[str, Any]:
    try:
        document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return document


def _name(device: str) -> str:
    import onnxruntime

    from ..pose import devices

    card = devices.card() if device == "cuda" else None
    return f"{card.name if card else device} (ONNX Runtime {onnxruntime.__version__})"


def _memory(device: str) -> str:
    from ..pose import devices

    if device == "cuda":
        card = devices.card()
        if card is None:
            return "memory not known (`nvidia-smi` does not answer)"
        free, total = card.free, card.total
    else:
        import psutil

        free, total = psutil.virtual_memory().available, psutil.virtual_memory().total
    return f"{free / GB:.1f} of {total / GB:.1f} GB free"


def _speed(settings: Settings) -> str:
    """Landmarks of empty pictures: the network does the same work for every picture."""
    import numpy as np

    from ..pose.engine import CROP_PX, Engine

    engine = Engine(
        settings.model_size,
        device=settings.device,
        batch_size=settings.batch_size,
        models_dir=settings.data_path / "models",
    )
    crops = np.zeros((engine.batch_size, CROP_PX, CROP_PX, 3), np.uint8)
    try:
        engine.landmarks(crops)
    except SetupError as error:
        if error.code == "no_cuda":
            raise
        return f"speed not measured ({error.code})"
    count, started = 0, time.perf_counter()
    while (spent := time.perf_counter() - started) < MEASURE_S:
        engine.landmarks(crops)
        count += len(crops)
    return f"{count / spent:.0f} frames/s with model {settings.model_size}"
