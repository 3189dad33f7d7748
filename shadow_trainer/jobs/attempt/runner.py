"""One attempt at one analysis, whatever back end runs it: claim, fetch, pipeline, publish, settle.

What happens on each kind of end:

- it works: files are stored aside, take their final keys with every row in one transaction, and the work folder goes;
- a permanent error: ``failed`` with a sentence for the coach; the original and the browser copy stay;
- a passing error: ``retrying`` and another attempt later, which continues after the last finished stage;
- canceled or deleted meanwhile: nothing is published, its files are freed;
- the process dies: nothing here runs; :mod:`.settlement` settles it from outside, and the work folder waits
  for the next attempt.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from ... import logs
from ...catalog import Analysis
from ...catalog.attempts import Claim
from ...errors import Canceled, NotFound, ShadowError
from ...services import Services
from ...vocabulary import State
from ..pipeline.artifacts import VIDEOS
from ..pipeline.request import AnalysisRequest
from ..pipeline.stage import steps, timings
from . import kept_stages, publish, retry_policy, settlement, time_left, workdir
from .progress import Lease, Listener, Reporter
from .staged import Staged
from .states import ELSEWHERE, FETCH, PUBLISH

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Outcome:
    """How an attempt ended, for the back end to act on.

    ``state`` is the analysis' state now, or why there was nothing to do (``gone, done, elsewhere``).
    For ``retrying``: again after ``delay_s`` seconds, ``at_front`` of the queue or not.
    """

    state: str
    number: int = 0
    error: ShadowError | None = None
    delay_s: float = 0.0
    at_front: bool = False

    @property
    def failed(self) -> bool:
        """Whether this attempt ended by an error (final or not)."""
        return self.state in (State.FAILED, State.RETRYING)


@dataclass(frozen=True)
class Runner:
    """What an attempt needs. ``pipeline`` has the signature of :func:`shadow_trainer.jobs.pipeline.pipeline.run`.

    ``engines.factory(batch_limit)`` gives the pipeline its engine factory.
    """

    services: Services
    engines: Any
    pipeline: Callable[..., dict[str, Any]] | None = None

    def run(
        self,
        analysis_id: str,
        worker: str,
        *,
        listener: Listener = lambda stage, percent: None,
    ) -> Outcome:
        """Make one attempt and settle it in the catalog. Raises only when the catalog stays away."""
        claim = self.services.catalog.attempts.claim(analysis_id, worker)
        if claim.refused or claim.analysis is None:
            log.info("nothing to do for %s: %s", analysis_id, claim.refused)
            return Outcome(claim.refused)
        reporter = Reporter(
            self.services.catalog,
            analysis_id,
            claim.number,
            listener=listener,
            timeout_s=self.services.settings.job_timeout_s,
            shares=self._shares(claim.analysis),
        )
        asked_by = claim.analysis.request_id or None
        with logs.context(analysis_id=analysis_id, attempt=claim.number, request_id=asked_by):
            try:
                with Lease(self.services.catalog, analysis_id, claim.number):
                    self._attempt(claim, claim.analysis, reporter)
            except Exception as error:
                return self._settle(claim, error)
            workdir.discard(self.services.settings, analysis_id)
            log.info("published")
            return Outcome(State.COMPLETED, claim.number)

    def _shares(self, row: Analysis) -> dict[str, float]:
        """Each stage's share of the time, as it was measured here; a catalog that is away costs a finer percentage."""
        from ..pipeline.stages import table

        size = str(row.options.get("model_size") or "")
        try:
            past = time_left.of_results(self.services.catalog.statistics.recent_results(), size)
        except ShadowError:
            return {}
        return time_left.shares(past, [stage.name for stage in table()])

    def _attempt(self, claim: Claim, row: Analysis, reporter: Reporter) -> None:
        """Fetch, run what is missing, publish; raises Canceled when the attempt lost its right."""
        if claim.spent > retry_policy.most_attempts(self.services.settings) + 1:
            # Every earlier attempt vanished without a word: this video may be what kills the workers.
            raise retry_policy.Lost("The worker vanished each time this video was tried.")
        request = AnalysisRequest.from_stored(row.options)
        with workdir.enter(self.services.settings, row.id, claim.number) as work:
            video = self._fetch(row, work, reporter)
            kept_stages.restore(self.services.storage, row.id, row.files or [], work)
            document = self.pipeline_or_real()(
                request,
                video,
                work,
                settings=self.services.settings,
                engine_factory=self.engines.factory(row.batch_limit),
                progress=reporter.update,
                check=reporter.check,
                stage_done=lambda stage, _: self._stage_done(stage, row, claim, work, reporter),
            )
            reporter.step(PUBLISH)
            self._publish(claim, row, work, document, reporter.check)

    def _publish(
        self, claim: Claim, row: Analysis, work: Path, document: dict[str, Any], check: Callable[[], None]
    ) -> None:
        """Replace files and rows together; raises Canceled when the attempt lost its right."""
        kept_stages.keep(work)
        out = work / publish.OUT
        names = publish.finished_files(out)
        # Videos that were drawn of the run before show its numbers.
        old = [name for name in row.files if name in VIDEOS and name not in names]
        with Staged(self.services.storage, row.id) as staged:
            staged.put(names, out, check)
            published = self.services.catalog.attempts.publish(
                row.id,
                claim.number,
                files=names,
                result=publish.summary(document) | self._measured(work),
                warnings=document.get("warnings", []),
                deliveries=publish.delivery_rows(document),
                replace_files=lambda: staged.replace(names, old),
            )
        if not published:
            raise Canceled("The analysis was stopped before its results could be published.")

    def pipeline_or_real(self) -> Callable[..., dict[str, Any]]:
        """What runs the stages."""
        if self.pipeline is not None:
            return self.pipeline
        from ..pipeline.pipeline import run

        return run

    def _fetch(self, row: Analysis, work: Path, reporter: Reporter) -> Path:
        """The original in the work folder, fetched once."""
        video = work / f"original{PurePosixPath(row.original_key).suffix}"
        if not video.exists():
            reporter.step(FETCH)
            try:
                self.services.storage.get(row.original_key, video)
            except NotFound as error:
                raise NotFound(
                    "The video itself is missing from the storage.",
                    code="original_missing",
                    fix="Upload the video again.",
                ) from error
        return video

    def _measured(self, work: Path) -> dict[str, Any]:
        """What the next estimates are made of: how long each stage took, over how many frames, on which device."""
        return {
            "timings_s": timings(work),
            "steps": steps(work),
            "device": getattr(self.engines, "device", ""),
        }

    def _stage_done(self, stage: str, row: Analysis, claim: Claim, work: Path, reporter: Reporter) -> None:
        """Show the coach what is ready: the video plays even if all else fails."""
        log.info("stage %s is done", stage)
        if stage == "probe":
            facts = json.loads((work / "probe.json").read_text(encoding="utf-8"))
            reporter.video_has(int(facts.get("frame_count", 0)))
        names = [
            name
            for name in publish.finished_files(work / publish.OUT)
            if name.split("/")[0] in publish.EARLY and name not in row.files
        ]
        if not names:
            return
        with Staged(self.services.storage, row.id) as staged:
            staged.put(names, work / publish.OUT)
            self.services.catalog.attempts.add_files(
                row.id, claim.number, names, lambda: staged.replace(names)
            )
        row.files = [*row.files, *names]

    def _settle(self, claim: Claim, error: Exception) -> Outcome:
        """Write what the error means; from here on nothing of this attempt runs any more."""
        row = self.services.catalog.analyses.find(claim.analysis_id)
        if row is not None and (row.state, row.attempt) == (State.COMPLETED, claim.number):
            # The end of the time limit fell between the commit and our return.
            return Outcome(State.COMPLETED, claim.number)
        end = settlement.settle(self.services, row, claim, error)
        if end.state not in (State.RETRYING, ELSEWHERE):
            # An attempt without right leaves the finished stages to the one that has it.
            workdir.discard(self.services.settings, claim.analysis_id)
        return Outcome(end.state, claim.number, end.error, end.delay_s, end.at_front)
