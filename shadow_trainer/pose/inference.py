"""Run one network on batches of uint8 crops: ONNX Runtime on the CPU, torch on CUDA (or on request).

Both take (N, H, W, 3) uint8 and return float32 arrays by output name. Both use one CPU thread: several
spinning threads in one process are slower than one on a shared machine; scale by processes instead.
"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from ..errors import OutOfMemory
from .weights import SOURCES, graph_and_weights, verified_onnx

log = logging.getLogger(__name__)
CPU_BATCH, CUDA_BATCH = 4, 32
CPU, CUDA = "cpu", "cuda"
ONNX, TORCH = "onnx", "torch"


class Runner(Protocol):
    """One loaded network."""

    def run(self, pixels: np.ndarray) -> dict[str, np.ndarray]:
        """(N, H, W, 3) uint8 -> output name -> (N, ...) float32."""


class OnnxRunner:
    """ONNX Runtime, one thread. Fastest on the CPU; no compilation to wait for."""

    def __init__(self, name: str, *, models_dir: Path) -> None:
        import onnxruntime

        onnxruntime.disable_telemetry_events()
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        path = str(verified_onnx(name, models_dir=models_dir))
        self.session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
        self.input = self.session.get_inputs()[0].name
        self.outputs = [output.name for output in self.session.get_outputs()]

    def run(self, pixels: np.ndarray) -> dict[str, np.ndarray]:
        """See :class:`Runner`."""
        return dict(zip(self.outputs, self.session.run(None, {self.input: pixels}), strict=True))


class TorchRunner:
    """The reference network: float32 on the CPU; on CUDA half precision and one fixed batch.

    On CUDA every batch has ``batch`` rows (the last one padded), is staged in pinned memory, copied as
    uint8 without blocking and normalized there. bfloat16 is never used: it costs 14 mm.
    """

    def __init__(self, name: str, *, models_dir: Path, device: str = CPU, batch: int = CUDA_BATCH) -> None:
        import torch

        from .torch_module import build

        # One thread per worker: several workers with a pool each would only take turns.
        torch.set_num_threads(1)
        self.torch: Any = torch
        self.device, self.batch = torch.device(device), batch
        self.scale, self.shift = SOURCES[name].scale, SOURCES[name].shift
        self.dtype = torch.float16 if self.on_card else torch.float32
        graph, weights = graph_and_weights(name, models_dir=models_dir)
        module: Any = build(graph, weights).to(self.device, self.dtype)
        self.module = module.to(memory_format=torch.channels_last) if self.on_card else module
        self.input_shape = graph.input_shape
        self.staging: Any = None
        self.copied: list[Any] = []
        self.turn = 0
        if self.on_card:
            self._allocate()

    @property
    def on_card(self) -> bool:
        """Whether the network runs on a graphics card."""
        return bool(self.device.type == CUDA)

    def _allocate(self) -> None:
        """Two pinned buffers: one is filled while the other is still being copied."""
        channels, height, width = self.input_shape
        shape = (2, self.batch, height, width, channels)
        self.staging = self.torch.empty(shape, dtype=self.torch.uint8, pin_memory=True)
        self.copied = [self.torch.cuda.Event(), self.torch.cuda.Event()]
        self.turn = 0

    def run(self, pixels: np.ndarray) -> dict[str, np.ndarray]:
        """See :class:`Runner`. What does not fit into the card's memory is tried again in half batches."""
        while True:
            try:
                with self.torch.inference_mode():
                    if self.staging is None:
                        return self._collect([(self._forward(self.torch.from_numpy(pixels)), len(pixels))])
                    return self._collect(self._batches(pixels))
            except self.torch.OutOfMemoryError as error:
                if self.staging is None or self.batch == 1:
                    raise OutOfMemory(
                        "The pose model did not fit into the graphics card's memory."
                    ) from error
            self.batch = max(1, self.batch // 2)
            log.warning("the card's memory is full; going on with batches of %d", self.batch)
            self.torch.cuda.empty_cache()
            self._allocate()

    def _batches(self, pixels: np.ndarray) -> list[tuple[dict[str, Any], int]]:
        """Enqueue all fixed batches; results stay on the device until all are under way."""
        results = []
        for start in range(0, len(pixels), self.batch):
            part = pixels[start : start + self.batch]
            self.copied[self.turn].synchronize()  # the buffer's previous copy has left it
            buffer = self.staging[self.turn]
            buffer[: len(part)].copy_(self.torch.from_numpy(part))
            on_device = buffer.to(self.device, non_blocking=True)
            self.copied[self.turn].record()
            self.turn = 1 - self.turn
            results.append((self._forward(on_device), len(part)))
        return results

    def _forward(self, pixels: Any) -> dict[str, Any]:
        """The module on a tensor of pixels (N, H, W, 3)."""
        x = pixels.permute(0, 3, 1, 2).to(self.dtype) * self.scale + self.shift
        if self.on_card:
            x = x.contiguous(memory_format=self.torch.channels_last)
        outputs: dict[str, Any] = self.module(x)
        return outputs

    def _collect(self, results: list[tuple[dict[str, Any], int]]) -> dict[str, np.ndarray]:
        names = results[0][0]
        return {
            name: np.concatenate([out[name][:count].float().cpu().numpy() for out, count in results])
            for name in names
        }


def load_runner(name: str, *, models_dir: Path, device: str, runtime: str, batch: int) -> Runner:
    """A network of :data:`.weights.SOURCES`, ready to run; SetupError when its files are not as they must be."""
    if runtime == ONNX:
        return OnnxRunner(name, models_dir=models_dir)
    return TorchRunner(name, models_dir=models_dir, device=device, batch=batch)
