"""One network on a graphics card: batches of few sizes, two buffers, and smaller batches where memory is full.

While the card computes one batch, the next is copied to it. Everything but the provider runs on the CPU as well
(``device="cpu"``), which is how it is tested where there is no card.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from .inference import CUDA, CUDA_BATCH, card_full, is_memory, joined, open_session

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

log = logging.getLogger(__name__)
# Each size of a batch that a network meets for the first time costs a search for algorithms and some memory, so there
# are few; and no more than a third of a batch is padding, where one crop once took the time of 32.
SIZES = (1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64)


def batches(count: int, most: int) -> Iterator[tuple[int, int, int]]:
    """``(start, rows, size)`` of the batches for ``count`` crops: ``rows`` of them in a batch of ``size``."""
    for start in range(0, count, most):
        rows = min(most, count - start)
        yield start, rows, min([size for size in SIZES if size >= rows] + [most])


class CardRunner:
    """See the module's docstring. Not for use by two threads at once."""

    def __init__(self, name: str, *, models_dir: Path, device: str = CUDA, batch: int = CUDA_BATCH) -> None:
        self.batch, self.device = batch, device
        self.session = open_session(name, models_dir=models_dir, device=device)
        # What computes is a thread of its own: the session leaves Python free while it runs.
        self.card = ThreadPoolExecutor(1, thread_name_prefix=f"card-{name}")
        self._renew()

    def run(self, pixels: np.ndarray) -> dict[str, np.ndarray]:
        """(N, H, W, 3) uint8 -> outputs. What does not fit into the card's memory is tried again in half batches."""
        while True:
            try:
                return joined(list(self._computed(pixels)))
            except Exception as error:
                if not is_memory(error):
                    raise
                if self.batch == 1:
                    raise card_full("There is no room for a single picture") from error
            self.batch = max(1, self.batch // 2)
            log.warning("the card's memory is full; going on with batches of %d", self.batch)
            self._renew()

    def _renew(self) -> None:
        """Two empty buffers; what the ones before held on the card is given back."""
        self.buffers = (_Buffer(self.session, self.device), _Buffer(self.session, self.device))

    def _computed(self, pixels: np.ndarray) -> Iterator[dict[str, np.ndarray]]:
        """Outputs of all batches: one buffer is filled while the other's batch is computed."""
        under_way: deque[Future[dict[str, np.ndarray]]] = deque()
        try:
            for number, (start, rows, size) in enumerate(batches(len(pixels), self.batch)):
                if len(under_way) == len(self.buffers):
                    yield under_way.popleft().result()
                buffer = self.buffers[number % len(self.buffers)]
                buffer.fill(pixels[start : start + rows], size)
                under_way.append(self.card.submit(buffer.compute))
            while under_way:
                yield under_way.popleft().result()
        finally:
            wait(under_way)  # after an error: nothing may compute from a buffer that is filled anew


class _Buffer:
    """Room for one batch on the device, for each size of a batch that was met."""

    def __init__(self, session: InferenceSession, device: str) -> None:
        self.session, self.device = session, device
        self.input = session.get_inputs()[0].name
        self.outputs = [output.name for output in session.get_outputs()]
        self.room: dict[int, tuple[Any, Any]] = {}
        self.rows = self.size = 0

    def fill(self, part: np.ndarray, size: int) -> None:
        """Copy crops to the device; the rest of the batch is black."""
        if size not in self.room:
            self.room[size] = self._make((size, *part.shape[1:]))
        _, value = self.room[size]
        self.rows, self.size = len(part), size
        if self.rows < size:
            part = np.concatenate([part, np.zeros((size - self.rows, *part.shape[1:]), np.uint8)])
        value.update_inplace(np.ascontiguousarray(part))

    def _make(self, shape: tuple[int, ...]) -> tuple[Any, Any]:
        """A binding and the value on the device from which it reads; the outputs come back by themselves."""
        from onnxruntime import OrtValue

        value = OrtValue.ortvalue_from_shape_and_type(shape, np.uint8, self.device, 0)
        binding = self.session.io_binding()
        binding.bind_ortvalue_input(self.input, value)
        for name in self.outputs:
            binding.bind_output(name, "cpu")
        return binding, value

    def compute(self) -> dict[str, np.ndarray]:
        """Outputs of the crops that were filled in."""
        binding, _ = self.room[self.size]
        self.session.run_with_iobinding(binding)
        return {
            name: np.array(value[: self.rows])
            for name, value in zip(self.outputs, binding.copy_outputs_to_cpu(), strict=True)
        }
