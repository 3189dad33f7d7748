"""What a share link opens and what not."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.web.accounts import SITE, Person
from tests.web.coaches_site import SECRET, CoachesSite, copied, refused_as_unknown


def test_a_link_shows_the_report_and_leads_nowhere_else(quiet: CoachesSite) -> None:
    stranger = Person(quiet.app)
    answer = stranger.get(f"/s/{quiet.link}")
    assert answer.status_code == 200 and SECRET in answer.text
    assert "<form" not in answer.text and "<script" not in answer.text and "#assumptions" not in answer.text
    assert quiet.analysis_id not in answer.text
    for address in re.findall(r'(?:href|src|action|poster)="([^"]+)"', answer.text):
        assert address.startswith((f"/s/{quiet.link}", "/assets/", "#")), address
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["X-Robots-Tag"].startswith("noindex")
    assert "no-store" in answer.headers["Cache-Control"]


@pytest.mark.parametrize(
    ("name", "status"),
    [("overlay.mp4", 200), ("preview.mp4", 200), ("original", 404), ("pose.npz", 404), ("analysis.json", 404),
     ("metrics.csv", 404), ("report.html", 404), ("people", 404)],
)  # fmt: skip
def test_a_link_opens_films_and_no_other_file(quiet: CoachesSite, name: str, status: int) -> None:
    answer = Person(quiet.app).get(f"/s/{quiet.link}/media/{name}")
    assert answer.status_code == status
    assert answer.headers["Referrer-Policy"] == "no-referrer"


def test_a_link_opens_no_other_address(quiet: CoachesSite) -> None:
    stranger = Person(quiet.app)
    stranger.get(f"/s/{quiet.link}")
    assert refused_as_unknown(stranger.get(f"/analyses/{quiet.analysis_id}"))
    assert refused_as_unknown(stranger.get(f"/videos/{quiet.analysis_id}/info"))


def test_a_link_is_made_shown_once_and_revoked(coaches: CoachesSite) -> None:
    ana, stranger = Person(coaches.app, "ana"), Person(coaches.app)
    page = f"/analyses/{coaches.analysis_id}/shares"
    assert ana.post(page, {"days": "365"}).status_code == 400
    made = ana.post(page, {"days": "30"})
    # Nobody has said what the site is called: no name that a request claims is built upon.
    link = re.search(r'value="(/s/[^"]+)"', made.text)[1]
    assert link not in ana.get(page).text
    assert stranger.get(link).status_code == 200
    number = max(int(n) for n in re.findall(r"/shares/(\d+)/revoke", made.text))
    assert ana.post(f"{page}/{number}/revoke").status_code == 303
    for path in (link, f"{link}/media/overlay.mp4", "/s/nothing", "/s/nothing/media/overlay.mp4"):
        answer = stranger.get(path)
        assert answer.status_code == 404 and SECRET not in answer.text


def test_a_link_has_the_name_that_the_operator_gave_the_site(
    furnished: tuple[Path, dict], tmp_path: Path
) -> None:
    named = copied(furnished, tmp_path / "data", allowed_hosts="club.example")
    made = Person(named.app, "ana").post(f"/analyses/{named.analysis_id}/shares", {"days": "30"})
    assert re.search(rf'value="{SITE}/s/[^"]+"', made.text)
