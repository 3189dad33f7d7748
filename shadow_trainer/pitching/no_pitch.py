"""What is said of a video in which no pitch was found: what may be the reason, and that a coach can say where it is."""

from __future__ import annotations

import numpy as np

from ..body.series import PoseSeries
from ..vocabulary import Hand, Thrown
from . import delivery_decision as decision
from .deliveries import Throw, find_deliveries
from .document import VideoWarning
from .metrics import planar
from .throw_kind import kind_of
from .world import as_right_hander, standing_height

CODES = frozenset(("no_pitch_found", "other_hand", "ends_before_release"))
MARK_IT = "If there is a pitch in it, say where the ball is released: “Release is here” on the page of the video, or --release."


def warnings(
    series: PoseSeries,
    throws: list[Throw],
    pitches: list[Throw],
    hand: Hand,
    given: bool,
    windows: list[tuple[float, float]] | None,
) -> list[VideoWarning]:
    """One warning where there are no ``pitches`` among the ``throws`` of ``hand``, which was ``given`` or found."""
    if pitches:
        return []
    if given and _throws_with(series, windows, other := _other(hand)):
        return [_wrong_hand(hand, other)]
    return [_nothing_thrown(throws)]


def _wrong_hand(hand: Hand, other: Hand) -> VideoWarning:
    return {
        "code": "other_hand",
        "message": f"{hand.capitalize()}-handed was chosen, but the video shows a {other}-handed pitch.",
        "fix": "Choose the other hand, or automatic. Front cameras mirror their videos: turn that off, or choose "
        "the hand as it looks.",
    }


def _nothing_thrown(throws: list[Throw]) -> VideoWarning:
    likely = [
        throw
        for throw in throws
        if throw.verdict is None and throw.bursts and throw.probability >= decision.QUESTIONABLE
    ]
    if likely and all(throw.unfinished for throw in likely):
        return {
            "code": "ends_before_release",
            "message": "The video ends before the ball leaves the hand.",
            "fix": "Film on until after the follow-through, or choose a later end of the part to measure.",
        }
    seen = {kind_of(throw) for throw in throws} - {Thrown.NOTHING}
    thrown = "an underhand throw" if seen == {Thrown.UNDERHAND} else "a throw" if seen else ""
    return {
        "code": "no_pitch_found",
        "message": f"There is {thrown} in this video, but no pitch: it is measured only if you say that it is one."
        if thrown
        else "There is a person in this video, but no pitch was found.",
        "fix": f"{MARK_IT} Else film one whole delivery, from the set to the follow-through, with the whole body in "
        "the picture.",
    }


def _other(hand: Hand) -> Hand:
    return Hand.RIGHT if hand == Hand.LEFT else Hand.LEFT


def _throws_with(series: PoseSeries, windows: list[tuple[float, float]] | None, hand: Hand) -> bool:
    """Whether this hand pitches in the video."""
    if not np.isfinite(series.world_m).any():
        return False
    points = as_right_hander(series.world_m, hand)
    height_m = standing_height(points)
    return bool(find_deliveries(points, series.time_s, height_m, windows, planar.seen_in_frame(series, hand)))
