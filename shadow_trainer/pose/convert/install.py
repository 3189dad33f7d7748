"""Set-up converts the networks: published files in, verified by their hashes; the files of ``weights`` out.

The only module that the program itself takes from here, and only for `models ensure`.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from safetensors.numpy import save

from ...errors import SetupError
from ...settings import ROOT
from ..weights import (
    ALL,
    FORMAT,
    SOURCES,
    Source,
    default_models_dir,
    description_file,
    onnx_file,
    verify,
    weights_file,
)
from . import from_tfjs, from_tflite, onnx_export, tfjs, tflite
from .graph import Graph

PACKAGES = ROOT / "node_modules"
# MoveNet's pixels after its own normalization, which is ours too: * 2/255 - 1.
FIRST = "StatefulPartitionedCall/sub_1"


def ensure_weights(
    names: Iterable[str] = ALL,
    *,
    models_dir: Path | None = None,
    packages: Path = PACKAGES,
    force: bool = False,
) -> list[str]:
    """Convert which of the networks are missing or outdated (all when ``force``); returns those converted.

    ``packages`` is the folder of the npm packages. Raises SetupError when one is absent or a file is not the one that
    is pinned.
    """
    models_dir = models_dir or default_models_dir()
    converted = []
    for name in names:
        if force or not _is_current(name, models_dir):
            convert_one(name, models_dir=models_dir, packages=packages)
            converted.append(name)
    return converted


def convert_one(name: str, *, models_dir: Path, packages: Path = PACKAGES) -> None:
    """Convert one network; the description, which vouches for the other two files, is written last."""
    source = SOURCES[name]
    graph, weights = _read(source, packages)
    packed = save({key: np.ascontiguousarray(value) for key, value in weights.items()})
    path = weights_file(name, models_dir)
    model = onnx_export.export(graph, packed, path.name, scale=source.scale, shift=source.shift)
    network = model.SerializeToString(deterministic=True)
    document = {
        "format": FORMAT,
        "name": name,
        "source_sha256": source.sha256,
        "weights_sha256": hashlib.sha256(packed).hexdigest(),
        "onnx_sha256": hashlib.sha256(network).hexdigest(),
    }
    models_dir.mkdir(parents=True, exist_ok=True)
    _write(path, packed)
    _write(onnx_file(name, models_dir), network)
    _write(description_file(name, models_dir), json.dumps(document).encode())


def _read(source: Source, packages: Path) -> tuple[Graph, dict[str, np.ndarray]]:
    """A TensorFlow.js model has two files, a TFLite model one."""
    contents = [_verified(packages / file, sha256) for file, sha256 in source.files.items()]
    if len(contents) == 1:
        return from_tflite.convert(tflite.parse(contents[0]), source.outputs)
    model = tfjs.parse(*contents)
    return from_tfjs.convert(model, source.outputs, first=FIRST, side=source.side)


def _verified(path: Path, sha256: str) -> bytes:
    """Content of a published file; SetupError when it is absent or another one."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise SetupError(
            f"The pose model {path.name} is missing.", code="weights_missing", fix="Run `make setup`."
        ) from error
    if hashlib.sha256(content).hexdigest() != sha256:
        raise SetupError(
            f"The pose model {path.name} is not the file this release was made for (wrong hash).",
            code="weights_broken",
            fix="Delete node_modules and run `make setup`.",
        )
    return content


def _is_current(name: str, models_dir: Path) -> bool:
    try:
        verify(models_dir=models_dir, names=[name])
    except SetupError:
        return False
    return True


def _write(path: Path, content: bytes) -> None:
    """Write under a temporary name and rename: a reader sees the old file or the new one, whole."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    temporary.write_bytes(content)
    temporary.replace(path)
