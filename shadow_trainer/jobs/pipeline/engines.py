"""Pose engines of one process, loaded once and kept between jobs. Nothing heavy is imported before use."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from functools import partial
from typing import Any

from ...settings import Settings

log = logging.getLogger(__name__)

SCAN_SIZE = "xs"


class Engines:
    """One engine per size and batch limit; :meth:`factory` is what the pipeline gets."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._engines: dict[tuple[str, int], Any] = {}
        self._lock = threading.Lock()

    def factory(self, batch_limit: int | None = None) -> Callable[[str], Any]:
        """``factory(size) -> Engine`` with at most ``batch_limit`` frames per network call."""
        return partial(self.get, batch=batch_limit or self.settings.batch_size)

    def get(self, size: str, *, batch: int = 0) -> Any:
        """The engine of this size, made at the first call."""
        with self._lock:
            if (size, batch) not in self._engines:
                self._engines[size, batch] = self._make(size, batch)
            return self._engines[size, batch]

    @property
    def device(self) -> str:
        """What the networks run on; empty before the first is made."""
        return next((str(engine.device) for engine in self._engines.values()), "")

    def warm(self) -> None:
        """Load what nearly every analysis needs; SetupError when the weights are missing or broken."""
        for size in {SCAN_SIZE, self.settings.model_size}:
            self.get(size, batch=self.settings.batch_size).warm()

    def _make(self, size: str, batch: int) -> Any:
        from ...pose.engine import Engine

        engine = Engine(
            size,
            device=self.settings.device,
            batch_size=batch,
            models_dir=self.settings.models_path,
        )
        log.info("loading the pose model %s on %s", size, engine.device)
        return engine
