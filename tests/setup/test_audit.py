"""`make audit` lists every package with its age, and believes neither silence nor a network that is away."""

from __future__ import annotations

import re
import sys

import pytest

from scripts import audit


def test_every_pinned_package_is_listed_with_its_licence(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit, "tools", list)
    assert audit.main() == 0
    listed = {line.split()[0].lower(): line for line in capsys.readouterr().out.splitlines()}
    for name in ("flask", "rq", "torch", "pytest", "three", "@mediapipe/pose"):
        assert name in listed
    assert re.search(r"pinned (\d{4}-\d\d-\d\d|\(not committed\))  BSD", listed["flask"])


@pytest.mark.parametrize(
    ("says", "code", "found"),
    [
        ("Found 2 known vulnerabilities in 1 package", 1, True),
        ("found 0 vulnerabilities", 0, False),
        ("ConnectionError: host not found", 1, False),
    ],
)
def test_only_a_hole_is_a_hole(says: str, code: int, found: bool, capsys: pytest.CaptureFixture[str]) -> None:
    command = [sys.executable, "-c", f"import sys; print({says!r}); sys.exit({code})"]
    assert audit.holes("tool", command) is found
    said = capsys.readouterr().out
    assert ("cannot be reached" in said) == (code == 1 and not found)
