"""Downloads are called what the video is called, in every language, and safe on every system."""

from __future__ import annotations

import io
import unicodedata
import zipfile
from urllib.parse import unquote

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.http import parse_options_header

from shadow_trainer.web.http.filenames import slug
from tests.web.conftest import SampleAnalyses
from tests.web.test_history import Hand, hand  # noqa: F401

TITLES = {
    "투구": "투구",
    "Lançamento José": "Lançamento-José",
    "투구 영상 – «Ñandú»": "투구-영상-Ñandú",
    "हिन्दी पिच": "हिन्दी-पिच",
    "ピッチング・動画": "ピッチング-動画",
    "Бросок №5": "Бросок-5",
    "رمية": "رمية",
    "Bullpen, Tuesday": "Bullpen-Tuesday",
}


def name_of(answer) -> str:  # type: ignore[no-untyped-def]
    """The name that a browser saves the answer under."""
    kind, options = parse_options_header(answer.headers["Content-Disposition"])
    assert kind == "attachment"
    return options["filename"]


@pytest.mark.parametrize("title", TITLES)
def test_a_title_keeps_its_letters_in_every_download(
    title: str, client: FlaskClient, analyses: SampleAnalyses
) -> None:
    job = analyses.completed(title=title)
    named = {
        f"/videos/{job}/download": "-overlay.mp4",
        f"/videos/{job}/exports/trc": ".trc",
        f"/analyses/{job}/files/metrics.csv?download": "-metrics.csv",
        f"/analyses/{job}/files/report.html": "-report.html",
    }
    for address, end in named.items():
        answer = client.get(address)
        assert name_of(answer) == TITLES[title] + end
        answer.headers["Content-Disposition"].encode("ascii")


def test_folders_of_a_zip_keep_their_letters(hand: Hand, analyses: SampleAnalyses) -> None:  # noqa: F811
    jobs = [analyses.completed(title=title) for title in ("투구", "José")]
    answer = hand.send("/analyses/selected", id=jobs, action="download")
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        folders = {name.partition("/")[0][3:] for name in archive.namelist()}
    assert folders == {"투구", "José"}


@pytest.mark.parametrize(
    "title",
    [
        "",
        "…",
        "«»",
        "🔥⚾",
        "---",
        "../..",
        "CON",
        "nul.txt",
        "Aux",
        "a/b\\c:d*e?f",
        "x\u202egpj.exe",
        "a\r\nSet-Cookie: b",
    ],
)
def test_a_title_is_a_safe_part_of_a_name(title: str) -> None:
    name = slug(title)
    assert name and not set(name) & set('/\\:*?"<>|\r\n \0\u202e')
    assert name.partition(".")[0].lower() not in {"con", "nul", "aux"}


@given(st.text(max_size=200))
def test_any_title_is_a_name_of_letters_and_not_too_long(title: str) -> None:
    name = slug(title)
    assert 1 <= len(name) <= 61 and len(name.encode(errors="replace")) <= 181
    assert not name.startswith((".", "-"))
    assert all(c in "._-" or unicodedata.category(c)[0] in "LMN" for c in name)
    assert unquote(name) == name
