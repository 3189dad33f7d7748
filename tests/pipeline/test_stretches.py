"""Each stretch of a video has its own time scale; one analysis has that of the likeliest pitch, and says what it left."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from shadow_trainer.body.series import PoseSeries
from shadow_trainer.jobs.pipeline import stretches
from shadow_trainer.pitching import clock
from shadow_trainer.pitching.deliveries import find_throws
from shadow_trainer.pitching.signals import SeenInFrame
from shadow_trainer.pitching.slow_motion import Speed, real_speed
from shadow_trainer.pose.raw_track import RawTrack
from shadow_trainer.pose.tracking.spans import Span, whole
from shadow_trainer.video import VideoInfo
from tests.pitching import bodies

FPS = 60.0
RUN = SimpleNamespace(request=SimpleNamespace(throws="right"))


def film(*speeds: float) -> tuple[PoseSeries, RawTrack, list[Span], list[float]]:
    """Pitches one after the other, each so many times slower than life, with a cut between them."""
    worlds, starts, time = [], [], 0.0
    for speed in speeds:
        one = bodies.pitch(FPS * speed)
        worlds.append(one.world_m)
        starts.append(time)
        time += len(one) / FPS
    time_s = np.arange(sum(map(len, worlds))) / FPS
    series = bodies.series(time_s, np.concatenate(worlds))
    spans = [Span(a, b - 0.01, 0) for a, b in zip(starts, [*starts[1:], time], strict=True)]
    track = RawTrack.empty(time_s)
    numbers = np.concatenate([np.full(len(world), n, np.int32) for n, world in enumerate(worlds)])
    return series, track.with_(window_id=numbers, measured=np.ones(len(time_s), bool)), spans, starts[1:]


def solver(series: PoseSeries):  # noqa: ANN201
    """Knows the motion of whatever windows a track has, at any speed."""

    def solve(track: RawTrack) -> Speed:
        seen = track.window_id >= 0
        world = np.where(seen[:, None, None], series.world_m, np.nan)
        part = series.with_(
            world_m=world, measured=series.measured & seen, extras={"world_sd_m": world[..., 0]}
        )
        return real_speed(lambda f: part.with_(time_s=part.time_s / f), fps=FPS, throws="right")

    return solve


@pytest.mark.parametrize(("speeds", "kept"), [((1.0, 4.0), 0), ((1.0, 2.0), 0), ((1.0, 8.0, 1.0), 0)])
def test_a_replay_after_the_live_play_is_left_out_and_told(speeds: tuple[float, ...], kept: int) -> None:
    series, track, spans, seams = film(*speeds)
    speed, left = stretches.solve(RUN, track, spans, seams, solver(series))
    assert speed.factor in (speeds[kept], max(speeds))
    others = [n for n, one in enumerate(speeds) if one != speed.factor]
    assert [one["factor"] for one in left] == pytest.approx([speeds[n] for n in others][:1])
    assert left[0]["start_s"] == spans[others[0]].start_s
    for number, one in enumerate(speeds):
        known = np.isfinite(speed.series.world_m[track.window_id == number]).any()
        assert known == (one == speed.factor)


def test_shots_of_one_speed_are_one_motion() -> None:
    series, track, spans, seams = film(1.0, 1.0, 1.0)
    speed, left = stretches.solve(RUN, track, spans, seams, solver(series))
    assert (speed.factor, left) == (1.0, [])
    assert np.array_equal(speed.series.world_m, series.world_m)


def test_nothing_is_thrown_across_a_seam() -> None:
    """A delivery whose first half is another piece than its second has no leg lift that was seen."""
    one = bodies.pitch(FPS)
    (whole,) = find_throws(one.world_m, one.time_s, 1.88)
    contact = whole.events["foot_contact"].time_s
    cut = clock.with_pieces(one, [contact - 0.15])
    (part,) = find_throws(one.world_m, one.time_s, 1.88, seen=SeenInFrame(pieces=clock.pieces(cut)))
    assert part.events["release"].time_s == pytest.approx(whole.events["release"].time_s, abs=0.02)
    assert part.events["leg_lift"].estimated and not whole.events["leg_lift"].estimated


def test_a_slow_stretch_is_measured_whole_and_no_other() -> None:
    info = VideoInfo(
        1280, 720, 300, 30.0, 30.0, 10.0, 0, "h264", 1, "yuv420p", False, False, True, False, 1.0,
        speed_changes=((2.0, 0.2), (8.0, 5.0)),
    )  # fmt: skip
    spans = [Span(0.2, 1.8, 0), Span(3.0, 5.0, 0), Span(5.0, 6.5, 0), Span(8.1, 9.5, 0)]
    assert whole(info, spans) == [spans[0], Span(2.0, 8.0, 0), spans[3]]
    assert whole(replace(info, speed_changes=()), spans) == spans
