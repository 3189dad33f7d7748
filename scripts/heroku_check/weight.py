"""What the slug weighs, packed as the platform packs it: the limit is 500 MB."""

from __future__ import annotations

import gzip
import io
import tarfile
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

from shadow_trainer.cli.checks import pinned

LIMIT_MB = 500
LEVEL = 1  # the fastest: the real pack is somewhat smaller


class _Scales(io.RawIOBase):
    """A file that only counts."""

    bytes = 0

    def writable(self) -> bool:
        return True

    def write(self, block: object) -> int:
        size = len(memoryview(block))  # type: ignore[arg-type]
        self.bytes += size
        return size


def weigh(slug: Path) -> str:
    """The sentence; SystemExit when it is too heavy."""
    tree, packages = _packed(slug), _packed(*package_files(slug))
    total = tree + packages
    words = (
        f"{total / 1e6:.0f} MB packed of {LIMIT_MB} (program, pose weights and npm's packages {tree / 1e6:.0f}, "
        f"Python packages {packages / 1e6:.0f}), beside Python and Node.js themselves"
    )
    if total > LIMIT_MB * 1e6:
        raise SystemExit(f"heroku-check: the slug is too heavy: {words}")
    return words


def package_files(slug: Path) -> Iterator[Path]:
    """The files of the packages that the platform installs."""
    for name in pinned((slug / "requirements.txt").read_text(encoding="utf-8")):
        for file in metadata.files(name) or ():
            path = Path(str(file.locate()))
            if path.is_file():
                yield path


def _packed(*paths: Path) -> int:
    scales = _Scales()
    with (
        gzip.GzipFile(fileobj=scales, mode="wb", compresslevel=LEVEL) as packed,
        tarfile.open(fileobj=packed, mode="w|", dereference=True) as pack,
    ):
        for path in paths:
            pack.add(path)
    return scales.bytes
