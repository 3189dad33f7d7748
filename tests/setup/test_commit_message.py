"""The hook of a commit's message keeps subjects short enough to be read in a list."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts import commit_message


@pytest.mark.parametrize(
    "text", ["x" * 72, "subject\n\nbody of any length " + "x" * 200, "subject\n# a comment\n"]
)
def test_a_short_subject_passes(text: str, tmp_path: Path) -> None:
    file = tmp_path / "message"
    file.write_text(text)
    assert commit_message.main([str(file)]) == 0


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("x" * 73, "73 characters"),
        ("", "empty"),
        ("# only a comment\n", "empty"),
        ("subject\nbody", "empty line"),
    ],
)
def test_any_other_is_refused_with_the_reason(
    text: str, words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "message"
    file.write_text(text)
    assert commit_message.main([str(file)]) == 1
    assert words in capsys.readouterr().err
