"""Work folders, one per analysis: they keep finished stages until the analysis is at its end.

One process works in a folder at a time (a lock that dies with its owner). If a process that no longer
counts still holds it, for example because it is stopped, the new attempt works in a folder of its own and
loses only the finished stages.
"""

from __future__ import annotations

import contextlib
import fcntl
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from ...errors import StorageFull
from ...settings import Settings
from ...vocabulary import ACTIVE_STATES

if TYPE_CHECKING:
    from ...services import Services

MB = 1_000_000
LOCK_WAIT_S = 3.0
# Folders of self-tests begin so; no analysis id does.
SELF_TEST = "self-test-"
SELF_TEST_OLD_S = 3600.0
UPLOADS = "upload-*.part"


def root(settings: Settings) -> Path:
    """The folder of all work folders."""
    return settings.data_path / "work"


@contextlib.contextmanager
def enter(settings: Settings, analysis_id: str, number: int) -> Iterator[Path]:
    """The work folder of this attempt, held until the end of the block; StorageFull without free disk."""
    folder = root(settings)
    folder.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(folder).free
    if free < settings.min_free_disk_mb * MB:
        raise StorageFull("There is too little free disk space on the worker to analyze a video.")
    name = analysis_id
    with contextlib.ExitStack() as stack:
        if not _lock(stack, folder / f"{name}.lock"):
            name = f"{analysis_id}-{number}"
            _lock(stack, folder / f"{name}.lock")
        work = folder / name
        work.mkdir(exist_ok=True)
        yield work


def discard(settings: Settings, analysis_id: str) -> None:
    """Delete the work folders of one analysis. What a live process still holds goes at the next sweep."""
    for path in root(settings).glob(f"{analysis_id}*"):
        _remove(path)


def sweep_ended(services: Services) -> int:
    """Delete the work folders of this machine whose analysis is at its end or gone; how many."""
    folders = list(root(services.settings).glob("*"))
    tests = [path for path in folders if path.name.startswith(SELF_TEST)]
    ids = {path.name.split(".")[0].split("-")[0] for path in folders if path not in tests}
    gone = ids - set(services.catalog.analyses.ids_in_state(ACTIVE_STATES)) if ids else set()
    for analysis_id in gone:
        discard(services.settings, analysis_id)
    return len(gone) + sum(_remove_old(path, SELF_TEST_OLD_S) for path in tests)


def uploads(settings: Settings) -> Path:
    """The folder of uploads under way on this machine."""
    folder = settings.data_path / "uploads"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def sweep_uploads(settings: Settings, older_than_s: float) -> int:
    """Delete what a killed web process left: uploads that nobody has written to for so long; how many."""
    return sum(_remove_old(path, older_than_s) for path in uploads(settings).glob(UPLOADS))


def _lock(stack: contextlib.ExitStack, path: Path) -> bool:
    deadline = time.monotonic() + LOCK_WAIT_S
    file = stack.enter_context(path.open("a"))
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                return False
            time.sleep(0.1)
        else:
            return True


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def _remove_old(path: Path, older_than_s: float) -> bool:
    with contextlib.suppress(FileNotFoundError):
        if time.time() - path.stat().st_mtime > older_than_s:
            _remove(path)
            return True
    return False
