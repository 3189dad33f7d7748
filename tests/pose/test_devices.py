"""Which processor runs the networks, and which card belongs to which worker."""

from __future__ import annotations

import subprocess
import sys
from importlib import metadata
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

from shadow_trainer.errors import SetupError
from shadow_trainer.pose import devices
from shadow_trainer.settings import ROOT
from tests.pose.cards import fake_cards


@pytest.fixture(autouse=True)
def say_again() -> None:
    devices._say_once.cache_clear()


def build_of_torch(
    monkeypatch: pytest.MonkeyPatch, build: str | None, *, cuda: bool = False, driver: bool = True
) -> None:
    """Pretend that this build of torch and a driver are installed, and that torch sees a device or none."""

    def version(name: str) -> str:
        if build is None:
            raise metadata.PackageNotFoundError(name)
        return build

    torch = ModuleType("torch")
    torch.cuda = SimpleNamespace(is_available=lambda: cuda)
    monkeypatch.setattr(devices.metadata, "version", version)
    monkeypatch.setattr(devices, "DRIVER", None if driver else "libcuda-of-no-machine.so.1")
    monkeypatch.setitem(sys.modules, "torch", torch)


@pytest.mark.parametrize(
    ("build", "words"),
    [(None, "not installed"), ("2.13.0+cpu", "without CUDA"), ("2.13.0", "sees no CUDA device")],
)
def test_asking_for_an_absent_graphics_card_says_why(
    monkeypatch: pytest.MonkeyPatch, build: str | None, words: str
) -> None:
    build_of_torch(monkeypatch, build)
    with pytest.raises(SetupError, match=words) as error:
        devices.resolve("cuda")
    assert error.value.code == "no_cuda" and "SHADOW_DEVICE=auto" in error.value.fix


@pytest.mark.parametrize(
    ("build", "card", "level"),
    [
        ("2.13.0", False, "WARNING"),
        ("2.13.0+cpu", True, "WARNING"),
        (None, True, "WARNING"),
        (None, False, "INFO"),
    ],
)
def test_auto_falls_back_to_the_cpu_and_says_so(
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    tmp_path: Path,
    build: str | None,
    card: bool,
    level: str,
) -> None:
    build_of_torch(monkeypatch, build)
    fake_cards(tmp_path, monkeypatch, *(["0"] if card else []))
    with caplog.at_level("INFO"):
        assert devices.resolve("auto") == devices.resolve("auto") == "cpu"
    assert [record.levelname for record in caplog.records] == [level]
    assert "runs on the CPU" in caplog.text


def test_without_a_driver_torch_is_not_imported_to_ask(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """PyPI's torch has CUDA in it; importing it in every worker to hear "no" costs seconds and 200 MB."""
    build_of_torch(monkeypatch, "2.13.0", driver=False)
    monkeypatch.setitem(sys.modules, "torch", None)  # an import would fail
    fake_cards(tmp_path, monkeypatch)
    with caplog.at_level("INFO"):
        assert devices.resolve("auto") == "cpu"
    assert [record.levelname for record in caplog.records] == ["INFO"]
    with pytest.raises(SetupError, match="no NVIDIA driver"):
        devices.resolve("cuda")


def test_auto_takes_the_card_that_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    build_of_torch(monkeypatch, "2.13.0", cuda=True)
    assert (devices.resolve("auto"), devices.resolve("cuda"), devices.resolve("cpu")) == (
        "cuda",
        "cuda",
        "cpu",
    )


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
    """What requirements-cpu.txt leaves out is never imported on a CPU, and the networks run."""
    code = (
        "import sys; sys.modules['torch'] = None\n"
        "import pkgutil, importlib, shadow_trainer\n"
        "import workers.worker_child, workers.clock, workers.pose_worker, wsgi\n"
        "skip = ('shadow_trainer.pose.torch_module', 'shadow_trainer.__main__', 'shadow_trainer.catalog.migrations')\n"
        "for module in pkgutil.walk_packages(shadow_trainer.__path__, 'shadow_trainer.', onerror=print):\n"
        "    if not module.name.startswith(skip): importlib.import_module(module.name)\n"
        "from shadow_trainer.jobs.pipeline.engines import Engines\n"
        "from shadow_trainer.settings import load\n"
        "Engines(load(device='cpu', model_size='xs')).warm()\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
