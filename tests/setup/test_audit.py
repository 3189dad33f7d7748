"""`make audit` lists every package with its dates, and believes neither silence nor a network that is away."""

from __future__ import annotations

import json
import re

import pytest

from scripts.audit import __main__ as audit
from scripts.audit import holes, releases
from scripts.audit.pins import Pin
from shadow_trainer.settings import ROOT


def test_every_pinned_package_is_listed_with_its_dates_and_its_licence(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def released(pins: list[Pin]) -> dict[Pin, str]:
        return {pin: "2025-01-02" for pin in pins if pin.name in ("Flask", "three")}

    monkeypatch.setattr(releases, "of_python", released)
    monkeypatch.setattr(releases, "of_npm", released)
    monkeypatch.setattr(holes, "of_python", lambda file: False)
    monkeypatch.setattr(holes, "of_npm", lambda: False)
    assert audit.main() == 0
    listed = {line.split()[0].lower(): line for line in capsys.readouterr().out.splitlines()}
    for name in ("flask", "rq", "torch", "pytest", "three", "@mediapipe/pose", "schemathesis"):
        assert name in listed
    assert re.search(r"released 2025-01-02  pinned (\d{4}-\d\d-\d\d|\(not committed\)) +BSD", listed["flask"])
    assert "released (unknown)" in listed["torch"]


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt", "requirements-tools.txt"])
def test_every_package_is_pinned_exactly(name: str) -> None:
    for line in (ROOT / name).read_text().splitlines():
        wanted = line.partition("#")[0].partition(";")[0].strip()
        assert not wanted or wanted.startswith("-r ") or re.fullmatch(r"[\w.\[\],-]+==[\w.+!]+", wanted), line


def test_the_day_of_a_release_is_that_of_its_first_file() -> None:
    pin = Pin("Flask-Login", "0.6.3", "requirements.txt", "", "", "")
    rows = [
        {"filename": "Flask-Login-0.6.3.tar.gz", "upload-time": "2023-10-31T01:00:00Z"},
        {"filename": "Flask_Login-0.6.3-py3-none-any.whl", "upload-time": "2023-10-30T23:00:00Z"},
        {"filename": "Flask-Login-0.6.31.tar.gz", "upload-time": "2020-01-01T00:00:00Z"},
        {"filename": "Flask-Login-0.6.2.tar.gz", "upload-time": "2021-01-01T00:00:00Z"},
        {"filename": "flask_login_too-0.6.3.tar.gz", "upload-time": "2019-01-01T00:00:00Z"},
        {"filename": "Flask_Login-0.6.3-py2-none-any.whl", "upload-time": None},
    ]
    assert releases.day_of(rows, pin) == "2023-10-30"
    assert releases.day_of(rows[2:], pin) == ""


HOLE = {"id": "PYSEC-1", "fix_versions": ["2.0"], "aliases": [], "description": "bad"}
SOUND = {"name": "rq", "version": "3.0.0", "vulns": []}
UNKNOWN = {"name": "torch", "skip_reason": "not found"}


@pytest.mark.parametrize(
    ("rows", "holed", "says"),
    [
        (
            [SOUND, {"name": "old", "version": "1.0", "vulns": [HOLE]}],
            True,
            "old 1.0: PYSEC-1, mended in 2.0",
        ),
        ([SOUND, UNKNOWN], False, "1 of 2 packages looked up, 0 known holes"),
        ([UNKNOWN, UNKNOWN], False, "answered about none of 2 packages"),
        (None, False, "cannot be reached"),
    ],
)
def test_only_a_hole_is_a_hole_and_silence_is_said(
    rows: list | None, holed: bool, says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    said = "" if rows is None else json.dumps({"dependencies": rows, "fixes": []})
    assert holes.told_by_pip_audit("requirements.txt", said) is holed
    assert says in capsys.readouterr().out


@pytest.mark.parametrize(
    ("said", "holed", "says"),
    [
        ('{"metadata": {"vulnerabilities": {"high": 1, "total": 1}}}', True, "1 known holes"),
        ('{"metadata": {"vulnerabilities": {"high": 0, "total": 0}}}', False, "0 known holes"),
        ('{"message": "405 Method Not Allowed", "statusCode": 405}', False, "cannot be reached"),
    ],
)
def test_npm_is_heard_in_the_same_way(
    said: str, holed: bool, says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert holes.told_by_npm(said) is holed
    assert says in capsys.readouterr().out
