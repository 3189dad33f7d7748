"""Uploads: from the socket to a file on disk, with limits while it is read and nothing left behind.

A film goes into the upload area (a folder beside the storage, so that accepting it is a rename). Names that
coaches give are shown and never used as a path. What is inside is the worker's business: the web decodes
nothing.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import shutil
import tempfile
import unicodedata
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import IO, Any

from flask import Flask, current_app, request

from ...catalog.analyses import new_id
from ...errors import BadRequest, BadVideo, Busy, StorageFull, TooLarge
from ...jobs.attempt import workdir
from ...storage import Storage
from ..http.services import current
from . import concurrency

MB = 1_000_000
NAME_MAX_CHARS = 120
STALE_S = 3600.0
EXTENSIONS = {
    ".mp4", ".mov", ".m4v", ".avi", ".mkv", ".webm", ".mts", ".m2ts", ".ts", ".3gp", ".mpg", ".mpeg", ".wmv",
}  # fmt: skip
FULL_DISK = (errno.ENOSPC, errno.EDQUOT)
FIELD_NAMES = ("video", "file")


class UploadStream:
    """A file in the upload area that Werkzeug's form parser writes into.

    Raises TooLarge above the limit and StorageFull when the disk is, while the body is being read.
    """

    def __init__(self, path: Path, file: IO[bytes], limit_bytes: int) -> None:
        self.path, self.file, self.limit_bytes = path, file, limit_bytes
        self.size = 0

    @classmethod
    def open(cls) -> UploadStream:
        """A new empty file in this application's upload area."""
        settings = current().settings
        try:
            handle, name = tempfile.mkstemp(prefix="upload-", suffix=".part", dir=area(current_app))
        except OSError as error:
            raise _disk_error(error) from error
        return cls(Path(name), os.fdopen(handle, "w+b"), settings.max_upload_mb * MB)

    def write(self, data: bytes) -> int:
        """Append ``data``."""
        self.size += len(data)
        if self.size > self.limit_bytes:
            raise too_large()
        try:
            return self.file.write(data)
        except OSError as error:
            raise _disk_error(error) from error

    def finish(self) -> Path:
        """Everything on disk; the path to read it from."""
        try:
            self.file.flush()
            self.file.close()
        except OSError as error:
            raise _disk_error(error) from error
        return self.path

    def discard(self) -> None:
        """Close and delete, unless it was moved away."""
        with contextlib.suppress(OSError):
            self.file.close()
        self.path.unlink(missing_ok=True)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.file, name)


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


def area(app: Flask) -> Path:
    """The folder for uploads under way."""
    return workdir.uploads(app.extensions["shadow"].settings)


def sweep(app: Flask) -> None:
    """Delete what a killed process left; the clock does the same every hour."""
    workdir.sweep_uploads(app.extensions["shadow"].settings, STALE_S)


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
    shadow = current()
    # The catalog's count, not the queue's: an upload need not wait for a Redis that restarts.
    if shadow.catalog.statistics.number_waiting() >= shadow.settings.queue_limit:
        raise Busy("So many films are waiting that no more are accepted now.", code="queue_full")


def receive() -> Received:
    """The uploaded film of this request; BadRequest without one, BadVideo when it is empty."""
    return receive_all()[0]


def receive_all() -> list[Received]:
    """Every uploaded film of this request; errors as for :func:`receive`."""
    files = [file for field in FIELD_NAMES for file in request.files.getlist(field) if file.filename]
    if not files:
        raise BadRequest(
            "No film was chosen.", code="no_file", fix="Choose a video file, then press “Analyse”."
        )
    return [_received(file.stream, file.filename or "") for file in files]


def _received(stream: Any, filename: str) -> Received:
    if stream.size == 0:
        raise BadVideo(
            f"The file “{display_name(filename)}” is empty.",
            code="empty_file",
            fix="Check that the film plays on the phone, wait until it is fully copied, and choose it again.",
        )
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
    """What an analysis is called at first: the film's name without its extension."""
    suffix = PurePosixPath(name).suffix
    return name.removesuffix(suffix) if suffix.lower() in EXTENSIONS else name


def extension_of(filename: str) -> str:
    """A known film extension or nothing: the content decides, the extension only helps a player."""
    suffix = PurePosixPath(filename.replace("\\", "/")).suffix.lower()
    return suffix if suffix in EXTENSIONS else ""


def too_large() -> TooLarge:
    """The error for a film above the limit, with the limit in it."""
    return TooLarge(f"The film is larger than the limit of {current().settings.max_upload_mb} MB.")


def _disk_error(error: OSError) -> Exception:
    if error.errno in FULL_DISK:
        return StorageFull("The disk is full; the film could not be stored.")
    return error
