"""Two coaches who cannot see each other's things by any address; admins who can; and nobody else at all."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from shadow_trainer.jobs.references import References
from shadow_trainer.pitching.reference import elite
from tests.web.access_table import ROUTES, Route
from tests.web.accounts import SITE, Person, site
from tests.web.conftest import Desk

SECRET = "Bullpen of Leo"
NAMES = [f"{route.method} {route.endpoint}" for route in ROUTES]


class Club:
    """The site with ana's things in it: an analysis, a share link, a token."""

    def __init__(self, app: Flask, samples: Path) -> None:
        self.app, self.catalog = app, app.extensions["shadow"].catalog
        users = {user.name: user.id for user in self.catalog.list_users()}
        self.analysis_id = Desk(app, samples).completed(title=SECRET, owner_id=users["ana"])
        twins = [self.catalog.create_athlete(name=SECRET, owner_id=users["ana"]).id for _ in range(2)]
        share, self.link = self.catalog.create_share(self.analysis_id, days=7, by=users["ana"])
        token, self.token = self.catalog.create_token(users["ana"], "Her script")
        _, self.bobs_token = self.catalog.create_token(users["bob"], "His script")
        _, self.roots_token = self.catalog.create_token(users["root"], "The script")
        self.values = {
            "id": self.analysis_id, "share": share.id, "token": token.id, "link": self.link,
            "athlete": twins[0], "twin": twins[1], "reference": self.reference(users["ana"]), **users,
        }  # fmt: skip

    def reference(self, owner: int) -> int:
        """A saved reference of this coach's."""
        found = replace(elite(), name=SECRET)
        References(self.app.extensions["shadow"].storage).save(found, key="leo-1")
        return self.catalog.create_reference(
            name=SECRET,
            storage_key="references/leo-1.npz",
            data={**found.facts(), "events": found.events},
            owner_id=owner,
        ).id

    def ask(self, person: Person, route: Route) -> TestResponse:
        """The request that the route describes, as a page of ours would send it."""
        path = route.path.format(**self.values)
        if route.method == "GET":
            return person.get(path)
        if route.method == "POST" and route.json is None:
            fields = {name: value.format(**self.values) for name, value in route.form.items()}
            return person.post(path, fields)
        headers = {"Origin": SITE, "X-CSRFToken": person.token()}
        return person.client.open(path, method=route.method, base_url=SITE, json=route.json, headers=headers)


@pytest.fixture(scope="module")
def quiet(people: Path, tmp_path_factory: pytest.TempPathFactory, samples: Path) -> Club:
    """A club that no test changes."""
    return Club(site(people, tmp_path_factory.mktemp("quiet") / "data", login_rate="999 per minute"), samples)


@pytest.fixture(scope="module")
def bob(quiet: Club) -> Person:
    """The coach who is curious."""
    return Person(quiet.app, "bob")


@pytest.fixture
def club(people: Path, tmp_path: Path, samples: Path) -> Club:
    """A club of this test's own."""
    return Club(site(people, tmp_path / "data"), samples)


def refused_as_unknown(answer: TestResponse) -> bool:
    """Sent to the login, or told to log in."""
    to_login = answer.status_code == 303 and answer.location.startswith("/login")
    return to_login or (answer.status_code == 401 and "WWW-Authenticate" in answer.headers)


def test_every_route_is_in_the_table(quiet: Club) -> None:
    known = {(route.endpoint, route.method) for route in ROUTES}
    there = {
        (rule.endpoint, method)
        for rule in quiet.app.url_map.iter_rules()
        for method in rule.methods - {"HEAD", "OPTIONS"}
        if rule.endpoint != "static"
    }
    assert there - known == set(), "tell in tests/web/access_table.py who may use it"
    assert known - there == set(), "these routes are gone"
    addresses = quiet.app.url_map.bind("club.example", url_scheme="https")
    for route in ROUTES:
        path = route.path.format(**quiet.values).partition("?")[0]
        assert addresses.match(path, route.method)[0] == route.endpoint


@pytest.mark.parametrize("route", ROUTES, ids=NAMES)
def test_nobody_gets_in_without_a_login(quiet: Club, route: Route) -> None:
    answer = quiet.ask(Person(quiet.app), route)
    if route.kind in ("public", "shared"):
        assert answer.status_code < 500 and not (answer.location or "").startswith("/login?")
    else:
        assert refused_as_unknown(answer)
        assert SECRET not in answer.text


@pytest.mark.parametrize("route", ROUTES, ids=NAMES)
def test_another_coach_finds_nothing(quiet: Club, route: Route, bob: Person) -> None:
    if route.endpoint == "login.leave":
        return
    answer = quiet.ask(bob, route)
    if route.kind in ("own", "others"):
        assert answer.status_code == 404
    elif route.kind == "admin":
        assert answer.status_code == 403
    if route.kind != "shared":
        assert SECRET not in answer.text and quiet.analysis_id not in answer.text.replace(
            route.path.format(**quiet.values), ""
        )
    row = quiet.catalog.get(quiet.analysis_id)
    assert (row.title, row.notes, row.state, row.deleted_at) == (SECRET, "", "completed", None)
    assert len(quiet.catalog.list_athletes(owner_id=quiet.values["ana"])) == 2
    assert len(quiet.catalog.list_shares(quiet.analysis_id)) == 1


def through(route: Route, name: str) -> bool:
    """Whether this person may use a route on ana's things."""
    admin = name == "root"
    return route.kind in ("own", "list", "known") or route.kind == ("admin" if admin else "others")


THROUGH = [(name, route) for name in ("ana", "root") for route in ROUTES if through(route, name)]


@pytest.mark.parametrize(("name", "route"), THROUGH, ids=[f"{n} {r.method} {r.endpoint}" for n, r in THROUGH])
def test_the_owner_and_the_admin_get_through(request: pytest.FixtureRequest, name: str, route: Route) -> None:
    club = request.getfixturevalue("quiet" if route.method == "GET" else "club")
    answer = club.ask(Person(club.app, name), route)
    assert not refused_as_unknown(answer) or route.endpoint == "login.leave"
    assert answer.status_code not in (401, 500)
    assert (answer.status_code == 404) == route.absent
    assert answer.status_code != 403 or route.endpoint == "account.password"


def test_lists_show_ones_own_and_an_admin_sees_all(club: Club) -> None:
    ana, bob, root = (Person(club.app, name) for name in ("ana", "bob", "root"))
    for path in ("/", "/analyses", "/analyses?q=leo", "/athletes", "/references", "/compare"):
        assert SECRET in ana.get(path).text
        assert SECRET in root.get(path).text
        assert SECRET not in bob.get(path).text


def test_an_athlete_cannot_be_merged_or_chosen_across_coaches(club: Club) -> None:
    bob, athlete = Person(club.app, "bob"), club.values["athlete"]
    his = club.catalog.create_athlete(name="Max", owner_id=club.values["bob"]).id
    assert bob.post(f"/athletes/{his}/merge", {"into": str(athlete)}).status_code == 404
    film = bob.post("/samples").location
    bob.post(f"{film}/edit", {"athlete": str(athlete)})
    assert club.catalog.get(film.rsplit("/", 1)[1]).athlete_id is None
    assert club.catalog.find_athlete(his) is not None


def test_what_somebody_sends_is_theirs(club: Club) -> None:
    bob, ana = Person(club.app, "bob"), Person(club.app, "ana")
    address = bob.post("/samples").location
    assert bob.get(address).status_code == 200
    assert ana.get(address).status_code == 404


# Programs


def ask_as_program(club: Club, token: str, path: str, **more: Any) -> TestResponse:
    """A script with a token: no cookie, no form token."""
    headers = {"Authorization": f"Bearer {token}"}
    return club.app.test_client(use_cookies=False).open(path, base_url=SITE, headers=headers, **more)


@pytest.mark.parametrize(
    "route", [r for r in ROUTES if r.path.startswith("/videos/{id}")], ids=lambda r: r.endpoint
)
def test_a_token_opens_ones_own_and_no_other(quiet: Club, route: Route) -> None:
    path = route.path.format(**quiet.values)
    more = {"method": route.method, "json": route.json}
    assert ask_as_program(quiet, quiet.bobs_token, path, **more).status_code == 404
    for token in ("st_nothing", "", quiet.token[:-1]):
        answer = ask_as_program(quiet, token, path, **more)
        assert answer.status_code == 401 and answer.mimetype == "application/problem+json"
    if route.method == "GET" and not route.absent:
        answer = ask_as_program(quiet, quiet.token, path)
        assert answer.status_code == 200 and "Set-Cookie" not in answer.headers


def test_a_token_is_for_programs_addresses_and_not_for_pages(quiet: Club) -> None:
    for path in ("/", "/analyses", "/account", "/admin", f"/analyses/{quiet.analysis_id}"):
        assert refused_as_unknown(ask_as_program(quiet, quiet.roots_token, path))
    assert ask_as_program(quiet, quiet.roots_token, "/metrics").status_code == 200
    assert ask_as_program(quiet, quiet.token, "/metrics").status_code == 403


def test_a_program_sends_a_film_with_a_token_alone(club: Club) -> None:
    answer = ask_as_program(club, club.token, "/videos/sample-lefty", method="POST")
    assert answer.status_code == 202
    row = club.catalog.get(answer.get_json()["job_id"])
    assert row.owner_id == club.values["ana"]
    assert ask_as_program(club, club.bobs_token, answer.location).status_code == 404


def test_a_revoked_token_opens_nothing(club: Club) -> None:
    ana = Person(club.app, "ana")
    made = ana.post("/account/tokens", {"name": "Another", "days": "30"})
    token = re.search(r"data-secret>([^<]+)<", made.text)[1]
    assert token.startswith("st_") and token not in ana.get("/account").text
    path = f"/videos/{club.analysis_id}/status"
    assert ask_as_program(club, token, path).status_code == 200
    number = re.search(r"/account/tokens/(\d+)/revoke", ana.get("/account").text)[1]
    ana.post(f"/account/tokens/{number}/revoke")
    assert ask_as_program(club, token, path).status_code == 401


def test_a_coach_may_send_only_so_many_films(people: Path, tmp_path: Path, samples: Path) -> None:
    club = Club(site(people, tmp_path / "data", upload_rate="2 per minute"), samples)
    for _ in range(2):
        assert ask_as_program(club, club.token, "/videos/sample-lefty", method="POST").status_code == 202
    refused = ask_as_program(club, club.token, "/videos/upload", method="POST", data={"video": "x"})
    assert refused.status_code == 429 and refused.mimetype == "application/problem+json"
    assert 1 <= int(refused.headers["Retry-After"]) <= 61
    assert ask_as_program(club, club.bobs_token, "/videos/sample-lefty", method="POST").status_code == 202


# Share links


def test_a_link_shows_the_report_and_leads_nowhere_else(quiet: Club) -> None:
    stranger = Person(quiet.app)
    answer = stranger.get(f"/s/{quiet.link}")
    assert answer.status_code == 200 and SECRET in answer.text
    assert "<form" not in answer.text and "<script" not in answer.text
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
def test_a_link_opens_films_and_no_other_file(quiet: Club, name: str, status: int) -> None:
    answer = Person(quiet.app).get(f"/s/{quiet.link}/media/{name}")
    assert answer.status_code == status
    assert answer.headers["Referrer-Policy"] == "no-referrer"


def test_a_link_opens_no_other_address(quiet: Club) -> None:
    stranger = Person(quiet.app)
    stranger.get(f"/s/{quiet.link}")
    assert refused_as_unknown(stranger.get(f"/analyses/{quiet.analysis_id}"))
    assert refused_as_unknown(stranger.get(f"/videos/{quiet.analysis_id}/info"))


def test_a_link_is_made_shown_once_and_revoked(club: Club) -> None:
    ana, stranger = Person(club.app, "ana"), Person(club.app)
    page = f"/analyses/{club.analysis_id}/shares"
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


def test_dead_letters_are_run_again_or_deleted(club: Club, samples: Path) -> None:
    root, desk = Person(club.app, "root"), Desk(club.app, samples)
    bad = [desk.failed(title=f"Bad {n}") for n in range(3)]
    page = root.get("/admin").text
    assert "Bad 2" in page and "no_pitch_found" in page
    assert root.post(f"/admin/dead/{bad[0]}/requeue").status_code == 303
    assert club.catalog.get(bad[0]).state == "queued"
    root.post(f"/admin/dead/{bad[1]}/delete")
    assert club.catalog.get(bad[1]).deleted_at is not None
    root.post("/admin/dead/delete")
    assert club.app.extensions["shadow"].jobs.dead_letters() == []
    assert club.catalog.get(club.analysis_id).state == "completed"
    assert root.post(f"/admin/dead/{club.analysis_id}/delete").status_code == 404


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


def test_an_account_made_by_an_admin_can_log_in(club: Club) -> None:
    root = Person(club.app, "root")
    made = root.post("/admin/users", {"name": "Cy", "display_name": "Coach Cy", "role": "coach"})
    password = re.search(r"data-secret>([^<]+)<", made.text)[1]
    assert Person(club.app).login("cy", password).status_code == 303
    number = club.catalog.user_by_name("cy").id
    again = re.search(r"data-secret>([^<]+)<", root.post(f"/admin/users/{number}/password").text)[1]
    assert Person(club.app).login("cy", password).status_code == 401
    assert Person(club.app).login("cy", again).status_code == 303
    root.post(f"/admin/users/{number}/active", {"active": "no"})
    assert Person(club.app).login("cy", again).status_code == 401


def test_an_admin_cannot_lock_themselves_out(club: Club) -> None:
    root, number = Person(club.app, "root"), club.values["root"]
    assert root.post(f"/admin/users/{number}/active", {"active": "no"}).status_code == 409
    assert root.post(f"/admin/users/{number}/role", {"role": "coach"}).status_code == 409
    assert root.get("/admin").status_code == 200


def test_a_reference_cannot_be_chosen_across_coaches(club: Club) -> None:
    bob = Person(club.app, "bob")
    for name in (SECRET, "leo-1"):
        answer = ask_as_program(
            club, club.bobs_token, "/videos/sample-lefty", method="POST", json={"reference": name}
        )
        assert (answer.status_code, answer.get_json()["code"]) == (400, "no_such_reference")
    assert SECRET not in bob.get("/references").text
