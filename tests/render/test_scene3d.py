"""The 3D view shows the whole delivery, from where the video cannot see, on the ground."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shadow_trainer.body.skeleton import INDEX
from shadow_trainer.render import scene3d
from shadow_trainer.render.camera3d import Camera, complementary, framing
from shadow_trainer.render.clip import event_marks
from shadow_trainer.render.ground import ground_of
from shadow_trainer.render.projection import video_pixels
from shadow_trainer.render.side_by_side import PANE, athlete_crop, cut

from .conftest import make_analysis, make_series


@given(st.sampled_from(["open-side", "rear", "front", "other"]), st.sampled_from(["left", "right"]))
def test_every_point_of_the_delivery_is_in_the_picture(view, throws):
    world = make_series().world_m.reshape(-1, 3)
    camera = framing(world, complementary(view, throws)[0], PANE)
    pixels, depth = camera.project(world)
    assert (depth > 0).all()
    assert (pixels >= 0).all() and (pixels <= PANE).all()


def test_the_camera_projects_as_a_camera_does():
    camera = Camera(np.array([0.0, -5.0, 1.0]), np.array([0.0, 0.0, 1.0]), 500.0, (400, 300))
    pixels, depth = camera.project(np.array([[0, 0, 1.0], [1.0, 0, 1.0], [0, 0, 2.0], [0, -9.0, 1.0]]))
    assert np.allclose(pixels[:3], [[200, 150], [300, 150], [200, 50]])
    assert depth[0] == 5 and np.isnan(depth[3]) and np.isnan(pixels[3]).all()


@pytest.mark.parametrize(("throws", "side"), [("right", -1), ("left", 1)])
def test_a_film_from_behind_is_completed_from_the_open_side(throws, side):
    direction, words = complementary("rear", throws)
    assert np.sign(direction[1]) == side and abs(direction[1]) > abs(direction[0])
    assert words == "from the open side"


def test_the_ground_falls_from_the_rubber_to_the_landing_foot():
    series, analysis = make_series(), make_analysis()
    series.world_m[24:, [INDEX[f"left_{p}"] for p in ("ankle", "heel", "foot_index")], 2] -= 0.1
    ground = ground_of(series.world_m, event_marks(analysis["deliveries"], series.time_s), "right")
    assert ground.landing_z == pytest.approx(ground.rubber_z - 0.1, abs=0.02)
    assert (
        ground.height(np.array(-5.0)) == ground.rubber_z and ground.height(np.array(9.0)) == ground.landing_z
    )


def test_without_events_the_ground_is_level_under_the_feet():
    series = make_series()
    ground = ground_of(series.world_m, (), "right")
    assert ground.rubber_z == ground.landing_z == pytest.approx(0.02, abs=0.02)


def test_the_body_is_drawn_in_its_colours_and_nothing_is_drawn_when_nothing_is_known():
    series, analysis = make_series(), make_analysis()
    series.world_m[:5] = np.nan
    stage = scene3d.make_stage(series, analysis, PANE)
    assert np.array_equal(scene3d.draw_stage(stage, series, 0), stage.backdrop)
    assert np.array_equal(scene3d.draw_stage(stage, series, 999), stage.backdrop)
    body = scene3d.draw_stage(stage, series, 20).astype(int)
    amber = (body[..., 0] > 120) & (body[..., 1] > 70) & (body[..., 2] < 60)
    azure = (body[..., 2] > 150) & (body[..., 0] < 90)
    assert amber.sum() > 200 and azure.sum() > 200


def test_the_crop_holds_the_athlete_and_maps_pixels_exactly():
    series = make_series(size=(1280, 720))
    crop = athlete_crop(series, (1280, 720))
    placed = (series.landmarks_px - np.array(crop.offset)) * crop.scale
    assert (placed >= 0).all() and (placed <= PANE).all()
    image = np.zeros((720, 1280, 3), np.uint8)
    x, y = series.landmarks_px[20, INDEX["nose"]]
    image[int(y) - 3 : int(y) + 4, int(x) - 3 : int(x) + 4] = 255
    there = placed[20, INDEX["nose"]].round().astype(int)
    assert cut(image, crop, 1280)[there[1], there[0]].min() > 200


def test_the_world_is_seen_through_the_films_own_camera():
    series = make_series()
    frames = len(series)
    # A camera on the third-base side looking toward first base: right is +X, down is -Z, away is +Y.
    rotation = np.array([[1.0, 0, 0], [0, 0, -1.0], [0, 1.0, 0]])
    camera = {
        "camera_focal": np.full(frames, 400.0),
        "camera_R": np.repeat(rotation[None], frames, axis=0),
        "camera_t": np.repeat([[0.0, 1.0, 5.0]], frames, axis=0),
    }
    camera["camera_t"][:3] = np.nan
    series.extras.update(camera)
    points = np.repeat(
        [[[0.0, 0.0, 1.0], [1.0, 0.0, 1.0], [0.0, 0.0, 2.0], [0.0, -9.0, 0.0]]], frames, axis=0
    )
    pixels = video_pixels(series, points, (320, 240))
    assert np.allclose(pixels[10, :3], [[160, 120], [240, 120], [160, 40]])
    assert np.isnan(pixels[10, 3]).all() and np.isnan(pixels[0]).all()
    assert video_pixels(make_series(), points, (320, 240)) is None


def test_a_film_without_an_athlete_is_shown_whole():
    series = make_series(size=(1280, 720))
    empty = series.with_(landmarks_px=np.full_like(series.landmarks_px, np.nan))
    crop = athlete_crop(empty, (1280, 720))
    corners = (np.array([[0, 0], [1280, 720]]) - np.array(crop.offset)) * crop.scale
    assert (corners >= -0.5).all() and (corners <= np.array(PANE) + 0.5).all()
