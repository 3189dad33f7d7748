"""The local storage's promises: whole or not at all, nothing outside its folder, a full disk by its name."""

from __future__ import annotations

import errno
import io
import os
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shadow_trainer.errors import BadRequest, NotFound, SetupError, StorageFull
from shadow_trainer.storage import LocalStorage, check_key, open_storage


@pytest.fixture
def storage(tmp_path: Path) -> LocalStorage:
    found = open_storage(f"file://{tmp_path / 'storage'}")
    assert isinstance(found, LocalStorage)
    return found


def files(folder: Path) -> list[str]:
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())


def test_what_was_put_comes_back(storage: LocalStorage, tmp_path: Path) -> None:
    assert storage.put("analyses/a/original.mp4", io.BytesIO(b"film")) == 4
    assert storage.get("analyses/a/original.mp4", tmp_path / "deep" / "copy").read_bytes() == b"film"
    with storage.open("analyses/a/original.mp4") as file:
        assert file.read() == b"film"
    assert storage.size("analyses/a/original.mp4") == 4
    assert abs(storage.modified("analyses/a/original.mp4") - time.time()) < 60
    assert storage.url("analyses/a/original.mp4") is None
    assert storage.path("analyses/a/original.mp4").read_bytes() == b"film"


def test_a_file_is_copied_or_moved_as_asked(storage: LocalStorage, tmp_path: Path) -> None:
    source = tmp_path / "film.mp4"
    source.write_bytes(b"film")
    storage.put("kept", source)
    assert source.exists()
    storage.put("moved", source, move=True)
    assert not source.exists()
    assert storage.open("kept").read() == storage.open("moved").read() == b"film"


def test_putting_again_replaces(storage: LocalStorage) -> None:
    storage.put("a/b", io.BytesIO(b"one"))
    storage.put("a/b", io.BytesIO(b"two"))
    assert storage.open("a/b").read() == b"two"
    assert list(storage.list()) == ["a/b"]


@pytest.mark.parametrize(
    "key",
    ["", "/", "../x", "a/../b", "a//b", "/etc/passwd", "a/", ".hidden", "a/.b", "a\\b", "a b", "ä", "a\0b", "x" * 600],
)  # fmt: skip
def test_a_key_cannot_leave_the_folder(storage: LocalStorage, key: str, tmp_path: Path) -> None:
    for call in (storage.open, storage.exists, storage.delete, storage.size, storage.path, storage.url):
        with pytest.raises(BadRequest):
            call(key)
    with pytest.raises(BadRequest):
        storage.put(key, io.BytesIO(b"x"))
    with pytest.raises(BadRequest):
        storage.get(key, tmp_path / "out")
    assert files(tmp_path) == []


@given(st.text(max_size=30))
def test_every_allowed_key_stays_inside(key: str) -> None:
    try:
        check_key(key)
    except BadRequest:
        return
    assert Path(os.path.normpath(Path("/root-of-storage") / key)).is_relative_to("/root-of-storage")
    assert os.path.normpath(key) == key


def test_a_link_cannot_leave_the_folder(storage: LocalStorage, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret")
    storage.put("a/b", io.BytesIO(b"x"))
    (storage.root / "a" / "link").symlink_to(tmp_path / "secret")
    with pytest.raises(BadRequest):
        storage.open("a/link")


def test_what_is_missing_says_so(storage: LocalStorage, tmp_path: Path) -> None:
    storage.put("a/b", io.BytesIO(b"x"))
    for key in ("nothing", "a"):
        for call in (storage.open, storage.size, storage.path, storage.modified):
            with pytest.raises(NotFound):
                call(key)
        with pytest.raises(NotFound):
            storage.get(key, tmp_path / "out")
        assert not storage.exists(key)
        assert not storage.delete(key)
    assert not (tmp_path / "out").exists()


class FullDisk(io.RawIOBase):
    """A stream that breaks half-way, as a full disk or a cut upload does."""

    def __init__(self, error: OSError) -> None:
        self.error, self.reads = error, 0

    def read(self, size: int = -1) -> bytes:
        self.reads += 1
        if self.reads > 1:
            raise self.error
        return b"half"


def test_a_full_disk_has_a_name_and_leaves_nothing(storage: LocalStorage) -> None:
    storage.put("a/b", io.BytesIO(b"whole"))
    with pytest.raises(StorageFull):
        storage.put("a/b", FullDisk(OSError(errno.ENOSPC, "No space left on device")))
    assert storage.open("a/b").read() == b"whole"
    assert files(storage.root) == ["a/b"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_really_full_device_has_a_name(storage: LocalStorage, tmp_path: Path) -> None:
    storage.put("a", io.BytesIO(b"x" * 100_000))
    with pytest.raises(StorageFull), storage.open("a"):
        # The copy of get() goes to a device that is always full.
        target = tmp_path / "out"
        target.mkdir()
        original = Path.open
        try:
            Path.open = lambda self, *a, **k: original(
                Path("/dev/full") if self.name.endswith(".part") else self, *a, **k
            )
            storage.get("a", target / "copy")
        finally:
            Path.open = original


def test_an_upload_that_breaks_leaves_nothing(storage: LocalStorage) -> None:
    with pytest.raises(ConnectionError):
        storage.put("a/b", FullDisk(ConnectionResetError("gone")))
    assert files(storage.root) == []


def test_delete_frees_files_and_empty_folders(storage: LocalStorage) -> None:
    for name in ("analyses/a/1", "analyses/a/people/0.jpg", "analyses/ab/1"):
        storage.put(name, io.BytesIO(b"x"))
    assert storage.delete_prefix("analyses/a") == 2
    assert list(storage.list()) == ["analyses/ab/1"]
    assert not (storage.root / "analyses" / "a").exists()
    assert storage.delete("analyses/ab/1")
    assert not (storage.root / "analyses").exists()


def test_list_knows_prefixes_of_folders_only(storage: LocalStorage) -> None:
    for name in ("a/1", "ab/2", "a/b/3"):
        storage.put(name, io.BytesIO(b"x"))
    assert list(storage.list("a")) == ["a/1", "a/b/3"]
    assert list(storage.list("nothing")) == []


def test_half_finished_puts_are_swept_when_old(storage: LocalStorage) -> None:
    storage.put("a", io.BytesIO(b"x"))
    old, new = storage.root / ".incoming" / "old.part", storage.root / ".incoming" / "new.part"
    old.write_bytes(b"x")
    new.write_bytes(b"x")
    os.utime(old, (1, 1))
    assert storage.sweep(3600) == 1
    assert new.exists() and not old.exists()
    assert list(storage.list()) == ["a"]


def test_an_unknown_kind_of_address_is_named() -> None:
    with pytest.raises(SetupError, match="ftp"):
        open_storage("ftp://host/folder")
