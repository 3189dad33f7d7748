"""What a bucket's service says when something is wrong, as errors of ours that say what to do."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from ..errors import SetupError, ShadowError, StorageFull, TooLarge, Unavailable
from .interface import nothing
from .s3_address import S3Address

MISSING_KEY = {"NoSuchKey", "404", "NotFound"}
FORBIDDEN = {"403", "Forbidden", "AccessDenied", "AllAccessDisabled", "AccountProblem"}
BAD_KEYS = {"InvalidAccessKeyId", "SignatureDoesNotMatch", "InvalidToken", "ExpiredToken"}
ELSEWHERE = {"301", "PermanentRedirect", "AuthorizationHeaderMalformed", "IllegalLocationConstraintException"}
FULL = {"507", "QuotaExceeded", "InsufficientStorage", "XMinioStorageFull", "ServiceQuotaExceeded"}
NEEDED = "s3:ListBucket on the bucket and s3:GetObject, s3:PutObject, s3:DeleteObject on what is in it"


@contextlib.contextmanager
def named(address: S3Address, key: str = "") -> Iterator[None]:
    """Turns errors of boto3 into ours; ``key`` is the one that was asked for."""
    from boto3.exceptions import Boto3Error
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except ClientError as error:
        raise from_service(error.response, address, key) from error
    except Boto3Error as error:
        # A managed transfer wraps what the service said.
        cause = error.__context__
        if isinstance(cause, ClientError):
            raise from_service(cause.response, address, key) from error
        raise _away(address, error) from error
    except BotoCoreError as error:
        raise _from_library(error, address) from error


def from_service(response: dict[str, Any], address: S3Address, key: str) -> ShadowError:
    """The error for an answer of the service."""
    code = str(response.get("Error", {}).get("Code", ""))
    status = response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    if code == "NoSuchBucket" or (not key and code in MISSING_KEY):
        return SetupError(
            f"There is no bucket {address.bucket!r} at {address.endpoint or 'Amazon S3'}.",
            code="no_bucket",
            fix="Create the bucket, or correct SHADOW_STORAGE_URL.",
        )
    if code in MISSING_KEY:
        return nothing(key)
    if code in BAD_KEYS:
        return SetupError(
            f"The service refuses the keys for the bucket {address.bucket!r} ({code}).",
            code="bucket_forbidden",
            fix="Correct AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (and AWS_SESSION_TOKEN, if there is one).",
        )
    if code in FORBIDDEN:
        return SetupError(
            f"The keys may not use the bucket {address.bucket!r} ({code}).",
            code="bucket_forbidden",
            fix=f"Check AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, and allow them {NEEDED}.",
        )
    if code in ELSEWHERE:
        return SetupError(
            f"The bucket {address.bucket!r} is not in the region {address.region}.",
            code="wrong_region",
            fix="Add ?region= with the bucket's region to SHADOW_STORAGE_URL.",
        )
    if code == "RequestTimeTooSkewed":
        return SetupError(
            "The clock of this machine is wrong, so the bucket refuses its signatures.",
            code="wrong_clock",
            fix="Set the time (NTP).",
        )
    if code in FULL or status == 507:
        return StorageFull("The bucket has no room left.")
    if code == "EntityTooLarge":
        return TooLarge("The file is larger than the bucket accepts.")
    return Unavailable(f"The bucket {address.bucket!r} answers {code or status}.", code="storage_unavailable")


def _from_library(error: Exception, address: S3Address) -> ShadowError:
    from botocore.exceptions import NoCredentialsError, PartialCredentialsError

    if isinstance(error, NoCredentialsError | PartialCredentialsError):
        return SetupError(
            f"There are no keys for the bucket {address.bucket!r}.",
            code="no_credentials",
            fix="Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or give the machine a role.",
        )
    return _away(address, error)


def _away(address: S3Address, error: Exception) -> Unavailable:
    return Unavailable(
        f"The bucket {address.bucket!r} does not answer ({type(error).__name__}).",
        code="storage_unavailable",
        fix="Check the network and the endpoint in SHADOW_STORAGE_URL.",
    )
