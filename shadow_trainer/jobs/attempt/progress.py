"""Progress, lease and cancellation of one running attempt.

Frames done become one percentage; it goes to whoever listens (RQ's job.meta) at most twice a second and to
the catalog at every stage and every few seconds. A progress write that fails must not fail the job.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping

from ...catalog import Catalog
from ...errors import Canceled, ShadowError
from .retry_policy import TimedOut

log = logging.getLogger(__name__)

LISTENER_S, CATALOG_S, CHECK_S = 0.5, 2.0, 0.4
Listener = Callable[[str, float], None]


class Reporter:
    """``update`` and ``check`` of one attempt, to be handed to the pipeline."""

    def __init__(
        self,
        catalog: Catalog,
        analysis_id: str,
        number: int,
        *,
        listener: Listener = lambda stage, percent: None,
        timeout_s: float | None = None,
        shares: Mapping[str, float] | None = None,
    ) -> None:
        self.catalog, self.analysis_id, self.number = catalog, analysis_id, number
        self.stage, self.percent = "", 0.0
        self._listener, self._shares = listener, shares
        self._deadline = time.monotonic() + timeout_s if timeout_s else None
        self._told = self._saved = self._checked = 0.0
        self._stage_saved = ""

    def update(self, stage: str, done: int, total: int) -> None:
        """``done`` of ``total`` frames or steps of ``stage``; the percentage never goes back."""
        from ..pipeline.pipeline import overall_progress

        self.stage = stage
        self.percent = max(self.percent, round(overall_progress(stage, done, total, shares=self._shares), 1))
        now = time.monotonic()
        new_stage = stage != self._stage_saved
        if new_stage or now - self._told >= LISTENER_S:
            self._told = now
            self._tell("frames", done, total)
            self._quietly(lambda: self._listener(stage, self.percent))
        if new_stage or now - self._saved >= CATALOG_S:
            self._saved, self._stage_saved = now, stage
            self._quietly(
                lambda: self.catalog.attempts.advance(self.analysis_id, self.number, stage, self.percent)
            )

    def video_has(self, frames: int) -> None:
        """How many frames the whole video has: whoever listens can tell by it how long the rest takes."""
        self._tell("video_has", frames)

    def _tell(self, name: str, *numbers: int) -> None:
        """To a listener that wants to know more than stage and percent."""
        if (listens := getattr(self._listener, name, None)) is not None:
            listens(*numbers)

    def step(self, stage: str) -> None:
        """A step outside the pipeline (fetch, publish): named at once, without a percentage of its own."""
        self.stage = self._stage_saved = stage
        self._quietly(lambda: self._listener(stage, self.percent))
        self._quietly(
            lambda: self.catalog.attempts.advance(self.analysis_id, self.number, stage, self.percent)
        )

    def check(self) -> None:
        """Raise Canceled when the attempt no longer counts, TimedOut when it runs too long."""
        now = time.monotonic()
        if self._deadline is not None and now > self._deadline:
            raise TimedOut("The analysis took longer than it may and was stopped.")
        if now - self._checked < CHECK_S:
            return
        self._checked = now
        try:
            current = self.catalog.attempts.is_current(self.analysis_id, self.number)
        except ShadowError as error:
            # Not knowing is no reason to stop: what an attempt without right writes is refused anyway.
            log.warning("cannot ask whether the analysis was canceled: %s", error)
            return
        if not current:
            raise Canceled("The analysis was stopped.")

    def _quietly(self, write: Callable[[], object]) -> None:
        try:
            write()
        except Exception as error:
            if type(error).__name__ == "JobTimeoutException":
                raise
            log.warning("progress could not be written: %s", error)


class Lease:
    """Renews the attempt's lease from a thread, also while the main thread is inside native code."""

    def __init__(self, catalog: Catalog, analysis_id: str, number: int) -> None:
        self._catalog, self._id, self._number = catalog, analysis_id, number
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"lease-{analysis_id[:8]}", daemon=True)

    def __enter__(self) -> Lease:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join(self._catalog.attempts.renew_s)

    def _run(self) -> None:
        while not self._stop.wait(self._catalog.attempts.renew_s):
            try:
                if not self._catalog.attempts.beat(self._id, self._number):
                    return
            except ShadowError as error:
                log.warning("the lease could not be renewed: %s", error)
