"""Moving from one storage to another: both ways, compared, resumable, and harmless to try."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from shadow_trainer.cli.storage import storage as commands
from shadow_trainer.errors import BadRequest, NotFound
from shadow_trainer.storage import LocalStorage, Storage
from shadow_trainer.storage.migrate import Damaged, migrate
from shadow_trainer.storage.s3 import S3Storage
from shadow_trainer.storage.s3_rules import bucket_of, set_cors, set_lifecycle
from tests.storage.service import KEYS, Service

FILES = {
    "analyses/a/original.mp4": b"film",
    "analyses/a/people/0.jpg": b"",
    "references/own.npz": b"x" * 3000,
}


@pytest.fixture
def bucket(service: Service) -> S3Storage:
    return service.open(service.new_bucket())


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    return tmp_path / "journal.jsonl"


def fill(storage: Storage) -> None:
    for key, content in FILES.items():
        storage.put(key, io.BytesIO(content))
    storage.put("incoming/x/film.mp4", io.BytesIO(b"under way"))


def content(storage: Storage) -> dict[str, bytes]:
    return {key: storage.open(key).read() for key in storage.list()}


@pytest.mark.parametrize("way", ["to the bucket", "from the bucket"])
def test_everything_arrives_as_it_was(
    way: str, local: LocalStorage, bucket: S3Storage, journal: Path
) -> None:
    source, target = (local, bucket) if way == "to the bucket" else (bucket, local)
    fill(source)
    count = migrate(source, target, journal)
    assert (count.copied, count.copied_bytes, count.there) == (3, 3004, 0)
    assert content(target) == FILES
    # The second run finds nothing to do; the third one what has changed, was lost or came in.
    assert (migrate(source, target, journal).copied, count.gone) == (0, 0)
    source.put("analyses/b/original.mp4", io.BytesIO(b"new"))
    target.delete("analyses/a/original.mp4")
    target.put("references/own.npz", io.BytesIO(b"short"))
    assert migrate(source, target, journal).copied == 3
    assert content(target) == {**FILES, "analyses/b/original.mp4": b"new"}


def test_a_dry_run_says_what_would_be_and_does_nothing(
    local: LocalStorage, bucket: S3Storage, journal: Path
) -> None:
    fill(local)
    said: list[str] = []
    count = migrate(local, bucket, journal, dry_run=True, say=said.append)
    assert (count.copied, count.copied_bytes, len(said)) == (3, 3004, 3)
    assert content(bucket) == {} and not journal.exists()


def test_an_interrupted_run_goes_on_where_it_was(
    local: LocalStorage, bucket: S3Storage, journal: Path
) -> None:
    fill(local)
    said: list[str] = []

    def interrupt(line: str) -> None:
        if len(said) == 2:
            raise KeyboardInterrupt
        said.append(line)

    with pytest.raises(KeyboardInterrupt):
        migrate(local, bucket, journal, say=interrupt)
    # The power cut in the middle of a line.
    journal.write_text(journal.read_text() + '{"key": "analyses/a')
    count = migrate(local, bucket, journal)
    assert (count.copied, count.there) == (1, 2)
    assert content(bucket) == FILES
    assert migrate(local, bucket, journal).there == 3


class Flipping(LocalStorage):
    """A disk that changes a bit of what it is given."""

    def put(self, key: str, source: Path, *, move: bool = False) -> int:
        data = bytearray(source.read_bytes())
        data[0] ^= 1
        return super().put(key, io.BytesIO(bytes(data)))


def test_a_copy_that_differs_is_an_error_and_does_not_stay(
    local: LocalStorage, tmp_path: Path, journal: Path
) -> None:
    local.put("a/film.mp4", io.BytesIO(b"film"))
    target = Flipping(tmp_path / "broken")
    with pytest.raises(Damaged, match="a/film.mp4"):
        migrate(local, target, journal)
    assert list(target.list()) == [] and journal.read_text() == ""


def test_a_file_that_is_deleted_meanwhile_is_no_error(
    local: LocalStorage, bucket: S3Storage, journal: Path
) -> None:
    fill(local)
    count = migrate(local, bucket, journal, say=lambda _: local.delete("references/own.npz"))
    assert (count.copied, count.gone) == (2, 1)
    with pytest.raises(NotFound):
        bucket.size("references/own.npz")


def run(*arguments: str) -> str:
    result = CliRunner().invoke(commands, list(arguments), catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def test_the_commands(
    service: Service, local: LocalStorage, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    fill(local)
    address = service.new_bucket()
    monkeypatch.setenv("SHADOW_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("SHADOW_STORAGE_URL", f"file://{local.root}")
    for name, value in KEYS.items():
        monkeypatch.setenv(name.upper(), value)
    assert "3 files (0.0 MB) would be copied" in run("migrate", "--to", address, "--dry-run")
    assert "3 files (0.0 MB) copied and compared" in run("migrate", "--to", address)
    with pytest.raises(BadRequest, match="the same"):
        run("migrate", "--to", f"file://{local.root}")
    monkeypatch.setenv("SHADOW_STORAGE_URL", address)
    assert address.split("/")[2] in run("check")
    assert "incoming/ goes after 2 d" in run("lifecycle", "--days", "2")
    assert "https://films.example" in run("cors", "--origin", "https://films.example")
    assert content(service.open(address)) == FILES


def test_rules_of_others_stay(bucket: S3Storage, local: LocalStorage) -> None:
    where, client = {"Bucket": bucket.address.bucket}, bucket.client
    theirs = {"ID": "theirs", "Filter": {"Prefix": "logs/"}, "Status": "Enabled", "Expiration": {"Days": 9}}
    client.put_bucket_lifecycle_configuration(**where, LifecycleConfiguration={"Rules": [theirs]})
    for days in (1, 3):
        set_lifecycle(bucket, days)
    rules = client.get_bucket_lifecycle_configuration(**where)["Rules"]
    assert {rule["ID"]: rule.get("Expiration", {}).get("Days") for rule in rules} == {
        "theirs": 9,
        "shadow-trainer-unfinished": None,
        "shadow-trainer-incoming": 3,
    }
    assert [r["AbortIncompleteMultipartUpload"] for r in rules if "Abort" in json.dumps(r, default=str)] == [
        {"DaysAfterInitiation": 3}
    ]
    for _ in range(2):
        set_cors(bucket, ["https://films.example"])
    (rule,) = client.get_bucket_cors(**where)["CORSRules"]
    assert rule["AllowedOrigins"] == ["https://films.example"] and "POST" in rule["AllowedMethods"]
    with pytest.raises(BadRequest, match="folder"):
        bucket_of(local)
