"""The states of a job and the words a coach reads for them. One vocabulary for both back ends.

queued -> processing -> completed | failed | canceled, with ``retrying`` between attempts. Which change is
allowed from where is decided in one place, :mod:`shadow_trainer.catalog.lifecycle`.
"""

from __future__ import annotations

from ...catalog.lifecycle import ACTIVE, CANCELED, COMPLETED, FAILED, PROCESSING, QUEUED, RETRYING, TERMINAL

# Of an attempt, not of an analysis: it went back to the queue, or another attempt has it.
ELSEWHERE = "elsewhere"
ALL = (*ACTIVE, *TERMINAL)
WORDS = {
    QUEUED: "Waiting for its turn",
    PROCESSING: "Working",
    RETRYING: "Something went wrong; it will be tried again by itself",
    COMPLETED: "Done",
    FAILED: "It could not be analysed",
    CANCELED: "Stopped",
}
# Steps of the runner around the pipeline's own stages.
FETCH, PUBLISH = "fetch", "publish"
STEP_WORDS = {FETCH: "Getting the film", PUBLISH: "Storing the results"}


def stage_words(stage: str) -> str:
    """What a coach reads while ``stage`` runs; empty for an unknown one."""
    from ..pipeline.stages import STAGES

    return STEP_WORDS.get(stage) or next((row.words for row in STAGES if row.name == stage), "")


__all__ = [
    "ACTIVE", "ALL", "CANCELED", "COMPLETED", "ELSEWHERE", "FAILED", "FETCH", "PROCESSING", "PUBLISH", "QUEUED",
    "RETRYING", "TERMINAL", "WORDS", "stage_words",
]  # fmt: skip
