"""Run one network on batches of uint8 pictures: ONNX Runtime on the CPU, torch on CUDA (or on request).

Both take (N, H, W, 3) uint8 and return float32 arrays by output name. Both use one CPU thread: several
spinning threads in one process are slower than one on a shared machine; scale by processes instead.
"""

from __future__ import annotations

import logging
from typing import Protocol

import numpy as np

from ..errors import OutOfMemory
from .convert.graph import Graph

log = logging.getLogger(__name__)
CPU_BATCH, CUDA_BATCH = 4, 32


class Runner(Protocol):
    """One loaded network."""

    def run(self, pixels: np.ndarray) -> dict[str, np.ndarray]:
        """(N, H, W, 3) uint8 -> output name -> (N, ...) float32."""


class OnnxRunner:
    """ONNX Runtime, one thread. Fastest on the CPU; no compilation to wait for."""

    def __init__(self, graph: Graph, weights: dict[str, np.ndarray], *, scale: float, shift: float) -> None:
        import onnxruntime

        from .convert.onnx_export import export

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        self.outputs = list(graph.outputs)
        self.session = onnxruntime.InferenceSession(
            export(graph, weights, scale=scale, shift=shift), options, providers=["CPUExecutionProvider"]
        )

    def run(self, pixels: np.ndarray) -> dict[str, np.ndarray]:
        """See :class:`Runner`."""
        return dict(zip(self.outputs, self.session.run(None, {"pixels": pixels}), strict=True))


class TorchRunner:
    """The reference network: float32 on the CPU; on CUDA half precision and one fixed batch.

    On CUDA every batch has ``batch`` rows (the last one padded), is staged in pinned memory, copied as
    uint8 without blocking and normalised there. bfloat16 is never used: it costs 14 mm.
    """

    def __init__(
        self,
        graph: Graph,
        weights: dict[str, np.ndarray],
        *,
        scale: float,
        shift: float,
        device: str = "cpu",
        batch: int = CUDA_BATCH,
    ) -> None:
        import torch

        from .convert.torch_module import build

        # One thread per worker: several workers with a pool each would only take turns.
        torch.set_num_threads(1)
        self.torch, self.device, self.batch = torch, torch.device(device), batch
        self.scale, self.shift = scale, shift
        self.dtype = torch.float16 if self.device.type == "cuda" else torch.float32
        module = build(graph, weights).to(self.device, self.dtype)
        self.module = module.to(memory_format=torch.channels_last) if self.device.type == "cuda" else module
        self.input_shape = graph.input_shape
        self.staging = None
        if self.device.type == "cuda":
            self._allocate()

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

    def _batches(self, pixels: np.ndarray) -> list[tuple[dict, int]]:
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

    def _forward(self, pixels):  # noqa: ANN001, ANN202  (torch is imported late)
        x = pixels.permute(0, 3, 1, 2).to(self.dtype) * self.scale + self.shift
        if self.device.type == "cuda":
            x = x.contiguous(memory_format=self.torch.channels_last)
        return self.module(x)

    def _collect(self, results: list[tuple[dict, int]]) -> dict[str, np.ndarray]:
        names = results[0][0]
        return {
            name: np.concatenate([out[name][:count].float().cpu().numpy() for out, count in results])
            for name in names
        }
