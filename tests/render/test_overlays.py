"""Overlays compose, follow the confidence, and keep their words readable."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from shadow_trainer.body.skeleton import INDEX
from shadow_trainer.render import overlays, palette
from shadow_trainer.render.canvas import Layer, blend, text, text_width
from shadow_trainer.render.clip import event_marks, make_clip
from shadow_trainer.render.overlays import (
    EventBanner,
    ReferenceSkeleton,
    Skeleton,
    standard,
)
from shadow_trainer.render.overlays.captions import banner_words, clock_facts, right_is_quieter

from .conftest import make_analysis, make_series

SIZE = (640, 480)
GREY = 90


def clip_for(series=None, throws="right", **changes):
    series = series or make_series(size=SIZE)
    clip = make_clip(series, make_analysis(throws), SIZE, scale=1.0, capture_fps=30.0)
    return replace(clip, **changes)


def drawn(overlay, clip, row=20) -> np.ndarray:
    image = np.full((SIZE[1], SIZE[0], 3), GREY, np.uint8)
    overlay.draw(image, clip.at(row))
    return image


def changed(image) -> int:
    return int((np.abs(image.astype(int) - GREY).sum(axis=-1) > 12).sum())


def near(image, colour, limit=60) -> int:
    return int((np.abs(image.astype(int) - np.array(colour)).sum(axis=-1) < limit).sum())


# Each overlay with the frame at which it has something to draw: at 24 the front foot lands.
DRAWS_AT = {
    "Clock": 20,
    "EventBanner": 24,
    "EventRing": 24,
    "ReferenceSkeleton": 20,
    "Skeleton": 20,
    "Timeline": 20,
    "Trail": 20,
}
CHECKLIST = """
The overlay {name} is not tested. An overlay is finished when
  1. it draws in place on RGB, keeps no state between frames, and costs nothing where it has nothing to say,
  2. it stands in __all__ of render/overlays/__init__.py, and in standard() when every video shall have it,
  3. DRAWS_AT in tests/render/test_overlays.py names a frame at which it draws something,
  4. a test of its own says what it must show, and that it shows nothing where nothing is known.
"""


@pytest.mark.parametrize("name", sorted(set(overlays.__all__) - {"Overlay", "standard"}))
def test_each_overlay_draws_something_of_its_own(name):
    assert name in DRAWS_AT, CHECKLIST.format(name=name)
    clip = clip_for()
    clip = replace(clip, reference_px=clip.points + 60.0)
    assert changed(drawn(getattr(overlays, name)(), clip, DRAWS_AT[name])) > 50


@pytest.mark.parametrize("name", sorted(DRAWS_AT))
def test_an_overlay_draws_no_body_where_none_is_known(name):
    clip = clip_for()
    nothing = np.full_like(clip.points, np.nan)
    clip = replace(clip, points=nothing, reference_px=nothing, marks=(), deliveries=0, windows=())
    image = drawn(getattr(overlays, name)(), clip)
    assert (changed(image) == 0) == (name not in ("Clock", "Timeline"))


def test_overlays_are_drawn_in_order_without_state_between_frames():
    clip = clip_for()
    alone = np.full((SIZE[1], SIZE[0], 3), GREY, np.uint8)
    again = alone.copy()
    shared = standard()
    for row in (5, 30, 24):
        scratch = alone.copy()
        for overlay in shared:
            overlay.draw(scratch, clip.at(row))
    for overlay in standard():
        overlay.draw(again, clip.at(24))
    assert np.array_equal(scratch, again), "the frames before must not matter"


@pytest.mark.parametrize(("throws", "hand"), [("right", "right"), ("left", "left")])
def test_the_throwing_side_is_amber_for_both_hands(throws, hand):
    clip = clip_for(throws=throws)
    assert clip.colour(f"{hand}_wrist") == palette.THROWING
    other = "left" if hand == "right" else "right"
    assert clip.colour(f"{other}_wrist") == palette.GLOVE
    assert clip.colour("nose") == palette.CENTRE


def test_doubt_makes_bones_fainter_and_a_guess_is_not_drawn():
    sure = clip_for()
    unsure = replace(sure, confidence=np.full_like(sure.confidence, 0.25))
    guess = replace(sure, confidence=np.full_like(sure.confidence, 0.01))
    strength = [np.abs(drawn(Skeleton(), c).astype(int) - GREY).sum() for c in (sure, unsure, guess)]
    assert strength[0] > 1.5 * strength[1] > 0
    assert strength[2] == 0


def test_bridged_frames_are_dashed():
    sure = clip_for()
    bridged = replace(sure, measured=np.zeros_like(sure.measured))
    assert near(drawn(Skeleton(), bridged), palette.THROWING) < 0.7 * near(
        drawn(Skeleton(), sure), palette.THROWING
    )


def test_the_shadow_draws_only_when_there_is_one():
    clip = clip_for()
    assert changed(drawn(ReferenceSkeleton(), clip)) == 0
    with_reference = replace(clip, reference_px=clip.points + 60.0)
    assert near(drawn(ReferenceSkeleton(), with_reference), palette.REFERENCE, limit=90) > 30


def test_points_outside_the_picture_and_huge_ones_do_no_harm():
    series = make_series(size=SIZE)
    series.landmarks_px[:, INDEX["left_wrist"]] = (1e9, -1e9)
    series.landmarks_px[:, INDEX["right_wrist"]] = (-50, 10)
    for overlay in standard():
        drawn(overlay, clip_for(series))


def test_an_event_belongs_to_the_nearest_frame():
    deliveries = [{"index": 0, "events": {"release": {"time_s": 0.51}, "leg_lift": {"time_s": 0.09}}}]
    marks = event_marks(deliveries, np.arange(10) * 0.1)
    assert [(m.name, m.row) for m in marks] == [("leg_lift", 1), ("release", 5)]


def test_the_banner_says_when_and_how_long_after_foot_contact():
    marks = {m.name: m for m in clip_for().marks}
    assert banner_words(marks["foot_contact"], 1) == ("Foot strike", "0.80 s")
    assert banner_words(marks["release"], 1) == ("Release", "0.95 s  +150 ms")
    assert banner_words(marks["max_external_rotation"], 1)[1].endswith("estimated")
    assert banner_words(marks["release"], 2)[0] == "Pitch 1: Release"


def test_the_banner_stays_up_long_enough_to_be_read():
    clip = clip_for()
    row = next(m.row for m in clip.marks if m.name == "leg_lift")
    quiet = changed(drawn(EventBanner(), clip, row - 1))
    assert quiet == 0
    held = [r for r in range(row, row + 15) if changed(drawn(EventBanner(), clip, r)) > 50]
    assert len(held) / 30 >= 0.4


def test_an_events_words_end_inside_the_picture():
    clip = clip_for()
    row = max(mark.row for mark in clip.marks if mark.estimated)
    image = drawn(EventBanner(left=SIZE[0] // 2 + 60), clip, row)
    assert changed(image) > 50
    assert (image[:, -clip.margin + 2 :] == GREY).all(), "the margin stays free"


def test_the_banner_keeps_out_of_the_athletes_corner():
    left = make_series(size=SIZE)
    left.landmarks_px[:] += np.array([-100.0, -150.0])
    assert right_is_quieter(clip_for(left))
    right = left.with_(landmarks_px=left.landmarks_px + np.array([380.0, 0.0]))
    assert not right_is_quieter(clip_for(right))


def test_the_clock_tells_slow_motion():
    clip = clip_for(capture_fps=240.0, playback=8.0)
    assert clock_facts(clip, 12) == "frame 12   240 fps   played 8× slower"
    assert "slower" not in clock_facts(clip_for(), 12)


def test_a_running_clock_does_not_tremble():
    assert text_width("1.111 s", 20) == text_width("8.888 s", 20)
    image = np.zeros((40, 200, 3), np.uint8)
    assert text(image, "1.111 s", 5, 30, 20, (255, 255, 255)) == 5 + text_width("1.111 s", 20)


def test_crossing_translucent_strokes_do_not_add_up():
    image = np.zeros((40, 40, 3), np.uint8)
    layer = Layer(image, (0, 0, 40, 40))
    layer.line(np.array([2.0, 20]), np.array([38.0, 20]), (200, 200, 200), 6, 0.5)
    layer.line(np.array([20.0, 2]), np.array([20.0, 38]), (200, 200, 200), 6, 0.5)
    layer.composite()
    assert abs(int(image[20, 20, 0]) - 100) <= 2 and abs(int(image[20, 8, 0]) - 100) <= 2


def test_a_mask_may_hang_over_every_edge():
    image = np.zeros((10, 10, 3), np.uint8)
    mask = np.full((6, 6), 255, np.uint8)
    for left, top in ((-3, -3), (7, 7), (-9, 2), (2, 20)):
        blend(image, mask, left, top, (255, 255, 255))
    assert image[0, 0, 0] == 255 and image[9, 9, 0] == 255 and image[5, 5, 0] == 0
