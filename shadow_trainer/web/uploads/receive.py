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
from werkzeug.datastructures import FileStorage

from ... import first_bytes
from ...catalog.analyses import new_id
from ...errors import BadRequest, BadVideo, Busy, LengthRequired, StorageFull, TooLarge
from ...storage import Storage
from ..accounts import rate_limits
from ..accounts.viewer import viewer
from ..http.access_rules import Limit
from ..http.services import current
from ..http.unrestricted import unrestricted
from . import concurrency
from .stream import MB, UploadStream, area, too_large, upload_of

NAME_MAX_CHARS = 120
# Of everything that has no files in it.
BODY_MAX_BYTES = MB
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
    sha256: str = ""

    def store(self, storage: Storage, key: str) -> None:
        """Move it into the storage."""
        storage.put(key, self.path, move=True)

    def take_back(self, storage: Storage, key: str) -> None:
        """It was stored in vain."""
        storage.delete(key)

    def discard(self) -> None:
        """Nothing stays in the upload area."""
        self.path.unlink(missing_ok=True)


def check_body() -> None:
    """Refuse a body that is no upload and too large, or that does not say how large it is, before it is read."""
    if request.mimetype == "multipart/form-data":
        return
    if request.content_length is None and "Transfer-Encoding" in request.headers:
        raise LengthRequired("The request does not say how large it is.")
    if (request.content_length or 0) > BODY_MAX_BYTES:
        raise TooLarge(
            "The request is larger than 1 MB.", code="body_too_large", fix="Send videos as a form with files."
        )


def check_room() -> None:
    """Refuse an upload that cannot succeed, before its body is read."""
    settings = current().settings
    size = request.content_length or 0
    if size > current_app.config["MAX_CONTENT_LENGTH"]:
        raise too_large()
    free = shutil.disk_usage(area(current_app)).free
    if free < size + settings.min_free_disk_mb * MB:
        raise StorageFull("There is not enough free disk space here for this video.")
    check_queue()
    concurrency.take()


def check_queue(videos: int = 1) -> None:
    """Busy when so many analyses are waiting that this many more would not be reached today.

    A coach has a part of the queue, so that one with hundreds of videos leaves room for the others.
    """
    services, owner_id = unrestricted(), viewer().user_id
    limit = services.settings.queue_limit
    # The catalog's count, not the queue's: an upload need not wait for a Redis that restarts.
    waiting = services.catalog.statistics.number_waiting
    if waiting() + videos > limit:
        raise Busy("So many videos are waiting that no more are accepted now.", code="queue_full")
    own_limit = max(1, limit * services.settings.coach_queue_percent // 100)
    if owner_id is not None and (own := waiting(owner_id)) + videos > own_limit:
        raise Busy(
            f"{own} videos of yours are waiting, and {own_limit} may be.",
            code="own_queue_full",
            fix="Send the others when these have been analyzed.",
        )


def receive() -> Received:
    """The uploaded video of this request; BadRequest without one, BadVideo when it is empty."""
    return receive_all()[0]


def receive_all() -> list[Received]:
    """Every uploaded video of this request; errors as for :func:`receive`."""
    files = _files()
    if not files:
        raise BadRequest(
            "No video was chosen.", code="no_file", fix="Choose a video file, then press “Analyze”."
        )
    return [_received(upload_of(file), file.filename or "") for file in files]


def _files() -> list[FileStorage]:
    files = [file for field in FIELD_NAMES for file in request.files.getlist(field) if file.filename]
    if len(files) > 1:
        # The request was counted as one before it was read: its other videos count as much.
        check_queue(len(files))
        rate_limits.check(Limit.UPLOAD, times=len(files) - 1)
    return files


def _received(stream: UploadStream, filename: str) -> Received:
    if stream.size == 0:
        raise BadVideo(
            f"The file “{display_name(filename)}” is empty.",
            code="empty_file",
            fix="Check that the video plays on the phone, wait until it is fully copied, and choose it again.",
        )
    first_bytes.check(stream.head(first_bytes.HEAD_BYTES))
    path = stream.finish()
    return Received(path, stream.size, display_name(filename), extension_of(filename), sha256=stream.sha256)


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
