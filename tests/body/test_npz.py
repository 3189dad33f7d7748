"""Archives of arrays are read whole, and a broken one is refused and closed."""

from __future__ import annotations

import gc
import io
import warnings
from pathlib import Path

import numpy as np
import pytest

from shadow_trainer.body.npz import read_arrays
from shadow_trainer.body.series import PoseSeries
from shadow_trainer.errors import BadRequest
from shadow_trainer.pitching.reference.model import Reference
from shadow_trainer.pose.raw_track import RawTrack

BROKEN = {"empty": b"", "cut in half": b"PK\x03\x04" + b"x" * 40, "words": b"these are no arrays"}


@pytest.fixture(params=sorted(BROKEN))
def broken(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    path = tmp_path / "broken.npz"
    path.write_bytes(BROKEN[request.param])
    return path


def test_every_array_comes_back_from_a_path_and_from_an_open_file(tmp_path: Path) -> None:
    path = tmp_path / "two.npz"
    np.savez_compressed(path, a=np.arange(3), b=np.ones((2, 2)))
    for source in (path, str(path), io.BytesIO(path.read_bytes())):
        arrays = read_arrays(source)
        assert sorted(arrays) == ["a", "b"] and arrays["a"].tolist() == [0, 1, 2]


def test_a_single_array_is_no_archive(tmp_path: Path) -> None:
    path = tmp_path / "one.npz"
    with path.open("wb") as file:
        np.save(file, np.arange(3))
    with pytest.raises(ValueError, match="not an archive"):
        read_arrays(path)


@pytest.mark.parametrize("load", [PoseSeries.load, Reference.load, RawTrack.load])
def test_a_broken_archive_is_a_bad_request_and_is_closed(load: object, broken: Path) -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", ResourceWarning)
        with pytest.raises(BadRequest):
            load(broken)  # type: ignore[operator]
        gc.collect()
    assert [str(w.message) for w in caught if issubclass(w.category, ResourceWarning)] == []
