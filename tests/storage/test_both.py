"""What every storage promises, asked of a folder and of a bucket."""

from __future__ import annotations

import errno
import io
import time
from pathlib import Path

import pytest

from shadow_trainer.errors import BadRequest, NotFound, StorageFull
from shadow_trainer.storage import Storage


class FullDisk(io.RawIOBase):
    """A stream that breaks half-way, as a full disk or a cut upload does."""

    def __init__(self, error: OSError) -> None:
        self.error, self.reads = error, 0

    def read(self, size: int = -1) -> bytes:
        self.reads += 1
        if self.reads > 1:
            raise self.error
        return b"half"


def test_what_was_put_comes_back(storage: Storage, tmp_path: Path) -> None:
    key = "analyses/a/original.mp4"
    assert storage.put(key, io.BytesIO(b"film")) == 4
    assert storage.get(key, tmp_path / "deep" / "copy").read_bytes() == b"film"
    with storage.open(key) as file:
        assert file.read(3) == b"fil"
        assert file.read() == b"m"
    assert storage.exists(key) and storage.size(key) == 4
    assert abs(storage.modified(key) - time.time()) < 60
    path, address = storage.path(key), storage.url(key)
    # There is always a way to hand it out: a path, or an address.
    assert (path is None) == (address is not None) == bool(storage.origins)


def test_a_file_is_copied_or_moved_as_asked(storage: Storage, tmp_path: Path) -> None:
    source = tmp_path / "film.mp4"
    source.write_bytes(b"film")
    assert storage.put("kept", source) == 4
    assert source.exists()
    assert storage.put("moved", source, move=True) == 4
    assert not source.exists()
    assert storage.open("kept").read() == storage.open("moved").read() == b"film"


def test_putting_again_replaces(storage: Storage) -> None:
    storage.put("a/b", io.BytesIO(b"one"))
    storage.put("a/b", io.BytesIO(b"two"))
    assert storage.open("a/b").read() == b"two"
    assert list(storage.list()) == ["a/b"]


def test_a_large_file_comes_back_whole(
    storage: Storage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shadow_trainer.storage.s3.PART_BYTES", 5 << 20)  # the least that S3 takes
    content = bytes(range(256)) * 21_000  # above the size of one part
    path = tmp_path / "film"
    path.write_bytes(content)
    assert storage.put("a/file", path) == storage.put("a/stream", io.BytesIO(content)) == len(content)
    assert storage.get("a/file", tmp_path / "copy").read_bytes() == content
    assert storage.open("a/stream").read() == content


@pytest.mark.parametrize("key", ["", "../x", "a//b", "/etc/passwd", ".hidden", "a b", "a\0b", "x" * 600])
def test_only_keys_are_taken(storage: Storage, key: str, tmp_path: Path) -> None:
    calls = (storage.open, storage.exists, storage.delete, storage.size, storage.path, storage.url)
    for call in (*calls, lambda key: storage.ticket(key, 5), lambda key: storage.rename(key, "a")):
        with pytest.raises(BadRequest):
            call(key)
    with pytest.raises(BadRequest):
        storage.put(key, io.BytesIO(b"x"))
    with pytest.raises(BadRequest):
        storage.get(key, tmp_path / "out")


def test_what_is_missing_says_so(storage: Storage, tmp_path: Path) -> None:
    storage.put("a/b", io.BytesIO(b"x"))
    for key in ("nothing", "a"):
        for call in (storage.open, storage.size, storage.modified, lambda key: storage.rename(key, "b")):
            with pytest.raises(NotFound):
                call(key)
        with pytest.raises(NotFound):
            storage.get(key, tmp_path / "out")
        assert not storage.exists(key)
        assert not storage.delete(key)
    assert not (tmp_path / "out").exists()


def test_a_full_disk_has_a_name_and_leaves_nothing(storage: Storage) -> None:
    storage.put("a/b", io.BytesIO(b"whole"))
    with pytest.raises(StorageFull):
        storage.put("a/b", FullDisk(OSError(errno.ENOSPC, "No space left on device")))
    assert storage.open("a/b").read() == b"whole"
    assert list(storage.list()) == ["a/b"]
    assert storage.sweep(0) == 0


def test_an_upload_that_breaks_leaves_nothing(storage: Storage) -> None:
    with pytest.raises(ConnectionError):
        storage.put("a/b", FullDisk(ConnectionResetError("gone")))
    assert list(storage.list()) == []
    assert storage.sweep(0) == 0


def test_a_file_moves_inside_the_storage(storage: Storage) -> None:
    storage.put("incoming/x/film.mp4", io.BytesIO(b"film"))
    storage.put("analyses/x/original.mp4", io.BytesIO(b"older"))
    storage.rename("incoming/x/film.mp4", "analyses/x/original.mp4")
    assert list(storage.list()) == ["analyses/x/original.mp4"]
    assert storage.open("analyses/x/original.mp4").read() == b"film"


def test_delete_takes_a_folder_and_no_neighbour(storage: Storage) -> None:
    for name in ("analyses/a/1", "analyses/a/people/0.jpg", "analyses/ab/1"):
        storage.put(name, io.BytesIO(b"x"))
    assert storage.delete_prefix("analyses/a") == 2
    assert storage.delete_prefix("analyses/a") == 0
    assert list(storage.list()) == ["analyses/ab/1"]
    assert storage.delete("analyses/ab/1")
    assert list(storage.list()) == []


def test_list_knows_prefixes_of_folders_only_and_sorts_as_text(storage: Storage) -> None:
    for name in ("a/b/3", "ab/2", "a/1", "a/b-c"):
        storage.put(name, io.BytesIO(b"x"))
    assert list(storage.list("a")) == ["a/1", "a/b-c", "a/b/3"]
    assert list(storage.list()) == ["a/1", "a/b-c", "a/b/3", "ab/2"]
    assert list(storage.list("nothing")) == []


def test_a_storage_that_works_says_where_it_is(storage: Storage) -> None:
    words = storage.check()
    assert ("bucket-" in words) if storage.origins else ("storage" in words)
