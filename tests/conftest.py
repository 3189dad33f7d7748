"""What every test folder may use: the repository, the sample clips, and the truth clips where they exist."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.storage.service import Service

ROOT = Path(__file__).resolve().parent.parent
TESTS = ROOT / "tests"
# `make test` runs pytest in four processes. What shares something that takes long to make (a running stack, an
# installed toy, a loaded model) stays together in one; everything else stays together by file.
TOGETHER = ("browser", "setup", "pose")
# Begun first, the longest first, so that no process is left with a long one at the end.
LONGEST = ("browser", "workers", "chaos", "jobs", "analyse", "pose", "cli", "setup", "render")
# What `make quick` runs: folders that compute alone, without the tests of a server, worker, browser or network.
QUICK = ("catalog", "pitching", "web")
NOT_QUICK = ("postgres", "processes", "model", "shared", "browser")


def pytest_addoption(parser: pytest.Parser) -> None:
    """``--quick``: only what computes alone and at once."""
    parser.addoption("--quick", action="store_true", help="without servers, workers, browsers and films")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Folders that have nothing quick in them are not even read."""
    folder = collection_path.parent == TESTS and collection_path.is_dir()
    return True if config.getoption("--quick") and folder and collection_path.name not in QUICK else None


def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> object:
    """Hand out groups of tests; xdist's own marker for groups has no effect with this version of pytest."""
    from xdist.scheduler import LoadScopeScheduling

    class ByGroup(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return _group(ROOT / nodeid.partition("::")[0])

    return ByGroup(config, log)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Put the longest first, and leave out what takes long where that was asked for."""
    if config.getoption("--quick"):
        slow = [item for item in items if any(item.get_closest_marker(name) for name in NOT_QUICK)]
        config.hook.pytest_deselected(items=slow)
        items[:] = [item for item in items if item not in slow]
    ranks = {name: rank for rank, name in enumerate(LONGEST)}
    items.sort(key=lambda item: ranks.get(_folder(item.path), len(ranks)))


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Take away the folders in memory of this run's installations; their data folders are pytest's own."""
    if hasattr(session.config, "workerinput"):
        return
    from shadow_trainer.runtime_folder import OF_WHAT, place

    ours = session.config._tmp_path_factory.getbasetemp()
    for mark in place().glob(f"shadow-{os.getuid()}-*/{OF_WHAT}"):
        if mark.read_text(errors="replace").startswith(str(ours)):
            shutil.rmtree(mark.parent, ignore_errors=True)


def _group(path: Path) -> str:
    folder = _folder(path)
    return folder if folder in TOGETHER else path.relative_to(TESTS).as_posix()


def _folder(path: Path) -> str:
    return path.relative_to(TESTS).parts[0]


@pytest.fixture(scope="session")
def samples() -> Path:
    """Folder of the two clips that the project ships."""
    return ROOT / "static" / "samples"


@pytest.fixture(scope="session")
def shared() -> Path:
    """Folder with truth clips that are not part of the repository; skips where it does not exist."""
    folder = Path(os.environ.get("SHADOW_SHARED", ROOT.parent / "shared"))
    if not (folder / "eval" / "score.py").is_file():
        pytest.skip(f"truth clips are not at {folder}; set SHADOW_SHARED to their folder")
    return folder


@pytest.fixture(scope="session")
def service() -> Iterator[Service]:
    """An S3 service on loopback; every test makes its own bucket."""
    from tests.storage.service import Service

    started = Service.start()
    yield started
    started.stop()
