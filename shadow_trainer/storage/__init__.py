"""Where videos and results are kept: a local folder, or a bucket at any S3-compatible service."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote, urlsplit

from ..errors import SetupError
from ..settings import Settings, load
from .interface import INCOMING, Storage, UploadTicket, check_key
from .local import LocalStorage

__all__ = ["INCOMING", "LocalStorage", "Storage", "UploadTicket", "check_key", "open_storage"]


def open_storage(address: str, settings: Settings | None = None) -> Storage:
    """The storage at a ``file://`` or ``s3://`` address; SetupError for any other kind.

    ``settings`` hold the keys and the encryption of a bucket; None: those of this process.
    Nothing is asked of a bucket yet.
    """
    parts = urlsplit(address)
    if parts.scheme in ("", "file"):
        return LocalStorage(Path(unquote(parts.path) if parts.scheme else address))
    if parts.scheme == "s3":
        from .s3 import S3Storage
        from .s3_address import parse

        return S3Storage(parse(address), settings or load())
    raise SetupError(
        f"SHADOW_STORAGE_URL has an unknown kind of address: {parts.scheme}://.",
        code="bad_storage",
        fix="Use file:///an/absolute/folder or s3://bucket/prefix, or leave it empty.",
    )
