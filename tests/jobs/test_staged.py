"""Files that replace others wait where nobody sees them, and never stay there."""

from __future__ import annotations

import io
import os
import time
from pathlib import Path

import pytest

from shadow_trainer.jobs.attempt import publish
from shadow_trainer.jobs.attempt.staged import Staged
from shadow_trainer.storage import INCOMING, LocalStorage

FILM = "f" * 32


@pytest.fixture
def storage(tmp_path: Path) -> LocalStorage:
    stored = LocalStorage(tmp_path / "storage")
    for name in ("analysis.json", "shadow.npz"):
        stored.put(publish.key(FILM, name), io.BytesIO(b"old"))
    return stored


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("analysis.json", "pose.npz"):
        (tmp_path / name).write_bytes(b"new")
    return tmp_path


def content(storage: LocalStorage) -> dict[str, bytes]:
    return {key: storage.path(key).read_bytes() for key in storage.list()}


NEW = {publish.key(FILM, "analysis.json"): b"new", publish.key(FILM, "pose.npz"): b"new"}


def test_they_take_the_places_of_the_others_and_can_be_asked_to_twice(
    storage: LocalStorage, folder: Path
) -> None:
    before = content(storage)
    staged = Staged(storage, FILM)
    staged.put(["analysis.json", "pose.npz"], folder)
    assert {k: v for k, v in content(storage).items() if not k.startswith(INCOMING)} == before
    for _ in range(2):  # a transaction may begin again
        staged.replace(["analysis.json", "pose.npz"], ["shadow.npz"])
    staged.discard()
    assert content(storage) == NEW


def test_another_process_finds_them_by_their_token(storage: LocalStorage, folder: Path) -> None:
    made = Staged(storage, FILM)
    made.put(["analysis.json", "pose.npz"], folder)
    Staged(storage, FILM, made.token).replace(["analysis.json", "pose.npz"], ["shadow.npz"])
    assert content(storage) == NEW


def test_what_vouches_for_the_others_is_replaced_last(
    storage: LocalStorage, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    staged, order = Staged(storage, FILM), []
    staged.put(["analysis.json", "pose.npz"], folder)
    real = storage.rename
    monkeypatch.setattr(storage, "rename", lambda old, new: (order.append(new), real(old, new)))
    staged.replace(["analysis.json", "pose.npz"])
    assert order == [publish.key(FILM, "pose.npz"), publish.key(FILM, "analysis.json")]


def test_what_a_process_that_died_left_is_swept(storage: LocalStorage, folder: Path) -> None:
    before = content(storage)
    old, new = Staged(storage, FILM), Staged(storage, FILM)
    for staged in (old, new):
        staged.put(["pose.npz"], folder)
    path = storage.path(f"{INCOMING}/{old.token}/pose.npz")
    os.utime(path, (time.time() - 4000,) * 2)
    assert storage.sweep(3600) == 1
    new.discard()
    assert content(storage) == before
