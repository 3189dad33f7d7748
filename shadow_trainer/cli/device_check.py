"""What `doctor` says about the processor of the pose network: which one, how much memory, how fast it is here."""

from __future__ import annotations

import os
import time

from ..errors import SetupError
from ..settings import Settings
from .checks import Warn

GB = 1_000_000_000
# Long enough to be steady, short enough to wait for.
MEASURE_S = 1.5


def device(settings: Settings) -> str:
    """Device, free memory, and frames per second of the model of the settings; measured, not looked up."""
    from ..pose import devices

    resolved = devices.resolve(settings.device)
    words = f"{_name(resolved)}, {_memory(resolved)}, {_speed(settings)}"
    if (
        settings.device == "auto"
        and resolved == "cpu"
        and devices.cards({"PATH": os.environ.get("PATH", "")})
    ):
        raise Warn(
            f"{words}; a graphics card is there and not used: {devices.why_no_cuda()}", devices.NO_CUDA_FIX
        )
    return words


def _name(device: str) -> str:
    if device == "cuda":
        import torch

        return f"{torch.cuda.get_device_name(0)} (torch {torch.__version__}, CUDA {torch.version.cuda})"
    import onnxruntime

    return f"cpu (ONNX Runtime {onnxruntime.__version__})"


def _memory(device: str) -> str:
    if device == "cuda":
        import torch

        free, total = torch.cuda.mem_get_info()
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
        return f"speed not measured ({error.code})"
    count, started = 0, time.perf_counter()
    while (spent := time.perf_counter() - started) < MEASURE_S:
        engine.landmarks(crops)
        count += len(crops)
    return f"{count / spent:.0f} frames/s with model {settings.model_size}"
