"""The states of a job and the words a coach reads for them. One vocabulary for both back ends.

queued -> processing -> completed | failed | canceled, with ``retrying`` between attempts. Which change is
allowed from where is decided in one place, :mod:`shadow_trainer.catalog.attempts`.
"""

from __future__ import annotations

from ...vocabulary import State

# Of an attempt, not of an analysis: it went back to the queue, or another attempt has it.
ELSEWHERE = "elsewhere"
WORDS = {
    State.QUEUED: "Waiting for its turn",
    State.PROCESSING: "Working",
    State.RETRYING: "Something went wrong; it will be tried again by itself",
    State.COMPLETED: "Done",
    State.FAILED: "It could not be analysed",
    State.CANCELED: "Stopped",
}
# Steps of the runner around the pipeline's own stages.
FETCH, PUBLISH = "fetch", "publish"
STEP_WORDS = {FETCH: "Getting the video", PUBLISH: "Storing the results"}


def stage_words(stage: str) -> str:
    """What a coach reads while ``stage`` runs; empty for an unknown one."""
    from ..pipeline.stages import STAGES

    return STEP_WORDS.get(stage) or next((row.words for row in STAGES if row.name == stage), "")
