"""A bucket's own promises: addresses for browsers, limits, encryption, patience, and errors that say what to do."""

from __future__ import annotations

import base64
import http.server
import io
import json
import os
import threading
import urllib.error
import urllib.parse
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest

from shadow_trainer.errors import SetupError, Unavailable
from shadow_trainer.settings import Settings
from shadow_trainer.storage import open_storage
from shadow_trainer.storage.s3 import S3Storage
from shadow_trainer.storage.s3_address import parse
from tests.storage.service import KEYS, Service


@pytest.fixture
def bucket(service: Service) -> S3Storage:
    return service.open(service.new_bucket())


def head(storage: S3Storage, key: str) -> dict:
    return storage.client.head_object(Bucket=storage.address.bucket, Key=storage.address.prefix + key)


def post(url: str, fields: dict[str, str], content: bytes) -> int:
    """Send a form as a browser does; the status."""
    border = uuid.uuid4().hex
    part = '--{}\r\nContent-Disposition: form-data; name="{}"\r\n\r\n{}\r\n'
    body = "".join(part.format(border, name, value) for name, value in fields.items()).encode()
    body += f'--{border}\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\n'.encode()
    body += content + f"\r\n--{border}--\r\n".encode()
    request = urllib.request.Request(
        url, data=body, headers={"Content-Type": f"multipart/form-data; boundary={border}"}
    )
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code


# Addresses for browsers


def test_an_address_honours_ranges_type_and_name(bucket: S3Storage) -> None:
    bucket.put("a/film.mp4", io.BytesIO(b"0123456789"))
    address = bucket.url("a/film.mp4", content_type="video/mp4", disposition='attachment; filename="Tom.mp4"')
    with urllib.request.urlopen(urllib.request.Request(address, headers={"Range": "bytes=2-4"})) as answer:
        assert (answer.status, answer.read()) == (206, b"234")
        assert answer.headers["Content-Range"] == "bytes 2-4/10"
        assert answer.headers["Content-Type"] == "video/mp4"
        assert answer.headers["Content-Disposition"] == 'attachment; filename="Tom.mp4"'
    assert address.startswith(bucket.origins[0] + "/")


def test_an_address_that_cannot_be_taken_back_ends_soon(bucket: S3Storage) -> None:
    bucket.put("a/film.mp4", io.BytesIO(b"0123456789"))
    [seconds] = urllib.parse.parse_qs(bucket.url("a/film.mp4").partition("?")[2])["X-Amz-Expires"]
    assert int(seconds) <= 900


def test_a_ticket_lets_one_film_in(bucket: S3Storage) -> None:
    ticket = bucket.ticket("incoming/x/film.mp4", 10)
    assert ticket.url.startswith(bucket.origins[0] + "/")
    assert post(ticket.url, dict(ticket.fields), b"0123456789") in (200, 201, 204)
    assert bucket.open("incoming/x/film.mp4").read() == b"0123456789"
    assert head(bucket, "incoming/x/film.mp4")["ContentType"] == "video/mp4"


def test_a_ticket_is_signed_for_one_key_and_a_size(bucket: S3Storage) -> None:
    """The service that stands in for S3 here does not read policies: what is signed is looked at instead."""
    ticket = bucket.ticket("incoming/x/film.mp4", 10)
    policy = json.loads(base64.b64decode(ticket.fields["policy"]))
    assert ["content-length-range", 1, 10] in policy["conditions"]
    assert {"key": "films/incoming/x/film.mp4"} in policy["conditions"]
    assert {"bucket": bucket.address.bucket} in policy["conditions"]
    left = datetime.fromisoformat(policy["expiration"]) - datetime.now(UTC)
    assert timedelta(minutes=55) < left <= timedelta(minutes=60)


@pytest.mark.parametrize("region", ["us-east-1", "eu-central-1"])
@pytest.mark.parametrize("name", ["films", "films.example"])
def test_the_origin_is_where_amazon_is_really_asked(region: str, name: str) -> None:
    storage = S3Storage(parse(f"s3://{name}?region={region}"), Settings(**KEYS))
    origin = storage.origins[0]
    assert storage.url("a").startswith(f"{origin}/")
    assert storage.ticket("a", 5).url.startswith(origin)


def test_browsers_are_sent_to_the_public_name(service: Service) -> None:
    storage = service.open(service.new_bucket() + "&public=https://films.example:9000")
    storage.put("a", io.BytesIO(b"x"))
    assert storage.origins == ("https://films.example:9000",)
    assert storage.url("a").startswith("https://films.example:9000/")
    assert storage.ticket("a", 5).url.startswith("https://films.example:9000/")


# Encryption and large files


@pytest.mark.parametrize(
    ("wanted", "applied"), [("auto", None), ("AES256", "AES256"), ("aws:kms", "aws:kms"), ("none", None)]
)
def test_encryption_is_what_was_asked_for(service: Service, wanted: str, applied: str | None) -> None:
    storage = service.open(service.new_bucket(), s3_encryption=wanted)
    storage.put("a", io.BytesIO(b"x"))
    ticket = storage.ticket("incoming/x", 5)
    post(ticket.url, dict(ticket.fields), b"x")
    assert ticket.fields.get("x-amz-server-side-encryption") == applied
    if applied:
        assert head(storage, "a")["ServerSideEncryption"] == applied
        storage.rename("a", "b")
        assert head(storage, "b")["ServerSideEncryption"] == applied
    assert storage.open("incoming/x").read() == b"x"


def test_amazon_encrypts_by_itself_and_a_wrong_wish_is_named() -> None:
    assert S3Storage(parse("s3://films"), Settings()).encryption == {"ServerSideEncryption": "AES256"}
    with pytest.raises(SetupError, match="ROT13"):
        S3Storage(parse("s3://films"), Settings(s3_encryption="ROT13"))


def test_a_large_file_goes_up_in_parts(bucket: S3Storage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shadow_trainer.storage.s3.PART_BYTES", 5 << 20)
    bucket.put("film.mp4", io.BytesIO(bytes(6 << 20)))
    # The mark of an object in parts: the number of parts behind a dash.
    assert head(bucket, "film.mp4")["ETag"].endswith('-2"')


def test_what_nobody_finished_or_claimed_is_swept(bucket: S3Storage) -> None:
    bucket.put("incoming/x/film.mp4", io.BytesIO(b"x"))
    bucket.put("analyses/x/original.mp4", io.BytesIO(b"x"))
    where = {"Bucket": bucket.address.bucket, "Key": "films/analyses/y/original.mp4"}
    bucket.client.create_multipart_upload(**where)
    bucket.sweep(3600)
    assert bucket.exists("incoming/x/film.mp4")
    bucket.client.create_multipart_upload(**where)
    assert bucket.sweep(-1) == 2
    assert list(bucket.list()) == ["analyses/x/original.mp4"]
    assert "Uploads" not in bucket.client.list_multipart_uploads(Bucket=bucket.address.bucket)


def test_more_than_one_request_can_take_is_deleted(
    bucket: S3Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shadow_trainer.storage.s3.NAMES_AT_ONCE", 3)
    for number in range(7):
        bucket.put(f"a/{number}", io.BytesIO(b"x"))
    assert bucket.delete_prefix("a") == 7
    assert list(bucket.list()) == []


def test_neighbours_of_the_prefix_are_not_ours(service: Service) -> None:
    address = service.new_bucket()
    ours, theirs = service.open(address), service.open(address.replace("/films?", "/films2?"))
    theirs.put("a", io.BytesIO(b"x"))
    ours.client.put_object(Bucket=ours.address.bucket, Key="films/strange name", Body=b"x")
    assert list(ours.list()) == []
    assert list(theirs.list()) == ["a"]


# Errors that say what to do


def test_a_missing_bucket_is_named_at_first_use_and_by_check(service: Service) -> None:
    for call in (S3Storage.check, lambda s: s.exists("a"), lambda s: s.put("a", io.BytesIO(b"x"))):
        with pytest.raises(SetupError, match="no bucket 'missing'") as error:
            call(service.open(service.address("missing")))
        assert error.value.code == "no_bucket" and "SHADOW_STORAGE_URL" in error.value.fix


def test_a_forbidden_bucket_is_named(service: Service) -> None:
    storage = service.open(service.new_bucket())
    storage.put("a", io.BytesIO(b"x"))
    service.demand_keys(0)
    try:
        for call in (storage.check, lambda: storage.open("a"), lambda: storage.put("b", io.BytesIO(b"x"))):
            with pytest.raises(SetupError) as error:
                call()
            assert error.value.code == "bucket_forbidden" and "AWS_ACCESS_KEY_ID" in error.value.fix
    finally:
        service.demand_keys("inf")


def test_missing_keys_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("HOME", "/nonexistent")
    storage = S3Storage(parse("s3://films?region=eu-north-1"), Settings())
    with pytest.raises(SetupError, match="no keys") as error:
        storage.url("a")
    assert error.value.code == "no_credentials"


def test_a_service_that_is_away_is_unavailable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shadow_trainer.storage.s3_client.ATTEMPTS", 1)
    storage = S3Storage(parse("s3://films?endpoint=http://127.0.0.1:9"), Settings(**KEYS))
    with pytest.raises(Unavailable, match="does not answer") as error:
        storage.exists("a")
    assert not error.value.permanent


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("s3://key:secret@films", "AWS_ACCESS_KEY_ID"),
        ("s3:///prefix", "no name of a bucket"),
        ("s3://films/a b", "unusual characters"),
        ("s3://films?endpoint=films.example", "endpoint"),
        ("s3://films?public=https://films.example", "without endpoint"),
        ("s3://films?colour=red", "colour"),
    ],
)
def test_a_wrong_address_says_what_is_wrong(address: str, words: str) -> None:
    with pytest.raises(SetupError, match=words) as error:
        open_storage(address)
    assert "s3://bucket/prefix" in error.value.fix and "secret" not in str(error.value)


# Patience


class Flaky(http.server.BaseHTTPRequestHandler):
    """A service that breaks off: ``script`` holds what to do with each GET, the last one for ever."""

    script: list[Callable[[http.server.BaseHTTPRequestHandler], None]] = []
    ranges: list[str | None] = []

    def do_HEAD(self) -> None:
        self.send_response(200)
        self.end_headers()

    def do_GET(self) -> None:
        self.ranges.append(self.headers.get("Range"))
        act = self.script.pop(0) if len(self.script) > 1 else self.script[0]
        act(self)

    def log_message(self, *_: object) -> None:
        """Silent."""


def answer(status: int, body: bytes = b"", *, length: int | None = None, **headers: str):
    """What to do with a request: ``length`` may promise more than the body has."""

    def act(handler: http.server.BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        handler.send_header("Content-Length", str(len(body) if length is None else length))
        for name, value in {"ETag": '"one"', **headers}.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(body)
        handler.close_connection = True

    return act


@pytest.fixture
def flaky() -> Iterator[S3Storage]:
    Flaky.ranges = []
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Flaky)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    yield S3Storage(parse(f"s3://films?endpoint=http://127.0.0.1:{server.server_port}"), Settings(**KEYS))
    server.shutdown()
    server.server_close()


def test_a_service_in_trouble_is_asked_again(flaky: S3Storage) -> None:
    Flaky.script = [answer(503), answer(200, b"film")]
    assert flaky.open("a").read() == b"film"


def test_a_broken_stream_goes_on_where_it_was(flaky: S3Storage) -> None:
    Flaky.script = [answer(200, b"01234", length=10), answer(206, b"56789")]
    assert flaky.open("a").read() == b"0123456789"
    assert Flaky.ranges == [None, "bytes=5-"]


def test_a_stream_that_keeps_breaking_is_an_error_and_never_a_short_file(flaky: S3Storage) -> None:
    Flaky.script = [answer(200, b"01234", length=10), answer(206, b"", length=5)]
    with pytest.raises(Unavailable):
        flaky.open("a").read()
