"""The videos can be played beside the preview, frame by frame, and show what they say."""

from __future__ import annotations

import itertools
from dataclasses import replace

import av
import numpy as np
import pytest

from shadow_trainer import video
from shadow_trainer.errors import Canceled
from shadow_trainer.render import film
from shadow_trainer.render.overlay_film import overlay
from shadow_trainer.render.side_by_side import side_by_side

from .conftest import make_analysis, make_series, write_video


def stream_of(path):
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        times = [float(frame.time) for frame in container.decode(stream)]
        return stream.codec_context.name, stream.codec_context.pix_fmt, stream.width, stream.height, times


@pytest.mark.parametrize("write", [overlay, side_by_side])
def test_a_film_is_h264_with_one_constant_rate_and_every_frame(case, tmp_path, write):
    facts = write(case.path, case.info, case.series, case.analysis, tmp_path / "out.mp4")
    codec, pixels, width, height, times = stream_of(tmp_path / "out.mp4")
    assert (codec, pixels) == ("h264", "yuv420p")
    assert (width, height) == (facts["width"], facts["height"])
    assert len(times) == facts["frame_count"] == case.info.frame_count
    assert np.allclose(np.diff(times), 1 / case.info.fps, atol=1e-3)


def test_the_overlay_film_has_the_frames_of_the_preview(case, tmp_path):
    preview = video.make_preview(case.path, case.info, tmp_path / "p.mp4", max_side=200)
    drawn = overlay(case.path, case.info, case.series, case.analysis, tmp_path / "o.mp4", max_side=200)
    assert {k: preview[k] for k in drawn} == drawn


def test_a_variable_rate_film_is_held_and_thinned_like_the_preview():
    times = np.array([0.0, 0.033, 0.066, 0.30, 0.301, 0.333])
    frames = [video.Frame(i, t, np.zeros((2, 2, 3), np.uint8)) for i, t in enumerate(times)]
    shown = [(f.index, n) for f, n in film.on_grid(frames, times, 30.0)]
    assert shown == [(0, 1), (1, 1), (2, 7), (4, 1), (5, 1)]


def test_the_skeleton_is_drawn_where_the_landmarks_are(case, tmp_path):
    overlay(case.path, case.info, case.series, case.analysis, tmp_path / "o.mp4")
    plain = [f.image for f in video.frames(case.path, case.info)]
    with_overlay = [f.image for f in video.frames(tmp_path / "o.mp4", video.probe(tmp_path / "o.mp4"))]
    from shadow_trainer.body.skeleton import INDEX

    row = 20
    x, y = case.series.landmarks_px[row, INDEX["right_knee"]].round().astype(int)
    change = np.abs(with_overlay[row].astype(int) - plain[row]).sum(axis=-1)
    assert change[y - 2 : y + 3, x - 2 : x + 3].mean() > 60
    assert change[100:140, 300:].mean() < 40, "nothing is drawn away from the athlete"


def test_progress_counts_frames_and_cancel_leaves_no_file(case, tmp_path):
    seen = []
    overlay(
        case.path,
        case.info,
        case.series,
        case.analysis,
        tmp_path / "o.mp4",
        progress=lambda d, t: seen.append((d, t)),
    )
    assert seen[-1] == (case.info.frame_count,) * 2
    assert all(a <= b for (a, _), (b, _) in itertools.pairwise(seen))

    def stop():
        raise Canceled("stopped")

    with pytest.raises(Canceled):
        overlay(case.path, case.info, case.series, case.analysis, tmp_path / "c.mp4", check=stop)
    assert [p.name for p in tmp_path.iterdir()] == ["o.mp4"]


@pytest.mark.parametrize("size", [(120, 200), (201, 121), (640, 360)])
def test_any_shape_of_film_is_drawn(tmp_path, size):
    path = write_video(tmp_path / "f.mp4", size, frames=10)
    info = video.probe(path)
    series = make_series(frames=10, size=size)
    for write in (overlay, side_by_side):
        assert write(path, info, series, make_analysis(), tmp_path / "o.mp4")["frame_count"] == 10


def test_unknown_landmarks_and_an_empty_analysis_are_no_reason_to_fail(case, tmp_path):
    nothing = case.series.with_(
        landmarks_px=np.full_like(case.series.landmarks_px, np.nan),
        world_m=np.full_like(case.series.world_m, np.nan),
        confidence=np.zeros_like(case.series.confidence),
        measured=np.zeros_like(case.series.measured),
    )
    empty = {"deliveries": [], "athlete": {}, "view": {}}
    for write in (overlay, side_by_side):
        assert write(case.path, case.info, nothing, empty, tmp_path / "o.mp4")["frame_count"] > 0


def test_slow_motion_keeps_the_speed_of_the_file(case, tmp_path):
    slow = replace(case.info, capture_fps=240.0, time_scale=case.info.fps / 240.0)
    series = case.series.with_(time_s=case.series.time_s * slow.time_scale)
    facts = overlay(case.path, slow, series, case.analysis, tmp_path / "o.mp4")
    assert facts["fps"] == pytest.approx(case.info.fps)
    assert facts["frame_count"] == case.info.frame_count


def test_the_shadow_is_drawn_in_its_own_colour(case, tmp_path):
    reference_px = case.series.landmarks_px + np.array([90.0, 0.0])
    world = case.series.world_m + np.array([0.3, 0.0, 0.0])
    overlay(case.path, case.info, case.series, case.analysis, tmp_path / "o.mp4", reference_px=reference_px)
    side_by_side(
        case.path,
        case.info,
        case.series,
        case.analysis,
        tmp_path / "s.mp4",
        reference_px=reference_px,
        reference_world_m=world,
    )
    for name in ("o.mp4", "s.mp4"):
        image = list(video.frames(tmp_path / name, video.probe(tmp_path / name)))[20].image.astype(int)
        rose = (image[..., 0] > 150) & (image[..., 2] > 90) & (image[..., 1] < 115)
        assert rose.sum() > 30, name
