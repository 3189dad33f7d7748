"""Damaged films through a real worker: each ends in a state with a reason, and the worker outlives them all.

A few films with every run of the tests; ``make fuzz`` sends 1000. SHADOW_FUZZ_MODEL=true puts the real model behind the
decoder, too, which takes seconds a video.
"""

from __future__ import annotations

import collections
import io
import os
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from shadow_trainer.settings import load
from tests.fuzz import films
from tests.jobs import rig as rigs
from tests.jobs.conftest import needs_redis
from tests.jobs.rig import Rig, small_settings

FILMS = int(os.environ.get("SHADOW_FUZZ_FILMS", "16"))
SEED = int(os.environ.get("SHADOW_FUZZ_SEED", str(time.time_ns() % 1_000_000)))
LONG = os.environ.get("SHADOW_FUZZ_MODEL") == "true"
DECODER_ONLY = {"pipeline": "tests.fuzz.decoder:run", "engines": "tests.jobs.fakes:Engines"}
# What a child's death or a bug of ours would be called; none of it may be a damaged film's end.
OURS = {"internal", "worker_crashed", "worker_lost", "timeout", "out_of_memory", "unavailable"}


@pytest.fixture
def rig(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Rig]:
    """An installation whose worker opens films for real; in the long run with the real model, too."""
    needs_redis()
    monkeypatch.setattr(rigs, "TEST_OVERRIDES", {} if LONG else DECODER_ONLY)
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))
    (tmp_path / "tmp").mkdir()
    settings = small_settings(
        tmp_path / "data",
        models_dir=str(load().models_path),
        model_size="xs",
        job_timeout_s=120,
        coach_limit=0,
    )
    with Rig(settings) as installation:
        yield installation


def test_no_damaged_film_breaks_the_worker_or_leaves_anything(rig: Rig, tmp_path: Path) -> None:
    (tmp_path / "seeds").mkdir()
    sound = films.seeds(tmp_path / "seeds")
    worker = rig.worker()
    rig.clock()
    rig.wait_workers()
    parent = psutil.Process(worker.pid)
    # A worker opens its pipes and connections with its first video: what it holds after one is what it may keep.
    rig.until_state(send(rig, sound[0]), "completed")
    rig.until(lambda: "Job OK" in rig.logs(), "the first job to be settled")
    open_before = parent.num_fds()
    ids = {number: send(rig, films.damaged(sound, number)) for number in range(SEED, SEED + FILMS)}
    rig.until(
        lambda: not rig.catalog.statistics.active(), f"every video to end (seed {SEED})", 40 + 6 * FILMS
    )
    codes = collections.Counter()
    for number, film in ids.items():
        row = rig.catalog.analyses.get(film)
        assert row.state in ("completed", "failed"), f"film {number} ended as {row.state}"
        code = (row.error or {}).get("code", "completed")
        codes[code] += 1
        assert code not in OURS, f"film {number}: {row.error}\n{rig.logs()[-4000:]}"
        assert code == "completed" or (row.error["message"] and row.error["fix"])
        assert str(tmp_path) not in str(row.error), "a path of the server is nobody's business"
        assert set(rig.files(film)) <= {"original.mp4", *row.files}, f"film {number} left files"
    print(f"seed {SEED}: {dict(codes.most_common())}")
    assert worker.poll() is None and parent.create_time() == psutil.Process(worker.pid).create_time()
    rig.until(lambda: rig.jobs.connection.scard("rq:workers") == 1, "the worker to be registered")
    rig.until(lambda: parent.num_fds() <= open_before + 2, "the worker's files to be closed")
    rig.until(lambda: rig.work_left() == [], "the last work folder to go")
    assert not [path for path in (tmp_path / "tmp").rglob("*") if path.is_file()], "temporary files were left"
    assert not list((rig.data / "storage").rglob("*.part"))
    assert rig.catalog.statistics.counts().get("failed", 0) == FILMS - codes["completed"]


def send(rig: Rig, content: bytes) -> str:
    film = rig.add()
    rig.storage.put(rig.catalog.analyses.get(film).original_key, io.BytesIO(content))
    rig.jobs.submit(film)
    return film
