"""The folder's promises: nothing outside it, a full disk by its name, nothing half-written left."""

from __future__ import annotations

import io
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shadow_trainer.errors import BadRequest, SetupError, StorageFull
from shadow_trainer.storage import LocalStorage, check_key, open_storage


def files(folder: Path) -> list[str]:
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())


@pytest.mark.parametrize(
    "key",
    ["", "/", "../x", "a/../b", "a//b", "/etc/passwd", "a/", ".hidden", "a/.b", "a\\b", "a b", "ä", "a\0b", "x" * 600],
)  # fmt: skip
def test_a_key_cannot_leave_the_folder(local: LocalStorage, key: str, tmp_path: Path) -> None:
    for call in (local.open, local.exists, local.delete, local.size, local.path, local.url):
        with pytest.raises(BadRequest):
            call(key)
    with pytest.raises(BadRequest):
        local.put(key, io.BytesIO(b"x"))
    with pytest.raises(BadRequest):
        local.get(key, tmp_path / "out")
    assert files(tmp_path) == []


@given(st.text(max_size=30))
def test_every_allowed_key_stays_inside(key: str) -> None:
    try:
        check_key(key)
    except BadRequest:
        return
    assert Path(os.path.normpath(Path("/root-of-storage") / key)).is_relative_to("/root-of-storage")
    assert os.path.normpath(key) == key


def test_a_link_cannot_leave_the_folder(local: LocalStorage, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret")
    local.put("a/b", io.BytesIO(b"x"))
    (local.root / "a" / "link").symlink_to(tmp_path / "secret")
    with pytest.raises(BadRequest):
        local.open("a/link")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_really_full_device_has_a_name(local: LocalStorage, tmp_path: Path) -> None:
    local.put("a", io.BytesIO(b"x" * 100_000))
    with pytest.raises(StorageFull), local.open("a"):
        # The copy of get() goes to a device that is always full.
        target = tmp_path / "out"
        target.mkdir()
        original = Path.open
        try:
            Path.open = lambda self, *a, **k: original(
                Path("/dev/full") if self.name.endswith(".part") else self, *a, **k
            )
            local.get("a", target / "copy")
        finally:
            Path.open = original


def test_delete_frees_files_and_empty_folders(local: LocalStorage) -> None:
    for name in ("analyses/a/1", "analyses/a/people/0.jpg", "analyses/ab/1"):
        local.put(name, io.BytesIO(b"x"))
    assert local.delete_prefix("analyses/a") == 2
    assert list(local.list()) == ["analyses/ab/1"]
    assert not (local.root / "analyses" / "a").exists()
    assert local.delete("analyses/ab/1")
    assert not (local.root / "analyses").exists()


def test_half_finished_puts_are_swept_when_old(local: LocalStorage) -> None:
    local.put("a", io.BytesIO(b"x"))
    old, new = local.root / ".incoming" / "old.part", local.root / ".incoming" / "new.part"
    old.write_bytes(b"x")
    new.write_bytes(b"x")
    os.utime(old, (1, 1))
    assert local.sweep(3600) == 1
    assert new.exists() and not old.exists()
    assert list(local.list()) == ["a"]


def test_a_folder_that_cannot_be_one_is_named_and_asking_makes_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(SetupError, match="not a folder"):
        LocalStorage(tmp_path / "file" / "storage").check()
    LocalStorage(tmp_path / "new" / "storage").check()
    assert files(tmp_path) == ["file"] and not (tmp_path / "new").exists()


def test_an_unknown_kind_of_address_is_named() -> None:
    with pytest.raises(SetupError, match="ftp"):
        open_storage("ftp://host/folder")
