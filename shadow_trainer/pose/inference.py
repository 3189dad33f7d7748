"""Run one network on uint8 crops with ONNX Runtime: the same file on the CPU and on a graphics card.

A runner takes (N, H, W, 3) uint8 and returns float32 arrays by output name, in batches of its own choosing. It uses
one CPU thread: several spinning threads in one process are slower than one on a shared machine; scale by processes
instead.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from ..errors import OutOfMemory, SetupError
from .weights import verified_onnx

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

CPU_BATCH, CUDA_BATCH = 4, 32
CPU, CUDA = "cpu", "cuda"
PROVIDERS: dict[str, tuple[str, dict[str, str]]] = {
    CPU: ("CPUExecutionProvider", {}),
    # Searching for the fastest algorithm takes seconds for each network and each size of a batch, and memory that is
    # asked for twice over is missing to the next worker on the card.
    CUDA: (
        "CUDAExecutionProvider",
        {"cudnn_conv_algo_search": "HEURISTIC", "arena_extend_strategy": "kSameAsRequested"},
    ),
}
# How CUDA, cuDNN, cuBLAS and ONNX Runtime's own allocator say it; there is no class of errors for it.
_NO_MEMORY = re.compile(r"out of memory|failed to allocate memory|alloc_?failed|bad_alloc", re.I)
CARD_FULL_FIX = "`nvidia-smi` lists what uses the card. Stop some of it, run fewer workers on it, or set SHADOW_DEVICE=cpu."


class Runner(Protocol):
    """One loaded network."""

    def run(self, pixels: np.ndarray) -> dict[str, np.ndarray]:
        """(N, H, W, 3) uint8 -> output name -> (N, ...) float32."""


class OnnxRunner:
    """A network on the CPU, in batches of at most ``batch``."""

    def __init__(self, name: str, *, models_dir: Path, batch: int = CPU_BATCH) -> None:
        self.batch = batch
        self.session = open_session(name, models_dir=models_dir, device=CPU)
        self.input = self.session.get_inputs()[0].name
        self.outputs = [output.name for output in self.session.get_outputs()]

    def run(self, pixels: np.ndarray) -> dict[str, np.ndarray]:
        """See :class:`Runner`."""
        parts = [
            self.session.run(None, {self.input: pixels[start : start + self.batch]})
            for start in range(0, len(pixels), self.batch)
        ]
        return {name: np.concatenate(values) for name, *values in zip(self.outputs, *parts, strict=True)}


def open_session(name: str, *, models_dir: Path, device: str) -> InferenceSession:
    """A verified network on the CPU or the card, and nowhere else.

    SetupError when its file is not as it must be or the card cannot be used, OutOfMemory when it does not fit.
    """
    import onnxruntime

    onnxruntime.disable_telemetry_events()
    if device == CUDA:
        onnxruntime.preload_dlls(directory="")  # NVIDIA's libraries, where pip has put them
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    path = str(verified_onnx(name, models_dir=models_dir))
    try:
        session = onnxruntime.InferenceSession(
            path, options, providers=[PROVIDERS[device]], enable_fallback=0
        )
    except Exception as error:
        if not is_memory(error):
            raise
        raise _full(f"There is no room for the pose model `{name}`", device) from error
    # A provider whose libraries are missing is left out with a line on the terminal, and all goes on, slowly.
    if session.get_providers()[0] != PROVIDERS[device][0]:
        raise SetupError(
            "ONNX Runtime could not begin with CUDA on the graphics card, and would have used the CPU.",
            code="no_cuda",
            fix="Run `make cuda`, and look at the driver's version: `nvidia-smi` shows the newest CUDA that it knows.",
        )
    return session


def is_memory(error: BaseException) -> bool:
    """Whether an error of ONNX Runtime says that memory is full."""
    return isinstance(error, MemoryError) or bool(_NO_MEMORY.search(str(error)))


def card_full(what: str) -> OutOfMemory:
    """The error for a card whose memory is full."""
    return _full(what, CUDA)


def _full(what: str, device: str) -> OutOfMemory:
    if device != CUDA:
        return OutOfMemory(f"{what} in this machine's memory.")
    return OutOfMemory(f"{what} in the graphics card's memory.", fix=CARD_FULL_FIX)


def joined(parts: list[dict[str, Any]]) -> dict[str, np.ndarray]:
    """The outputs of several batches as those of one."""
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
