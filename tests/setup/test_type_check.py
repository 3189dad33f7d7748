"""The check of types: old errors may only become fewer, and a clean package stays clean."""

from __future__ import annotations

from collections import Counter

import pytest

from scripts import type_check

LISTED = {"shadow_trainer/jobs/a.py": 3, "shadow_trainer/web/b.py": 1}


@pytest.fixture(autouse=True)
def nothing_strict(monkeypatch: pytest.MonkeyPatch) -> None:
    """These promises hold whichever packages are clean today."""
    monkeypatch.setattr(type_check, "STRICT", ())


def test_errors_as_listed_pass() -> None:
    assert type_check.compare(LISTED, Counter(LISTED)) == []


def test_one_error_more_fails() -> None:
    (problem,) = type_check.compare(LISTED, Counter(LISTED) + Counter(["shadow_trainer/web/b.py"]))
    assert "shadow_trainer/web/b.py has 2 errors and 1 are listed" in problem


def test_an_error_in_a_module_that_had_none_fails() -> None:
    (problem,) = type_check.compare(LISTED, Counter(LISTED) + Counter(["shadow_trainer/new.py"]))
    assert "shadow_trainer/new.py" in problem


def test_fewer_errors_fail_until_the_list_is_lowered() -> None:
    counted = Counter({"shadow_trainer/jobs/a.py": 2})
    assert all("--write" in problem for problem in type_check.compare(LISTED, counted))
    assert type_check.compare(type_check.lower(LISTED, counted), counted) == []


def test_lowering_raises_no_number_and_adds_no_module() -> None:
    counted = Counter(
        {"shadow_trainer/jobs/a.py": 9, "shadow_trainer/new.py": 1, "shadow_trainer/web/b.py": 1}
    )
    assert type_check.lower(LISTED, counted) == LISTED


def test_a_strict_package_may_not_be_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type_check, "STRICT", ("shadow_trainer/web/",))
    assert type_check.compare(LISTED, Counter(LISTED)) == [
        "types: shadow_trainer/web/b.py must be clean and may not be listed"
    ]


def test_the_list_reads_back_as_it_was_written() -> None:
    assert type_check.read(type_check.as_text(LISTED)) == LISTED
