"""The converted networks give what the TFLite runtime gives, by the processor's way and by the card's."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from shadow_trainer.pose import roi, weights
from shadow_trainer.pose.engine import CROP_PX, DETECTOR_PX, Engine, load_runner, unmirror
from shadow_trainer.pose.tracking import detector

# Largest differences allowed, in the outputs' own units (pixels of the crop, metres, logits).
LANDMARK_LIMITS = {"landmarks": 5e-3, "flag": 1e-4, "heatmap": 5e-3, "world": 1e-4}
DETECTOR_LIMITS = {"boxes": 5e-3, "scores": 5e-3}


@pytest.fixture(scope="module")
def crops(engine: Engine, pictures: list[np.ndarray]) -> np.ndarray:
    """Nine real crops (9, 256, 256, 3) around the athlete."""
    rois = [detector.find_people(engine, picture).rois[0] for picture in pictures]
    return np.stack([roi.crop(p, r, CROP_PX) for p, r in zip(pictures, rois, strict=True)])


@pytest.fixture(scope="module")
def squares(pictures: list[np.ndarray]) -> np.ndarray:
    """The same frames as detector input (9, 224, 224, 3)."""
    return np.stack([detector._cut(p, (0, 0, 1280)) for p in pictures])


def reference(packages: Path, name: str, pictures: np.ndarray) -> dict[str, np.ndarray]:
    """What the TFLite runtime says, by our output names, NHWC."""
    interpreter_of = pytest.importorskip("ai_edge_litert.interpreter").Interpreter
    source = weights.SOURCES[name]
    (file,) = source.files
    runtime = interpreter_of(str(packages / file), num_threads=1)
    runtime.allocate_tensors()
    rows: dict[str, list[np.ndarray]] = {}
    for picture in pictures:
        value = picture[None].astype(np.float32) * np.float32(source.scale) + np.float32(source.shift)
        runtime.set_tensor(runtime.get_input_details()[0]["index"], value)
        runtime.invoke()
        for detail in runtime.get_output_details():
            if detail["name"] in source.outputs:
                value = runtime.get_tensor(detail["index"])[0]
                rows.setdefault(source.outputs[detail["name"]], []).append(value)
    return {key: np.stack(values) for key, values in rows.items()}


@pytest.mark.model
@pytest.mark.parametrize("name", ["detector", "lite", "full", "heavy"])
@pytest.mark.parametrize("buffered", [False, True])
def test_parity_with_the_tflite_runtime(
    models_dir: Path, packages: Path, crops: np.ndarray, squares: np.ndarray, name: str, buffered: bool
) -> None:
    pictures = squares if name == "detector" else crops
    limits = DETECTOR_LIMITS if name == "detector" else LANDMARK_LIMITS
    wanted = reference(packages, name, pictures)
    runner = load_runner(name, models_dir=models_dir, device="cpu", batch=4, buffered=buffered)
    outputs = runner.run(pictures)
    for output, limit in limits.items():
        value = outputs[output]
        if value.ndim == 4:
            value = value.transpose(0, 2, 3, 1)
        assert value.shape == wanted[output].shape
        assert np.abs(value - wanted[output]).max() < limit, output


@pytest.mark.model
def test_a_batch_gives_what_single_pictures_give(engine: Engine, crops: np.ndarray) -> None:
    together = engine.landmarks(crops)
    alone = np.concatenate([engine.landmarks(crop[None]).points for crop in crops])
    assert np.abs(together.points - alone).max() < 1e-2


@pytest.mark.model
def test_mirror_averaging_does_not_care_for_left_and_right(models_dir: Path, crops: np.ndarray) -> None:
    # l(mirrored crop) must be the mirror image of l(crop): the average is symmetric by construction.
    large = Engine("l", device="cpu", models_dir=models_dir)
    one = large.landmarks(crops[:1])
    other = unmirror(large.landmarks(np.ascontiguousarray(crops[:1, :, ::-1])))
    assert np.abs(one.points - other.points).max() < 1e-2
    assert np.abs(one.world - other.world).max() < 1e-4


def test_crops_have_the_networks_sizes(crops: np.ndarray, squares: np.ndarray) -> None:
    assert crops.shape == (9, CROP_PX, CROP_PX, 3) and crops.dtype == np.uint8
    assert squares.shape == (9, DETECTOR_PX, DETECTOR_PX, 3) and squares.dtype == np.uint8
