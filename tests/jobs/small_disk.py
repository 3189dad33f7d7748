"""A small real disk (a tmpfs) that can really be full. Mounting needs root; without, say so and skip."""

from __future__ import annotations

import contextlib
import errno
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

FILLER = "filler"
KEPT_BYTES = 4096


@dataclass(frozen=True)
class Disk:
    """The mounted folder."""

    folder: Path

    def fill(self) -> None:
        """Write until the kernel says that no space is left."""
        with (self.folder / FILLER).open("ab", buffering=0) as file, contextlib.suppress(OSError):
            for size in (1 << 20, 1 << 12, 1):
                with contextlib.suppress(OSError):
                    while file.write(b"0" * size):
                        pass

    def free(self) -> None:
        """Give the space back."""
        (self.folder / FILLER).unlink(missing_ok=True)

    def is_full(self) -> bool:
        """Whether one more page is refused."""
        probe = self.folder / "probe"
        try:
            probe.write_bytes(b"0" * KEPT_BYTES)
        except OSError as error:
            return error.errno == errno.ENOSPC
        finally:
            probe.unlink(missing_ok=True)
        return False


def refused(folder: Path) -> str:
    """Why a disk cannot be mounted here; empty when it can."""
    folder.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", folder], capture_output=True, check=False
    )
    if done.returncode == 0:
        subprocess.run(["umount", "-l", folder], check=True)
    return done.stderr.decode().strip() if done.returncode else ""


@contextlib.contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[Disk]:
    """Mount it on ``folder`` for the length of the block."""
    folder.mkdir(parents=True, exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", folder], check=True)
    try:
        yield Disk(folder)
    finally:
        subprocess.run(["umount", "-l", folder], check=True)
