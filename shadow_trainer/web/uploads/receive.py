"""Receiving an upload: from the socket to a file on disk, with limits while it is read and nothing left behind.

A video goes into the upload area (a folder beside the storage, so that accepting it is a rename). Names that
coaches give are shown and never used as a path. What is inside is the worker's business: the web decodes
nothing, and refuses only what its first bytes show to be no video.
"""

from __future__ import annotations

import re
import shutil
import unicodedata
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from flask import current_app, request

from ... import first_bytes
from ...catalog.analyses import new_id
from ...errors import BadRequest, BadVideo, Busy, StorageFull
from ...storage import Storage
from ..http.services import current
from ..http.unrestricted import unrestricted
from . import concurrency
from .stream import MB, UploadStream, area, too_large, upload_of

NAME_MAX_CHARS = 120
EXTENSIONS = {
    ".mp4", ".mov", ".m4v", ".avi", ".mkv", ".webm", ".mts", ".m2ts", ".ts", ".3gp", ".mpg", ".mpeg", ".wmv",
}  # fmt: skip
FIELD_NAMES = ("video", "file")


@dataclass(frozen=True)
class Received:
    """An upload on disk: where, how large, how to show its name, and a harmless extension."""

    path: Path
    size_bytes: int
    name: str
    extension: str
    analysis_id: str = field(default_factory=new_id)

    def store(self, storage: Storage, key: str) -> None:
        """Move it into the storage."""
        storage.put(key, self.path, move=True)

    def take_back(self, storage: Storage, key: str) -> None:
        """It was stored in vain."""
        storage.delete(key)

    def discard(self) -> None:
        """Nothing stays in the upload area."""
        self.path.unlink(missing_ok=True)


def check_room() -> None:
    """Refuse an upload that cannot succeed, before its body is read."""
    settings = current().settings
    size = request.content_length or 0
    if size > current_app.config["MAX_CONTENT_LENGTH"]:
        raise too_large()
    free = shutil.disk_usage(area(current_app)).free
    if free < size + settings.min_free_disk_mb * MB:
        raise StorageFull("There is not enough free disk space here for this film.")
    check_queue()
    concurrency.take()


def check_queue() -> None:
    """Busy when so many analyses are waiting that another one would not be reached today."""
    services = unrestricted()
    # The catalog's count, not the queue's: an upload need not wait for a Redis that restarts.
    if services.catalog.statistics.number_waiting() >= services.settings.queue_limit:
        raise Busy("So many films are waiting that no more are accepted now.", code="queue_full")


def receive() -> Received:
    """The uploaded video of this request; BadRequest without one, BadVideo when it is empty."""
    return receive_all()[0]


def receive_all() -> list[Received]:
    """Every uploaded video of this request; errors as for :func:`receive`."""
    files = [file for field in FIELD_NAMES for file in request.files.getlist(field) if file.filename]
    if not files:
        raise BadRequest(
            "No film was chosen.", code="no_file", fix="Choose a video file, then press “Analyze”."
        )
    return [_received(upload_of(file), file.filename or "") for file in files]


def _received(stream: UploadStream, filename: str) -> Received:
    if stream.size == 0:
        raise BadVideo(
            f"The file “{display_name(filename)}” is empty.",
            code="empty_file",
            fix="Check that the film plays on the phone, wait until it is fully copied, and choose it again.",
        )
    first_bytes.check(stream.head(first_bytes.HEAD_BYTES))
    return Received(stream.finish(), stream.size, display_name(filename), extension_of(filename))


def display_name(filename: str) -> str:
    """A name to show: the last part of any path, no control or direction characters, at most 120 long."""
    name = PurePosixPath(filename.replace("\\", "/")).name
    visible = "".join(c for c in unicodedata.normalize("NFC", name) if unicodedata.category(c)[0] != "C")
    # Joiners inside emoji are of category Cf and go too: the parts are shown side by side, which is fine.
    name = re.sub(r"\s+", " ", visible).strip(" .") or "film"
    if len(name) <= NAME_MAX_CHARS:
        return name
    suffix = PurePosixPath(name).suffix[:8]
    return name[: NAME_MAX_CHARS - len(suffix) - 1] + "…" + suffix


def title_of(name: str) -> str:
    """What an analysis is called at first: the video's name without its extension."""
    suffix = PurePosixPath(name).suffix
    return name.removesuffix(suffix) if suffix.lower() in EXTENSIONS else name


def extension_of(filename: str) -> str:
    """A known video extension or nothing: the content decides, the extension only helps a player."""
    suffix = PurePosixPath(filename.replace("\\", "/")).suffix.lower()
    return suffix if suffix in EXTENSIONS else ""
