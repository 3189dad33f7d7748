"""Streaming an upload's form to disk while it is read, never to memory, with nothing left behind."""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
from pathlib import Path
from typing import IO, Any

from flask import Flask, Request, current_app, g, request
from werkzeug.datastructures import FileStorage

from ...errors import BadRequest, StorageFull, TooLarge, is_full_disk
from ...jobs.attempt import workdir
from ..http.services import current, services_of

MB = 1_000_000
STALE_S = 3600.0
# A motion file of another program is no video; its form is the only one that takes it.
MOTION_MAX_MB, MOTION_FORM = 40, "references.import_"


class UploadStream:
    """A file in the upload area that Werkzeug's form parser writes into.

    Raises TooLarge above the limit and StorageFull when the disk is, while the body is being read.
    """

    def __init__(self, path: Path, file: IO[bytes], limit_bytes: int) -> None:
        self.path, self.file, self.limit_bytes = path, file, limit_bytes
        self.size = 0
        self._seen = hashlib.sha256()

    @classmethod
    def open(cls) -> UploadStream:
        """A new empty file in this application's upload area."""
        settings = current().settings
        try:
            handle, name = tempfile.mkstemp(prefix="upload-", suffix=".part", dir=area(current_app))
        except OSError as error:
            raise _disk_error(error) from error
        most = MOTION_MAX_MB if request.endpoint == MOTION_FORM else settings.max_upload_mb
        return cls(Path(name), os.fdopen(handle, "w+b"), most * MB)

    def write(self, data: bytes) -> int:
        """Append ``data``."""
        self.size += len(data)
        if self.size > self.limit_bytes:
            raise too_large()
        self._seen.update(data)
        try:
            return self.file.write(data)
        except OSError as error:
            raise _disk_error(error) from error

    @property
    def sha256(self) -> str:
        """Of what was written, counted while it came: nothing is read again for it."""
        return self._seen.hexdigest()

    def head(self, size: int) -> bytes:
        """The first bytes of what was written."""
        self.file.flush()
        self.file.seek(0)
        return self.file.read(size)

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


class StreamingRequest(Request):
    """Flask's request, with uploaded files streamed into the upload area on disk, and with errors of ours for JSON."""

    def get_json(self, force: bool = False, silent: bool = False, cache: bool = True) -> Any:
        """As Flask does; what is nested too deeply to be read is no JSON either."""
        try:
            return super().get_json(force=force, silent=silent, cache=cache)
        except RecursionError as error:
            if silent:
                return None
            raise BadRequest("The JSON is nested too deeply.", code="bad_json") from error

    def _get_file_stream(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> IO[bytes]:
        streams = g.setdefault("upload_streams", [])
        if len(streams) >= current().settings.queue_limit:
            raise TooLarge(
                "The form has more videos than the queue takes.", code="too_many_files", fix="Send fewer."
            )
        stream = UploadStream.open()
        streams.append(stream)
        return stream  # type: ignore[return-value]


def init_app(app: Flask) -> None:
    """Stream uploads to disk, and clear what is left of them away when the request has ended, however it ended."""
    app.request_class = StreamingRequest
    app.teardown_request(_discard_uploads)
    sweep(app)


def upload_of(file: FileStorage) -> UploadStream:
    """The stream of an uploaded file; TypeError for a file that another request class made."""
    stream: Any = file.stream
    if not isinstance(stream, UploadStream):
        raise TypeError(f"{type(stream).__name__} is no upload")
    return stream


def area(app: Flask) -> Path:
    """The folder for uploads under way."""
    return workdir.uploads(services_of(app).settings)


def sweep(app: Flask) -> None:
    """Delete what a killed process left; the clock does the same every hour."""
    workdir.sweep_uploads(services_of(app).settings, STALE_S)


def too_large() -> TooLarge:
    """The error for a video or a motion file above the limit, with the limit in it."""
    if request.endpoint == MOTION_FORM:
        return TooLarge(
            f"The motion file is larger than the limit of {MOTION_MAX_MB} MB.",
            fix="Cut the motion to the pitch and export it again.",
        )
    return TooLarge(f"The video is larger than the limit of {current().settings.max_upload_mb} MB.")


def _disk_error(error: OSError) -> Exception:
    if is_full_disk(error):
        return StorageFull("The disk is full; the video could not be stored.")
    return error


def _discard_uploads(_: BaseException | None) -> None:
    # A refused, failed or broken-off upload leaves nothing; an accepted one was moved away already.
    for stream in g.pop("upload_streams", []):
        with contextlib.suppress(OSError):
            stream.discard()
