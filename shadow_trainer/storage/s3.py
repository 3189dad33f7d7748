"""A bucket at any S3-compatible service. boto3 is imported when a storage is first used."""

from __future__ import annotations

import io
import threading
import time
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO

from ..errors import NotFound, Unavailable
from ..settings import Settings
from .interface import INCOMING, UploadTicket, check_key, is_key
from .local import full_disk_named
from .s3_address import S3Address
from .s3_client import connect, encryption
from .s3_errors import named
from .s3_read import open_object

PART_BYTES = 16 << 20  # larger files go up in parts of this size, so that a broken part costs no more
PARTS_AT_ONCE = 4
NAMES_AT_ONCE = 1000  # the most that one request may delete
# Short, because an address cannot be taken back: not by a logout, nor by revoking a share link. A browser asks it for
# each stretch of a video, and the player asks the site for a new one when it has run out (static/js/report/film.js).
URL_S, TICKET_S = 600, 3600
TYPES = {".mp4": "video/mp4", ".jpg": "image/jpeg", ".json": "application/json", ".csv": "text/csv"}
# Names of the arguments of a put as headers of a form.
HEADERS = {
    "ServerSideEncryption": "x-amz-server-side-encryption",
    "SSEKMSKeyId": "x-amz-server-side-encryption-aws-kms-key-id",
}


class S3Storage:
    """Objects below a prefix of one bucket. See :class:`.interface.Storage` for each method.

    Besides the errors there: SetupError when the bucket is missing or forbidden, Unavailable when the
    service does not answer after all retries. An object appears whole or not at all by S3's own promise.
    """

    def __init__(self, address: S3Address, settings: Settings) -> None:
        self.address = address
        self.origins: tuple[str, ...] = (address.origin,)
        self.encryption = encryption(address, settings.s3_encryption)
        self._settings = settings
        self._lock = threading.Lock()
        self._seen = False

    @cached_property
    def _client(self) -> Any:
        with self._lock:
            return connect(self.address, self._settings, self.address.endpoint)

    @cached_property
    def _signer(self) -> Any:
        """Signs what a browser will ask for: the host's name is part of a signature."""
        if not self.address.public:
            return self._client
        with self._lock:
            return connect(self.address, self._settings, self.address.public)

    @property
    def client(self) -> Any:
        """The boto3 client, once it is sure that the bucket is there: many answers would not say so."""
        if not self._seen:
            self.check()
        return self._client

    @cached_property
    def _transfer(self) -> Any:
        from boto3.s3.transfer import TransferConfig

        return TransferConfig(
            multipart_threshold=PART_BYTES, multipart_chunksize=PART_BYTES, max_concurrency=PARTS_AT_ONCE
        )

    def check(self) -> str:
        """Name the bucket and how it encrypts; SetupError or Unavailable."""
        with named(self.address):
            self._client.head_bucket(Bucket=self.address.bucket)
        self._seen = True
        kind = self.encryption.get("ServerSideEncryption", "as the bucket is set up")
        return f"{self.address}, encryption: {kind}"

    def put(self, key: str, source: Path | BinaryIO, *, move: bool = False) -> int:
        """Store a file or a stream; large files go up in parts, several at once."""
        where = {"Bucket": self.address.bucket, "Key": self._name(key), "Config": self._transfer}
        extra = {"ContentType": content_type(key), **self.encryption}
        with named(self.address, key), full_disk_named():
            if isinstance(source, Path):
                size = source.stat().st_size
                self.client.upload_file(str(source), ExtraArgs=extra, **where)
                if move:
                    source.unlink(missing_ok=True)
                return size
            counted = _Counted(source)
            self.client.upload_fileobj(counted, ExtraArgs=extra, **where)
            return counted.size

    def get(self, key: str, path: Path) -> Path:
        """Copy the object to a local path; parts come down several at once, under a temporary name."""
        name = self._name(key)
        with named(self.address, key), full_disk_named():
            path.parent.mkdir(parents=True, exist_ok=True)
            self.client.download_file(self.address.bucket, name, str(path), Config=self._transfer)
        return path

    def open(self, key: str) -> BinaryIO:
        """Open the object as a stream that goes on where it was when the connection breaks."""
        name = self._name(key)
        return open_object(self.client, self.address, name, key)

    def url(self, key: str, *, content_type: str = "", disposition: str = "") -> str | None:
        """Return an address that is good for ten minutes and honours ranges; the service is not asked for it."""
        answered = {
            "ResponseContentType": content_type,
            "ResponseContentDisposition": disposition,
            "ResponseCacheControl": "private, no-cache",
        }
        params = {"Bucket": self.address.bucket, "Key": self._name(key)}
        params |= {name: value for name, value in answered.items() if value}
        with named(self.address, key):
            return str(self._signer.generate_presigned_url("get_object", Params=params, ExpiresIn=URL_S))

    def ticket(self, key: str, most_bytes: int) -> UploadTicket | None:
        """Return a form for one key and a size from 1 to ``most_bytes``, good for an hour; the service refuses more."""
        fields = {"Content-Type": content_type(key)}
        fields |= {HEADERS[name]: value for name, value in self.encryption.items()}
        conditions = [{name: value} for name, value in fields.items()]
        with named(self.address, key):
            form = self._signer.generate_presigned_post(
                self.address.bucket,
                self._name(key),
                Fields=fields,
                Conditions=[*conditions, ["content-length-range", 1, most_bytes]],
                ExpiresIn=TICKET_S,
            )
        return UploadTicket(form["url"], form["fields"])

    def rename(self, key: str, new_key: str) -> None:
        """Copy inside the service, then delete the old object."""
        old, new, bucket = self._name(key), self._name(new_key), self.address.bucket
        with named(self.address, key):
            source = {"Bucket": bucket, "Key": old}
            self.client.copy(source, bucket, new, ExtraArgs=dict(self.encryption), Config=self._transfer)
            self.client.delete_object(Bucket=bucket, Key=old)

    def path(self, key: str) -> Path | None:
        """Return None: no local path leads to a bucket."""
        check_key(key)
        return None

    def exists(self, key: str) -> bool:
        """Return whether there is an object under ``key``: one request."""
        return self._head(key) is not None

    def size(self, key: str) -> int:
        """Return the object's bytes: one request; NotFound."""
        return int(self._facts(key)["ContentLength"])

    def modified(self, key: str) -> float:
        """Return the Unix time of the last put: one request; NotFound."""
        return float(self._facts(key)["LastModified"].timestamp())

    def delete(self, key: str) -> bool:
        """Delete the object in two requests: the service does not say whether there was one."""
        if not self.exists(key):
            return False
        with named(self.address, key):
            self.client.delete_object(Bucket=self.address.bucket, Key=self._name(key))
        return True

    def delete_prefix(self, prefix: str) -> int:
        """Delete every object below ``prefix/``, a thousand with each request; how many."""
        return self._delete_all(self._objects(f"{check_key(prefix)}/"))

    def list(self, prefix: str = "") -> Iterator[str]:
        """Yield every key below ``prefix/``; objects whose names are no keys of ours are passed over."""
        below = f"{check_key(prefix)}/" if prefix else ""
        for item in self._objects(below):
            key = item["Key"].removeprefix(self.address.prefix)
            if is_key(key):
                yield key

    def sweep(self, older_than_s: float) -> int:
        """Delete unfinished uploads in parts, and videos in ``incoming/`` that the web process never took over."""
        oldest = time.time() - older_than_s
        left = (o for o in self._objects(f"{INCOMING}/") if o["LastModified"].timestamp() < oldest)
        return self._delete_all(left) + self._abort_uploads(oldest)

    def _abort_uploads(self, oldest: float) -> int:
        where, aborted = {"Bucket": self.address.bucket}, 0
        with named(self.address):
            pages = self.client.get_paginator("list_multipart_uploads")
            for page in pages.paginate(**where, Prefix=self.address.prefix):
                for upload in page.get("Uploads", ()):
                    if upload["Initiated"].timestamp() < oldest:
                        which = {"Key": upload["Key"], "UploadId": upload["UploadId"]}
                        self.client.abort_multipart_upload(**where, **which)
                        aborted += 1
        return aborted

    def _objects(self, below: str) -> Iterator[dict[str, Any]]:
        with named(self.address):
            pages = self.client.get_paginator("list_objects_v2")
            for page in pages.paginate(Bucket=self.address.bucket, Prefix=self.address.prefix + below):
                yield from page.get("Contents", ())

    def _delete_all(self, objects: Iterator[dict[str, Any]]) -> int:
        """Delete at most :data:`NAMES_AT_ONCE` objects with each request; how many."""
        names, deleted = [{"Key": item["Key"]} for item in objects], 0
        for start in range(0, len(names), NAMES_AT_ONCE):
            part = names[start : start + NAMES_AT_ONCE]
            with named(self.address):
                answer = self.client.delete_objects(
                    Bucket=self.address.bucket, Delete={"Objects": part, "Quiet": True}
                )
            if failed := answer.get("Errors"):
                raise Unavailable(f"{len(failed)} files could not be deleted ({failed[0].get('Code')}).")
            deleted += len(part)
        return deleted

    def _facts(self, key: str) -> dict[str, Any]:
        with named(self.address, key):
            facts: dict[str, Any] = self.client.head_object(Bucket=self.address.bucket, Key=self._name(key))
        return facts

    def _head(self, key: str) -> dict[str, Any] | None:
        try:
            return self._facts(key)
        except NotFound:
            return None

    def _name(self, key: str) -> str:
        return self.address.prefix + check_key(key)


class _Counted(io.RawIOBase):
    """A stream that is read once, front to back, and counted meanwhile."""

    def __init__(self, source: BinaryIO) -> None:
        self.source, self.size = source, 0

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        data = self.source.read(size)
        self.size += len(data)
        return data


def content_type(key: str) -> str:
    """Return the media type an object is stored with; what no page shows is a stream of bytes."""
    return TYPES.get(PurePosixPath(key).suffix, "application/octet-stream")
