"""The networks' weights: verified at the source, converted once, verified again on every load.

Source: npm package ``@mediapipe/pose`` (Apache-2.0), pinned by package-lock.json; the SHA-256 of each
file is pinned here too, so that a changed file never becomes a silently different model. Converted
files live in ``<data>/models``: ``NAME.safetensors`` (weights, half precision as in the source) and
``NAME.json`` (the graph, the source's hash and the weights' hash).
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import SetupError
from ..settings import ROOT
from ..settings import load as load_settings
from .convert import tflite
from .convert.graph import Graph, convert

PACKAGE = ROOT / "node_modules" / "@mediapipe" / "pose"
# Raise when the conversion changes, so that older converted files are made anew.
FORMAT = 1
_DETECTOR_OUTPUTS = {"Identity": "boxes", "Identity_1": "scores"}
_LANDMARK_OUTPUTS = {
    "Identity": "landmarks",
    "Identity_1": "flag",
    "Identity_2": "segmentation",
    "Identity_3": "heatmap",
    "Identity_4": "world",
}


@dataclass(frozen=True)
class Source:
    """One network of the package: file, pinned hash, and our names of its outputs."""

    file: str
    sha256: str
    outputs: dict[str, str]


SOURCES: dict[str, Source] = {
    "detector": Source(
        "pose_solution_packed_assets.data",
        "a63c614bef30d35947f13be361820b1e4e3bec9cfeebf4d11216a18373108e85",
        _DETECTOR_OUTPUTS,
    ),
    "lite": Source(
        "pose_landmark_lite.tflite",
        "f17bfbecadb61c3be1baa8b8d851cc6619c870a87167b32848ad20db306b9d61",
        _LANDMARK_OUTPUTS,
    ),
    "full": Source(
        "pose_landmark_full.tflite",
        "e9a5c5cb17f736fafd4c2ec1da3b3d331d6edbe8a0d32395855aeb2cdfd64b9f",
        _LANDMARK_OUTPUTS,
    ),
    "heavy": Source(
        "pose_landmark_heavy.tflite",
        "59e42d71bcd44cbdbabc419f0ff76686595fd265419566bd4009ef703ea8e1fe",
        _LANDMARK_OUTPUTS,
    ),
}
# Model size of the settings -> landmark network. `l` is heavy, averaged with its mirror image.
SIZES: dict[str, str] = {"xs": "lite", "s": "full", "m": "heavy", "l": "heavy"}
ALL = tuple(SOURCES)


def default_models_dir() -> Path:
    """Where converted networks are kept, as the settings say."""
    return load_settings().models_path


def networks_for(sizes: Iterable[str]) -> tuple[str, ...]:
    """Names of the networks that these sizes need: detector and lite always (the scan uses them)."""
    wanted = {"detector", "lite", *(SIZES[size] for size in sizes)}
    return tuple(name for name in SOURCES if name in wanted)


def ensure_weights(
    sizes: Iterable[str] = tuple(SIZES),
    *,
    models_dir: Path | None = None,
    package: Path = PACKAGE,
    force: bool = False,
) -> list[str]:
    """Convert what is missing or outdated (everything when ``force``); returns what was converted.

    Raises SetupError when the package is absent or a file is not the one that is pinned.
    """
    models_dir = models_dir or default_models_dir()
    done = []
    for name in networks_for(sizes):
        if force or not _is_current(name, models_dir):
            convert_one(name, models_dir=models_dir, package=package)
            done.append(name)
    return done


def convert_one(name: str, *, models_dir: Path, package: Path = PACKAGE) -> None:
    """Convert one network; the JSON, which vouches for the weights, is written last."""
    from safetensors.numpy import save

    source = SOURCES[name]
    path = package / source.file
    try:
        data = path.read_bytes()
    except OSError as error:
        raise SetupError(f"The pose model {path.name} is missing.", code="weights_missing") from error
    if hashlib.sha256(data).hexdigest() != source.sha256:
        raise SetupError(
            f"The pose model {path.name} is not the file this release was made for (wrong hash).",
            code="weights_broken",
            fix="Delete node_modules and run `make setup`.",
        )
    graph, weights = convert(tflite.parse(data), source.outputs)
    packed = save({k: np.ascontiguousarray(v) for k, v in weights.items()})
    document = {
        "format": FORMAT,
        "name": name,
        "source_sha256": source.sha256,
        "weights_sha256": hashlib.sha256(packed).hexdigest(),
        "graph": graph.as_dict(),
    }
    models_dir.mkdir(parents=True, exist_ok=True)
    _write(models_dir / f"{name}.safetensors", packed)
    _write(models_dir / f"{name}.json", json.dumps(document).encode())


def load(name: str, *, models_dir: Path) -> tuple[Graph, dict[str, np.ndarray]]:
    """Graph and weights of a converted network; SetupError when absent, outdated or damaged."""
    from safetensors.numpy import load as unpack

    document = _document(name, models_dir)
    try:
        packed = (models_dir / f"{name}.safetensors").read_bytes()
    except OSError as error:
        raise _broken(name, "its weights are missing") from error
    if hashlib.sha256(packed).hexdigest() != document["weights_sha256"]:
        raise _broken(name, "its weights are damaged")
    return Graph.from_dict(document["graph"]), unpack(packed)


def verify(*, models_dir: Path | None = None, names: Iterable[str] = ALL) -> None:
    """Check every converted network's hash; raises the first SetupError met."""
    models_dir = models_dir or default_models_dir()
    for name in names:
        load(name, models_dir=models_dir)


def _document(name: str, models_dir: Path) -> dict[str, Any]:
    try:
        document = json.loads((models_dir / f"{name}.json").read_text(encoding="utf-8"))
        if document["format"] != FORMAT or document["source_sha256"] != SOURCES[name].sha256:
            raise _broken(name, "it was converted by another release")
        return document
    except FileNotFoundError as error:
        raise SetupError(
            f"The pose model `{name}` has not been converted yet.",
            code="weights_missing",
            fix="Run `python -m shadow_trainer models ensure`.",
        ) from error
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise _broken(name, "its description is damaged") from error


def _broken(name: str, why: str) -> SetupError:
    return SetupError(
        f"The converted pose model `{name}` cannot be used: {why}.",
        code="weights_broken",
        fix="Run `python -m shadow_trainer models ensure --force`.",
    )


def _is_current(name: str, models_dir: Path) -> bool:
    try:
        load(name, models_dir=models_dir)
    except SetupError:
        return False
    return True


def _write(path: Path, data: bytes) -> None:
    """Write under a temporary name and rename: a reader sees the old file or the new one, whole."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    temporary.write_bytes(data)
    temporary.replace(path)
