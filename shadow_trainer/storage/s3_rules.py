"""Rules that a bucket keeps by itself: what is thrown away, and which sites' pages may send videos to it.

Rules of other people in the same bucket stay: ours carry names, and only those are replaced.
"""

from __future__ import annotations

from typing import Any

from ..errors import BadRequest
from .interface import INCOMING, Storage
from .s3 import S3Storage
from .s3_errors import named

ABORT, EXPIRE, CORS = "shadow-trainer-unfinished", "shadow-trainer-incoming", "shadow-trainer-pages"
NONE_YET = {"NoSuchLifecycleConfiguration", "NoSuchCORSConfiguration"}


def bucket_of(storage: Storage) -> S3Storage:
    """The storage as a bucket; BadRequest for a folder."""
    if not isinstance(storage, S3Storage):
        raise BadRequest("Videos are kept in a folder, which has no such rules.", code="no_bucket_here")
    return storage


def set_lifecycle(storage: S3Storage, days: int) -> list[str]:
    """Unfinished uploads, and videos in ``incoming/`` that nobody took over, go after ``days``; what was set.

    The clock does the same by the hour; the rule holds when no clock runs, too.
    """
    where, prefix = {"Bucket": storage.address.bucket}, storage.address.prefix
    rules = [
        {
            "ID": ABORT,
            "Filter": {"Prefix": prefix},
            "Status": "Enabled",
            "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": days},
        },
        {
            "ID": EXPIRE,
            "Filter": {"Prefix": f"{prefix}{INCOMING}/"},
            "Status": "Enabled",
            "Expiration": {"Days": days},
        },
    ]
    with named(storage.address):
        kept = _present(storage.client.get_bucket_lifecycle_configuration, "Rules", where, {ABORT, EXPIRE})
        storage.client.put_bucket_lifecycle_configuration(
            **where, LifecycleConfiguration={"Rules": [*kept, *rules]}
        )
    return [
        f"unfinished uploads below {prefix or '/'} go after {days} d",
        f"what stays in {prefix}{INCOMING}/ goes after {days} d",
    ]


def set_cors(storage: S3Storage, origins: list[str]) -> list[str]:
    """Pages of these origins may send videos and read them; what was set."""
    rule = {
        "ID": CORS,
        "AllowedOrigins": origins,
        "AllowedMethods": ["POST", "GET", "HEAD"],
        "AllowedHeaders": ["*"],
        "ExposeHeaders": ["ETag", "Content-Length", "Content-Range", "Accept-Ranges"],
        "MaxAgeSeconds": 3600,
    }
    where = {"Bucket": storage.address.bucket}
    with named(storage.address):
        kept = _present(storage.client.get_bucket_cors, "CORSRules", where, {CORS})
        storage.client.put_bucket_cors(**where, CORSConfiguration={"CORSRules": [*kept, rule]})
    return [f"pages of {origin} may send videos to the bucket" for origin in origins]


def _present(ask: Any, name: str, where: dict[str, str], ours: set[str]) -> list[dict[str, Any]]:
    """The rules that are there and not ours; a bucket without any says so by an error."""
    from botocore.exceptions import ClientError

    try:
        present = ask(**where)[name]
    except ClientError as error:
        if error.response["Error"]["Code"] in NONE_YET:
            return []
        raise
    return [rule for rule in present if rule.get("ID") not in ours]
