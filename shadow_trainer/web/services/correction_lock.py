"""One correction at a time: each begins with what the one before it left, whichever web process had that."""

from __future__ import annotations

import fcntl
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from ..http.services import current

# Measuring again takes a second of a processor: one at a time in each web process.
_here = threading.Lock()


@contextmanager
def alone(analysis_id: str) -> Iterator[None]:
    """Nobody else on this machine corrects this analysis meanwhile; waits for whoever does."""
    folder = current().settings.data_path / "measuring"
    folder.mkdir(parents=True, exist_ok=True)
    # Sixteen files for all analyses, so that none have to be swept; the kernel frees those of a killed process.
    with _here, (folder / f"{analysis_id[0]}.lock").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
