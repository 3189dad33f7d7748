"""Results of several analyses as one zip file, made while it is sent: nothing is kept on disk or in memory."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Sequence
from typing import Any

from ...catalog import Analysis
from ...jobs.correction import videos
from ...jobs.pipeline.artifacts import VIDEOS
from ...storage import Storage
from ..http.filenames import slug

CHUNK = 1 << 20
# Pictures of the candidates and what only our own pages read stay out.
PLAIN = "preview.mp4"
LEFT_OUT = {PLAIN, "series.json", "shadow.npz", "people.json", "stages.zip", "track.npz", "track.json"}
PACKED = {".json", ".csv", ".html"}


class _Outlet(io.RawIOBase):
    """A file that cannot be sought: what the zip writer wrote is taken away at once."""

    def __init__(self) -> None:
        self.parts: list[bytes] = []

    def writable(self) -> bool:
        """Yes."""
        return True

    def write(self, data: Any) -> int:
        """Keep until :meth:`take`."""
        self.parts.append(bytes(data))
        return len(data)

    def take(self) -> bytes:
        """What was written since the last time."""
        data, self.parts = b"".join(self.parts), []
        return data


def stream(rows: Sequence[Analysis], storage: Storage) -> Iterator[bytes]:
    """Zip chunks: one folder for each analysis, numbered and named by its title."""
    outlet = _Outlet()
    with zipfile.ZipFile(outlet, "w", zipfile.ZIP_STORED, allowZip64=True) as archive:
        for number, row in enumerate(rows, start=1):
            for name in names(row, storage):
                yield from _entry(archive, outlet, storage, row, name, f"{number:02d}-{slug(row.title)}")
    yield outlet.take()


def names(row: Analysis, storage: Storage) -> list[str]:
    """The files of an analysis that are worth keeping elsewhere; the plain video where none is drawn."""
    kept = [name for name in row.files or () if name not in LEFT_OUT and not name.startswith("people/")]
    drawn = [name for name in kept if name in VIDEOS]
    ready = [name for name in drawn if videos.is_there(storage, row, name)]
    plain = [PLAIN] if not ready and PLAIN in (row.files or ()) else []
    return [*plain, *(name for name in kept if name not in drawn or name in ready)]


def _entry(
    archive: zipfile.ZipFile, outlet: _Outlet, storage: Storage, row: Analysis, name: str, folder: str
) -> Iterator[bytes]:
    info = zipfile.ZipInfo(f"{folder}/{name}", row.created_at.timetuple()[:6])
    info.external_attr = 0o644 << 16
    suffix = name[name.rfind(".") :]
    # Videos and arrays are packed already.
    info.compress_type = zipfile.ZIP_DEFLATED if suffix in PACKED else zipfile.ZIP_STORED
    with storage.open(f"analyses/{row.id}/{name}") as source, archive.open(info, "w", force_zip64=True) as to:
        while chunk := source.read(CHUNK):
            to.write(chunk)
            yield outlet.take()
    yield outlet.take()
