"""The connection to a bucket's service: keys, address style, patience, encryption."""

from __future__ import annotations

from functools import cache
from typing import Any

from ..errors import SetupError
from ..settings import Settings
from .s3_address import S3Address

ATTEMPTS = 5
CONNECT_TIMEOUT_S, READ_TIMEOUT_S = 5, 60
# Web threads that store and read at the same time, and the parts of a large file.
CONNECTIONS = 32


def connect(address: S3Address, settings: Settings, endpoint: str) -> Any:
    """A boto3 client; it talks to the service at the first call. An empty ``endpoint`` is Amazon's.

    Storages of one process share clients: making one costs a third of a second, and threads may share it.
    """
    keys = (settings.aws_access_key_id, settings.aws_secret_access_key, settings.aws_session_token)
    return _client(endpoint, address.region, address.path_style, bool(address.endpoint), keys)


@cache
def _client(endpoint: str, region: str, path_style: bool, foreign: bool, keys: tuple[str, str, str]) -> Any:
    import boto3
    from botocore.config import Config

    # Services other than Amazon's often do not know the newer checksums that boto3 would add by itself.
    checksums = "when_required" if foreign else "when_supported"
    config = Config(
        signature_version="s3v4",
        retries={"mode": "standard", "total_max_attempts": ATTEMPTS},
        connect_timeout=CONNECT_TIMEOUT_S,
        read_timeout=READ_TIMEOUT_S,
        max_pool_connections=CONNECTIONS,
        request_checksum_calculation=checksums,
        response_checksum_validation=checksums,
        s3={
            "addressing_style": "path" if path_style else "virtual",
            # The one region whose default is a name for all regions, which is no origin of ours.
            "us_east_1_regional_endpoint": "regional",
        },
    )
    # A session of its own: the default one must not be used by several threads at once.
    session = boto3.session.Session(*(key or None for key in keys), region_name=region)
    return session.client("s3", endpoint_url=endpoint or None, config=config)


def encryption(address: S3Address, wanted: str) -> dict[str, str]:
    """SHADOW_S3_ENCRYPTION as arguments of a put; SetupError for an unknown kind.

    ``auto`` asks Amazon for AES256 and other services for nothing, because many refuse the wish.
    """
    if wanted == "auto":
        wanted = "none" if address.endpoint else "AES256"
    kind, _, key = wanted.partition("=")
    if wanted == "none":
        return {}
    if wanted == "AES256":
        return {"ServerSideEncryption": "AES256"}
    if kind == "aws:kms":
        return {"ServerSideEncryption": "aws:kms", **({"SSEKMSKeyId": key} if key else {})}
    raise SetupError(
        f"SHADOW_S3_ENCRYPTION={wanted} is not known.",
        code="bad_setting",
        fix="Use auto, AES256, aws:kms, aws:kms=KEY or none.",
    )
