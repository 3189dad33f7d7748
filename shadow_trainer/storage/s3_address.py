"""The address of a bucket: ``s3://bucket/prefix?endpoint=https://host&region=name&public=https://host``.

``endpoint`` names a service other than Amazon's; ``public`` is the same service as browsers reach it, where
that differs (a container's name inside, a domain outside). Keys never stand in an address: it is printed.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

from ..errors import SetupError
from .interface import is_key

BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
OPTIONS = {"endpoint", "region", "public"}
FIX = "Write s3://bucket/prefix, for other services with ?endpoint=https://host&region=name."


@dataclass(frozen=True)
class S3Address:
    """``prefix`` is empty or ends with a slash; ``endpoint`` and ``public`` are empty or ``http(s)://host``."""

    bucket: str
    prefix: str
    region: str
    endpoint: str = ""
    public: str = ""

    @property
    def path_style(self) -> bool:
        """Whether the bucket stands in the path: other services, and names that no certificate covers."""
        return bool(self.endpoint) or "." in self.bucket

    @property
    def origin(self) -> str:
        """The origin that a browser is sent to."""
        if self.endpoint:
            parts = urlsplit(self.public or self.endpoint)
            return f"{parts.scheme}://{parts.netloc}"
        host = f"s3.{self.region}.amazonaws.com"
        return f"https://{host}" if self.path_style else f"https://{self.bucket}.{host}"

    def __str__(self) -> str:
        place = self.endpoint or f"Amazon S3 in {self.region}"
        return f"s3://{self.bucket}/{self.prefix} at {place}"


def parse(address: str) -> S3Address:
    """Read an address; SetupError names what is wrong with it."""
    parts = urlsplit(address)
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    prefix = parts.path.strip("/")
    if "@" in parts.netloc:
        raise _wrong("holds keys, and addresses are printed: give them as AWS_ACCESS_KEY_ID and so on")
    if not BUCKET.fullmatch(parts.netloc):
        raise _wrong(f"has no name of a bucket ({parts.netloc!r})")
    if prefix and not is_key(prefix):
        raise _wrong(f"has a prefix with unusual characters ({prefix!r})")
    if unknown := sorted(set(options) - OPTIONS):
        raise _wrong(f"has an unknown option ({', '.join(unknown)})")
    for name in ("endpoint", "public"):
        value = options.get(name, "")
        if value and (urlsplit(value).scheme not in ("http", "https") or not urlsplit(value).hostname):
            raise _wrong(f"has an {name} that is not http(s)://host ({value!r})")
    if options.get("public") and not options.get("endpoint"):
        raise _wrong("has public= without endpoint=")
    region = options.get("region") or os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION")
    return S3Address(
        parts.netloc,
        f"{prefix}/" if prefix else "",
        region or "us-east-1",
        options.get("endpoint", "").rstrip("/"),
        options.get("public", "").rstrip("/"),
    )


def _wrong(why: str) -> SetupError:
    return SetupError(f"The storage address {why}.", code="bad_storage", fix=FIX)
