"""The library of references: what was saved is found again by every worker, and names stay names."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from shadow_trainer.errors import BadRequest, NotFound
from shadow_trainer.jobs.pipeline.references import References
from shadow_trainer.pitching.reference import elite
from shadow_trainer.storage import open_storage


@pytest.fixture
def library(tmp_path: Path) -> References:
    return References(open_storage(f"file://{tmp_path}"))


def test_a_saved_reference_is_listed_found_and_removed(library: References) -> None:
    library.save(replace(elite(), name="coach-2019", hand="left", level="college"))
    assert library.names() == ["elite", "coach-2019"]
    back = library.get("coach-2019")
    assert (back.hand, back.level) == ("left", "college")
    assert np.allclose(back.points, elite().points, atol=1e-6, equal_nan=True)
    assert [facts["name"] for facts in library.facts()] == ["elite", "coach-2019"]
    assert library.delete("coach-2019")
    with pytest.raises(NotFound, match="coach-2019"):
        library.get("coach-2019")


@pytest.mark.parametrize("name", ["../up", "", "elite", "none", "a" * 61, "a/b", ".hidden"])
def test_a_name_that_is_a_path_or_built_in_is_refused(library: References, name: str) -> None:
    with pytest.raises(BadRequest):
        library.save(replace(elite(), name=name))


def test_none_is_no_reference(library: References) -> None:
    assert library.find("none") is None
    assert library.find("elite") is elite()
