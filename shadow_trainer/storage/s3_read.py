"""Reading one object as a stream that survives a broken connection."""

from __future__ import annotations

import io
from typing import Any, BinaryIO

from .s3_address import S3Address
from .s3_errors import named

RESUMES = 3
BUFFER_BYTES = 1 << 20


def open_object(client: Any, address: S3Address, name: str, key: str) -> BinaryIO:
    """The object ``name`` from its beginning; NotFound (naming ``key``) when there is none."""
    return io.BufferedReader(_Object(client, address, name, key), BUFFER_BYTES)


class _Object(io.RawIOBase):
    """Asks again from where it was, at most three times, and only for the very same content."""

    def __init__(self, client: Any, address: S3Address, name: str, key: str) -> None:
        self._client, self._address, self._key = client, address, key
        self._where = {"Bucket": address.bucket, "Key": name}
        self._at, self._left = 0, RESUMES
        with named(address, key):
            answer = client.get_object(**self._where)
        self._tag, self._body = answer["ETag"], answer["Body"]

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._read(len(buffer))
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)

    def _read(self, size: int) -> bytes:
        from botocore.exceptions import HTTPClientError, IncompleteReadError

        while True:
            try:
                data: bytes = self._body.read(size)
                return data
            except (HTTPClientError, IncompleteReadError, OSError):
                if self._left == 0:
                    with named(self._address, self._key):
                        raise
            self._left -= 1
            self._body.close()
            with named(self._address, self._key):
                answer = self._client.get_object(**self._where, Range=f"bytes={self._at}-", IfMatch=self._tag)
            self._body = answer["Body"]

    def close(self) -> None:
        if not self.closed:
            self._body.close()
        super().close()
