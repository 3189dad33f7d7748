"""What a share link opens and what not, and what an admin can do."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.web.accounts import SITE, Person, site
from tests.web.coaches_site import SECRET, CoachesSite, refused_as_unknown
from tests.web.conftest import SampleAnalyses

# Share links


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
    link = re.search(rf'value="{SITE}(/s/[^"]+)"', made.text)[1]
    assert link not in ana.get(page).text
    assert stranger.get(link).status_code == 200
    number = max(int(n) for n in re.findall(r"/shares/(\d+)/revoke", made.text))
    assert ana.post(f"{page}/{number}/revoke").status_code == 303
    for path in (link, f"{link}/media/overlay.mp4", "/s/nothing", "/s/nothing/media/overlay.mp4"):
        answer = stranger.get(path)
        assert answer.status_code == 404 and SECRET not in answer.text


# The admin's page


def test_dead_letters_are_run_again_or_deleted(coaches: CoachesSite, samples: Path) -> None:
    root, analyses = Person(coaches.app, "root"), SampleAnalyses(coaches.app, samples)
    bad = [analyses.failed(title=f"Bad {n}") for n in range(3)]
    page = root.get("/admin").text
    assert "Bad 2" in page and "no_pitch_found" in page
    assert root.post(f"/admin/dead/{bad[0]}/requeue").status_code == 303
    assert coaches.catalog.analyses.get(bad[0]).state == "queued"
    root.post(f"/admin/dead/{bad[1]}/delete")
    assert coaches.catalog.analyses.get(bad[1]).deleted_at is not None
    root.post("/admin/dead/delete")
    assert coaches.app.extensions["shadow"].jobs.dead_letters() == []
    assert coaches.catalog.analyses.get(coaches.analysis_id).state == "completed"
    assert root.post(f"/admin/dead/{coaches.analysis_id}/delete").status_code == 404


def test_the_admins_page_shows_no_secret(people: Path, tmp_path: Path) -> None:
    app = site(
        people,
        tmp_path / "data",
        smtp_url="smtp://me:hunter22hunter22@mail.example",
        redis_url="redis://:pa55pa55pa55pa55@h:1/0",
    )
    page = Person(app, "root").get("/admin").text
    assert "hunter22hunter22" not in page and "pa55pa55pa55pa55" not in page and "t" * 40 not in page
    assert "redis://(hidden)@h:1/0" in page


def test_an_account_made_by_an_admin_can_log_in(coaches: CoachesSite) -> None:
    root = Person(coaches.app, "root")
    made = root.post("/admin/users", {"name": "Cy", "display_name": "Coach Cy", "role": "coach"})
    password = re.search(r"data-secret>([^<]+)<", made.text)[1]
    assert Person(coaches.app).login("cy", password).status_code == 303
    number = coaches.catalog.users.by_name("cy").id
    again = re.search(r"data-secret>([^<]+)<", root.post(f"/admin/users/{number}/password").text)[1]
    assert Person(coaches.app).login("cy", password).status_code == 401
    assert Person(coaches.app).login("cy", again).status_code == 303
    root.post(f"/admin/users/{number}/active", {"active": "no"})
    assert Person(coaches.app).login("cy", again).status_code == 401


def test_an_admin_cannot_lock_themselves_out(coaches: CoachesSite) -> None:
    root, number = Person(coaches.app, "root"), coaches.values["root"]
    assert root.post(f"/admin/users/{number}/active", {"active": "no"}).status_code == 409
    assert root.post(f"/admin/users/{number}/role", {"role": "coach"}).status_code == 409
    assert root.get("/admin").status_code == 200
