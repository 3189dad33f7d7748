"""What an admin can do, and what the page tells nobody."""

from __future__ import annotations

import re
from pathlib import Path

from tests.web.accounts import Person, site
from tests.web.coaches_site import CoachesSite
from tests.web.conftest import SampleAnalyses


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
