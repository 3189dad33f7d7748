"""The doctor's promises: each part is really tried, and what is wrong comes with what to do."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from types import SimpleNamespace

import pytest

from benchmarks import gpu
from shadow_trainer.catalog import migrate
from shadow_trainer.cli import checks, device_check, queue_checks
from shadow_trainer.errors import SetupError, StorageFull, Unavailable
from shadow_trainer.jobs.redis import embedded
from shadow_trainer.jobs.redis.client import connect
from shadow_trainer.pose import devices
from shadow_trainer.settings import Settings
from tests.pose.cards import fake_cards


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings of an empty data folder."""
    return Settings(data_dir=str(tmp_path / "var"))


@pytest.fixture
def broker(settings: Settings) -> Iterator[embedded.Embedded]:
    """A real Redis of this data folder."""
    if embedded.find_binary() is None:
        pytest.skip("no Redis server on this machine")
    server = embedded.start(settings)
    yield server
    server.stop()


def test_a_version_that_is_not_the_pinned_one_is_named(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "at their pinned versions" in checks.packages(settings)
    monkeypatch.setattr(checks.metadata, "version", lambda name: "0.1")
    with pytest.raises(SetupError, match=r"Flask 0\.1 \(pinned: "):
        checks.packages(settings)


def test_markers_decide_what_is_meant_for_this_machine() -> None:
    text = 'a==1 ; sys_platform == "nowhere"\nb[extra]==2.0  # why\nc==3\n# d==4\n'
    text += 'e==5 ; python_version < "3.0"\nf==6 ; python_version >= "3.11" and os_name != "none"   # why\n'
    assert checks.pinned(text) == {"b": "2.0", "c": "3", "f": "6"}


def test_npm_packages_are_compared_with_the_lock_file(settings: Settings) -> None:
    assert checks.node_packages(settings).endswith("at their pinned versions")


def test_missing_weights_say_what_to_do(settings: Settings) -> None:
    status, sentence, fix = checks.run(checks.weights, settings)
    assert status == "FAIL"
    assert "has not been converted" in sentence and "models ensure" in fix


def test_the_encoder_writes_a_real_frame(settings: Settings) -> None:
    assert "libx264" in checks.encoder(settings)


@pytest.mark.model
def test_the_device_is_named_with_its_memory_and_its_measured_speed() -> None:
    words = device_check.device(Settings(model_size="xs", device="cpu"))
    assert re.match(
        r"cpu \(ONNX Runtime [\d.]+\), [\d.]+ of [\d.]+ GB free, \d+ frames/s with model xs", words
    )


def without_the_build_for_cards(name: str) -> str:
    raise metadata.PackageNotFoundError(name)


def test_a_card_that_lies_idle_is_a_warning(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    fake_cards(tmp_path, monkeypatch, "0")
    monkeypatch.setattr(devices.metadata, "version", without_the_build_for_cards)
    status, words, fix = checks.run(device_check.device, Settings(data_dir=str(tmp_path)))
    assert status == "warn" and "not used: ONNX Runtime is installed in its build for processors" in words
    assert "make cuda" in fix and "speed not measured (weights_missing)" in words


def test_cuda_that_was_asked_for_and_is_not_there_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(devices.metadata, "version", without_the_build_for_cards)
    status, words, _ = checks.run(device_check.device, Settings(device="cuda"))
    assert status == "FAIL" and "SHADOW_DEVICE=cuda" in words


def test_a_card_that_was_never_measured_here_is_a_warning(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(devices, "resolve", lambda wanted: "cuda")
    monkeypatch.setattr(devices, "card", lambda: devices.Card("NVIDIA T4", 14 * 10**9, 16 * 10**9))
    monkeypatch.setattr(device_check, "_speed", lambda settings: "210 frames/s with model m")
    settings = Settings(data_dir=str(tmp_path))
    status, words, fix = checks.run(device_check.device, settings)
    assert status == "warn" and "NVIDIA T4" in words and "14.0 of 16.0 GB free, 210 frames/s" in words
    assert "never compared" in words and "make gpu-benchmark" in fix
    gpu._keep(settings, {"card": "NVIDIA T4", "ratio": 12.34, "apart_px": 0.1, "day": "2026-11-30"})
    status, words, _ = checks.run(device_check.device, settings)
    assert status == "ok" and "12.3 times the processor on 2026-11-30" in words
    gpu._keep(settings, {"card": "another", "ratio": 12.34, "apart_px": 0.1, "day": "2026-11-30"})
    assert checks.run(device_check.device, settings)[0] == "warn"


def test_a_card_on_which_cuda_does_not_begin_fails(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def begin(*_: object) -> None:
        raise SetupError("ONNX Runtime could not begin with CUDA.", code="no_cuda", fix="Run `make cuda`.")

    monkeypatch.setattr(devices, "resolve", lambda wanted: "cuda")
    monkeypatch.setattr(devices, "card", lambda: None)
    monkeypatch.setattr("shadow_trainer.pose.engine.Engine.landmarks", begin)
    status, words, _ = checks.run(device_check.device, Settings(data_dir=str(tmp_path)))
    assert status == "FAIL" and "could not begin with CUDA" in words


def test_the_benchmark_of_a_card_needs_one(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(devices.metadata, "version", without_the_build_for_cards)
    assert gpu.main([]) == 2
    assert "SHADOW_DEVICE=cuda" in capsys.readouterr().err


def test_a_database_is_missing_then_old_then_well(settings: Settings) -> None:
    with pytest.raises(SetupError, match="no database yet"):
        checks.database(settings)
    settings.data_path.mkdir(parents=True)
    (settings.data_path / "shadow.db").touch()
    with pytest.raises(SetupError, match="at migration none"):
        checks.database(settings)
    migrate(settings)
    assert checks.database(settings).startswith("sqlite, at migration")


def test_the_storage_is_tried_and_left_clean(settings: Settings) -> None:
    assert "writable" in checks.storage(settings)
    assert not [path for path in (settings.data_path / "storage").rglob("*") if path.is_file()]


def test_a_storage_that_cannot_be_written_fails(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    status, _, _ = checks.run(checks.storage, Settings(storage_url=f"file://{tmp_path}/file"))
    assert status == "FAIL"


@pytest.mark.parametrize(("free_mb", "expected"), [(100, "FAIL"), (2_000, "warn"), (50_000, "ok")])
def test_little_room_is_a_warning_and_too_little_a_failure(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, free_mb: int, expected: str
) -> None:
    usage = SimpleNamespace(free=free_mb * checks.MB)
    monkeypatch.setattr(checks.shutil, "disk_usage", lambda path: usage)
    assert checks.run(checks.disk, settings)[0] == expected
    if expected == "FAIL":
        with pytest.raises(StorageFull):
            checks.disk(settings)


def test_an_embedded_redis_that_is_not_running_is_only_a_warning(settings: Settings) -> None:
    assert checks.run(queue_checks.redis, settings)[0] == "warn"
    assert checks.run(queue_checks.worker, settings)[0] == "warn"


def test_a_named_redis_that_does_not_answer_is_a_failure() -> None:
    with pytest.raises(Unavailable):
        queue_checks.redis(Settings(redis_url="redis://127.0.0.1:9/0"))


def test_redis_tells_its_version_and_must_never_evict(settings: Settings, broker: embedded.Embedded) -> None:
    assert "noeviction" in queue_checks.redis(settings)
    client = connect(settings)
    client.config_set("maxmemory-policy", "allkeys-lru")
    client.close()
    with pytest.raises(SetupError, match="may throw jobs away"):
        queue_checks.redis(settings)


def test_a_queue_without_a_worker_is_a_warning(settings: Settings, broker: embedded.Embedded) -> None:
    status, sentence, _ = checks.run(queue_checks.worker, settings)
    assert status == "warn" and "none is alive" in sentence


def test_the_doctor_does_not_faint(settings: Settings) -> None:
    def breaks(_: Settings) -> str:
        raise ZeroDivisionError("surprise")

    assert checks.run(breaks, settings)[:2] == ("FAIL", "ZeroDivisionError: surprise")
