"""Raw tracks among the files of a run: what the networks said, and of whom and when.

``landmarks`` is what the stage ``pose`` measured; ``track`` is published, of who was measured in the end, so that a
later run measures only what is missing, and a correction solves the motion again without the video.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from .stage import Run

if TYPE_CHECKING:
    from ...pose.landmarks import Known
    from ...pose.raw_track import RawTrack
    from ...pose.tracking.spans import Span

LANDMARKS, TRACK = "landmarks", "out/track"


def save(run: Run, name: str, track: RawTrack, spans: list[Span]) -> None:
    """Write a track and what it is of."""
    track.save(run.write(f"{name}.npz"))
    rows = [[span.start_s, span.end_s, span.person] for span in spans]
    run.write_json(f"{name}.json", {"basis": _basis(run), "spans": rows})


def load(run: Run, name: str) -> RawTrack:
    """The track of an earlier stage."""
    from ...pose.raw_track import RawTrack

    return RawTrack.load(run.work / f"{name}.npz")


def spans(run: Run, name: str) -> list[Span]:
    """What a track is of."""
    return _spans(run.read_json(f"{name}.json"))


def known(run: Run) -> list[Known]:
    """What earlier runs in this folder measured of the same video, people and network, by the same code."""
    tracks = []
    for name in (LANDMARKS, TRACK):
        try:
            facts = run.read_json(f"{name}.json")
            if facts["basis"] == _basis(run):
                tracks.append((load(run, name), _spans(facts)))
        except (OSError, ValueError, KeyError):
            continue
    return tracks


def _spans(facts: dict[str, Any]) -> list[Span]:
    from ...pose.tracking.spans import Span

    return [Span(float(start), float(end), int(person)) for start, end, person in facts["spans"]]


def _basis(run: Run) -> str:
    """What every track with this text has in common: all before the stage ``pose``, its code, and the network."""
    return hashlib.sha256(f"{run.scanned}\n{run.request.model_size}".encode()).hexdigest()
