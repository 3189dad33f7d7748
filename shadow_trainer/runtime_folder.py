"""The folder in memory for files that live no longer than this machine's processes: counts, locks.

Writing into a memory-mapped file whose disk is full kills the process (SIGBUS), and a lock file that cannot be made
refuses requests that need no disk. So neither lies in the data folder.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
from pathlib import Path

from .errors import SetupError
from .settings import Settings

MEMORY = Path("/dev/shm")  # noqa: S108 - the folder below it is checked for its owner

# Names the data folder that a runtime folder belongs to.
OF_WHAT = "data-folder"


def runtime_folder(settings: Settings) -> Path:
    """The folder of all processes that share this data folder on this machine; made when it is not there.

    It belongs to this user alone: below a folder where everybody may write, another could have made it first.
    """
    mark = hashlib.sha256(os.fsencode(settings.data_path)).hexdigest()[:12]
    folder = place() / f"shadow-{os.getuid()}-{mark}"
    made = not folder.exists()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    own(folder)
    if made:
        with contextlib.suppress(OSError):  # a help to people: its name tells nobody whose it is
            (folder / OF_WHAT).write_bytes(os.fsencode(settings.data_path))
    return folder


def own(folder: Path) -> None:
    """See that a folder is this user's alone; SetupError when it is another's."""
    if folder.is_symlink() or folder.stat().st_uid != os.getuid():
        raise SetupError(f"{folder} belongs to another user.", code="foreign_folder", fix="Delete it.")
    folder.chmod(0o700)


def place() -> Path:
    """Where runtime folders are: Linux's disk in memory; elsewhere the temporary folder, at least not the data's."""
    return MEMORY if os.access(MEMORY, os.W_OK | os.X_OK) else Path(tempfile.gettempdir())
