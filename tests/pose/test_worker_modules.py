"""A running worker has in it what runs the networks, and nothing of what made their files."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from shadow_trainer.pose import weights
from shadow_trainer.pose.convert import install
from shadow_trainer.settings import ROOT
from tests import no_internet

# Set-up alone needs them: whatever runs the networks, they are ONNX files.
FOREIGN = ("onnx", "google.protobuf", "torch", "shadow_trainer.pose.convert")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home folder of the user who runs the worker of these tests."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def warmed(models_dir: Path, home: Path) -> subprocess.CompletedProcess[str]:
    """The worker's modules, its networks loaded and run, where whatever converts them cannot be imported.

    It may look for no other machine (tests/no_internet.py), and its environment says nothing about that.
    """
    code = f"""
import sys
sys.modules.update(dict.fromkeys({FOREIGN!r}))
import workers.worker_child
from shadow_trainer.jobs.pipeline.engines import Engines
from shadow_trainer.settings import load
Engines(load(device="cpu", models_dir={str(models_dir)!r})).warm()
from pathlib import Path
from shadow_trainer.pose.engine import Engine
Engine("xs", device="cpu", models_dir=Path({str(models_dir)!r}), buffered=True).warm()
print(sorted(name for name in {FOREIGN!r} if sys.modules[name] is not None))
"""
    alone = [sys.executable, "-m", "tests.no_internet"] if no_internet.possible() else []
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("XDG_", "ORT_"))}
    return subprocess.run(
        [*alone, sys.executable, "-c", code],
        cwd=ROOT,
        env={**environment, "HOME": str(home)},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.model
def test_a_worker_needs_nothing_of_the_conversion(warmed: subprocess.CompletedProcess[str]) -> None:
    assert warmed.returncode == 0, warmed.stderr
    assert warmed.stdout.splitlines()[-1] == "[]"


@pytest.mark.model
def test_a_worker_tells_nobody_that_it_runs(warmed: subprocess.CompletedProcess[str], home: Path) -> None:
    """ONNX Runtime would write a number for this machine and its events into the home folder, to send them off."""
    assert warmed.returncode == 0, warmed.stderr
    assert [str(path) for path in home.rglob("*") if path.is_file()] == []


def test_the_onnx_file_is_valid_and_reads_its_weights_out_of_the_one_file(
    packages: Path, tmp_path: Path
) -> None:
    onnx = pytest.importorskip("onnx")
    install.convert_one("lite", models_dir=tmp_path, packages=packages)
    path = weights.verified_onnx("lite", models_dir=tmp_path)
    onnx.checker.check_model(str(path), full_check=True)
    stored = weights.weights_file("lite", tmp_path).stat().st_size
    assert path.stat().st_size < stored / 20
    model = onnx.load(str(path), load_external_data=False)
    places = {
        entry.value for t in model.graph.initializer for entry in t.external_data if entry.key == "location"
    }
    assert places == {"lite.safetensors"}
