"""Which processor runs the networks, and which card belongs to which worker."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib import metadata
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from shadow_trainer.errors import SetupError
from shadow_trainer.pose import devices
from shadow_trainer.settings import ROOT
from tests.pose.cards import fake_cards


@pytest.fixture(autouse=True)
def say_again() -> None:
    devices._say_once.cache_clear()


def machine(
    monkeypatch: pytest.MonkeyPatch, *, build: bool = True, driver: bool = True, found: int = 0
) -> None:
    """Pretend that ONNX Runtime's build for cards and a driver are installed, and how many cards that finds."""

    def version(name: str) -> str:
        if name != devices.PACKAGE or not build:
            raise metadata.PackageNotFoundError(name)
        return "1.31.1"

    def count_into(reference: Any) -> int:
        reference._obj.value = found
        return 0

    library = SimpleNamespace(cuInit=lambda flags: 0, cuDeviceGetCount=count_into)
    monkeypatch.setattr(devices.metadata, "version", version)
    monkeypatch.setattr(devices, "_driver", lambda: library if driver else None)


@pytest.mark.parametrize(
    ("here", "words"),
    [
        ({"build": False}, "build for processors"),
        ({"driver": False}, "no NVIDIA driver"),
        ({}, "finds no card"),
    ],
)
def test_asking_for_an_absent_graphics_card_says_why(
    monkeypatch: pytest.MonkeyPatch, here: dict[str, bool], words: str
) -> None:
    machine(monkeypatch, **here)
    with pytest.raises(SetupError, match=words) as error:
        devices.resolve("cuda")
    assert error.value.code == "no_cuda" and "SHADOW_DEVICE=auto" in error.value.fix


@pytest.mark.parametrize(
    ("here", "card", "level"),
    [
        ({}, False, "WARNING"),
        ({"build": False}, True, "WARNING"),
        ({"driver": False}, False, "INFO"),
        ({"build": False}, False, "INFO"),
    ],
)
def test_auto_falls_back_to_the_cpu_and_says_so(
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    tmp_path: Path,
    here: dict[str, bool],
    card: bool,
    level: str,
) -> None:
    machine(monkeypatch, **here)
    fake_cards(tmp_path, monkeypatch, *(["0"] if card else []))
    with caplog.at_level("INFO"):
        assert devices.resolve("auto") == devices.resolve("auto") == "cpu"
    assert [record.levelname for record in caplog.records] == [level]
    assert "runs on the CPU" in caplog.text


def test_auto_takes_the_card_that_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    machine(monkeypatch, found=1)
    assert [devices.resolve(wanted) for wanted in ("auto", "cuda", "cpu")] == ["cuda", "cuda", "cpu"]


def test_a_driver_that_does_not_begin_is_no_card(monkeypatch: pytest.MonkeyPatch) -> None:
    machine(monkeypatch, found=1)
    monkeypatch.setattr(devices, "_driver", lambda: SimpleNamespace(cuInit=lambda flags: 100))
    assert devices.resolve("auto") == "cpu"


def test_each_worker_has_a_card_of_its_own(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    fake_cards(tmp_path, monkeypatch, "0", "1")
    assert [devices.card_for(number) for number in (1, 2)] == ["0", "1"]
    assert not caplog.records
    assert devices.card_for(3) == "0"
    assert "only 2 here" in caplog.text


def test_cards_that_were_chosen_before_are_shared_out() -> None:
    environ = {devices.VARIABLE: "2, GPU-8a5, 7"}
    assert [devices.card_for(number, environ) for number in (1, 2, 3)] == ["2", "GPU-8a5", "7"]
    assert devices.card_for(1, {devices.VARIABLE: ""}) is None


def test_a_card_has_a_name_and_memory(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The one that this process may use, by the driver's own tool."""
    tool = tmp_path / "nvidia-smi"
    tool.write_text(
        '#!/bin/sh\ncase "$*" in *"-i 3"*) echo "NVIDIA A10, 24 GB, 20480, 23028";; *) exit 6;; esac\n'
    )
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    assert devices.card({**os.environ, devices.VARIABLE: "3,4"}) == devices.Card(
        "NVIDIA A10, 24 GB", 20480 << 20, 23028 << 20
    )
    assert devices.card({**os.environ, devices.VARIABLE: "9"}) is None


def test_no_card_is_no_error(tmp_path: Path) -> None:
    assert devices.card_for(1, {"PATH": str(tmp_path)}) is None


def test_the_worker_that_is_started_with_a_number_sees_that_card(tmp_path: Path) -> None:
    """The variable must be set before anything asks the driver, in the process that the child inherits from."""
    code = (
        "import os, sys\n"
        "from click.testing import CliRunner\n"
        "import workers.pose_worker as module\n"
        "class Silent:\n"
        "    def __init__(self, *_): print('card', os.environ.get('CUDA_VISIBLE_DEVICES'))\n"
        "    def work(self, **_): pass\n"
        "module.PoseWorker = Silent\n"
        "from shadow_trainer.cli.worker import worker\n"
        "print(CliRunner().invoke(worker, ['--instance', '2']).output)\n"
    )
    environ = {"PATH": "/usr/bin:/bin", "CUDA_VISIBLE_DEVICES": "5,6", "SHADOW_DATA_DIR": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environ, capture_output=True, text=True, check=True
    )
    assert "card 6" in done.stdout


@pytest.mark.model
def test_everything_of_a_worker_runs_without_torch() -> None:
    """The tests have it, and trains the lifter; no program that runs imports it."""
    code = (
        "import sys; sys.modules['torch'] = None\n"
        "import pkgutil, importlib, shadow_trainer\n"
        "import workers.worker_child, workers.clock, workers.pose_worker, wsgi\n"
        "skip = ('shadow_trainer.__main__', 'shadow_trainer.catalog.migrations')\n"
        "for module in pkgutil.walk_packages(shadow_trainer.__path__, 'shadow_trainer.', onerror=print):\n"
        "    if not module.name.startswith(skip): importlib.import_module(module.name)\n"
        "from shadow_trainer.jobs.pipeline.engines import Engines\n"
        "from shadow_trainer.settings import load\n"
        "Engines(load(device='cpu', model_size='xs')).warm()\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
