"""Two coaches who cannot see each other's things by any address; admins who can; and nobody else at all."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import TestResponse

from shadow_trainer.web.http.access_rules import limited
from shadow_trainer.web.http.services import current
from tests.import_graph import import_graph
from tests.web.access_table import ROUTES, Route
from tests.web.accounts import SITE, Person, site
from tests.web.coaches_site import SECRET, CoachesSite, copied, refused_as_unknown

NAMES = [f"{route.method} {route.endpoint}" for route in ROUTES]


@pytest.fixture(scope="module")
def bob(quiet: CoachesSite) -> Person:
    """The coach who is curious."""
    return Person(quiet.app, "bob")


def test_every_route_is_in_the_table(quiet: CoachesSite) -> None:
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
def test_nobody_gets_in_without_a_login(quiet: CoachesSite, route: Route) -> None:
    answer = quiet.ask(Person(quiet.app), route)
    if route.kind in ("public", "shared"):
        assert answer.status_code < 500 and not (answer.location or "").startswith("/login?")
    else:
        assert refused_as_unknown(answer)
        assert SECRET not in answer.text


@pytest.mark.parametrize("route", ROUTES, ids=NAMES)
def test_another_coach_finds_nothing(quiet: CoachesSite, route: Route, bob: Person) -> None:
    if route.endpoint == "login.leave":
        return
    answer = quiet.ask(bob, route)
    if route.kind in ("own", "others"):
        assert answer.status_code == 404
    elif route.kind == "admin":
        assert answer.status_code == 403
    if route.kind != "shared":
        assert SECRET not in answer.text and quiet.analysis_id not in answer.text.replace(
            route.path.format(**quiet.values).partition("?")[0], ""
        )
    row = quiet.catalog.analyses.get(quiet.analysis_id)
    assert (row.title, row.notes, row.state, row.deleted_at) == (SECRET, "", "completed", None)
    ana = quiet.values["ana"]
    assert len(quiet.catalog.athletes.all(owner_id=ana)) == 2
    assert len(quiet.catalog.references.all(owner_id=ana)) == 1
    assert len(quiet.catalog.shares.of(quiet.analysis_id)) == 1


def through(route: Route, name: str) -> bool:
    """Whether this person may use a route on ana's things."""
    admin = name == "root"
    return route.kind in ("own", "list", "known") or route.kind == ("admin" if admin else "others")


THROUGH = [(name, route) for name in ("ana", "root") for route in ROUTES if through(route, name)]


@pytest.mark.parametrize(("name", "route"), THROUGH, ids=[f"{n} {r.method} {r.endpoint}" for n, r in THROUGH])
def test_the_owner_and_the_admin_get_through(request: pytest.FixtureRequest, name: str, route: Route) -> None:
    coaches = request.getfixturevalue("quiet" if route.method == "GET" else "coaches")
    answer = coaches.ask(Person(coaches.app, name), route)
    assert not refused_as_unknown(answer) or route.endpoint == "login.leave"
    assert answer.status_code not in (401, 500)
    assert (answer.status_code == 404) == route.absent
    assert answer.status_code != 403 or route.endpoint == "account.password"


def test_lists_show_ones_own_and_an_admin_sees_all(coaches: CoachesSite) -> None:
    ana, bob, root = (Person(coaches.app, name) for name in ("ana", "bob", "root"))
    for path in ("/", "/analyses", "/analyses?q=leo", "/athletes", "/references", "/compare"):
        assert SECRET in ana.get(path).text
        assert SECRET in root.get(path).text
        assert SECRET not in bob.get(path).text


def test_an_athlete_cannot_be_merged_or_chosen_across_coaches(coaches: CoachesSite) -> None:
    bob, athlete = Person(coaches.app, "bob"), coaches.values["athlete"]
    his = coaches.catalog.athletes.create(name="Max", owner_id=coaches.values["bob"]).id
    assert bob.post(f"/athletes/{his}/merge", {"into": str(athlete)}).status_code == 404
    film = bob.post("/samples").location
    bob.post(f"{film}/edit", {"athlete": str(athlete)})
    assert coaches.catalog.analyses.get(film.rsplit("/", 1)[1]).athlete_id is None
    assert coaches.catalog.athletes.find(his) is not None


def test_an_admin_does_not_mix_the_coaches_athletes(coaches: CoachesSite) -> None:
    root, athlete = Person(coaches.app, "root"), coaches.values["athlete"]
    his = coaches.catalog.athletes.create(name="Max", owner_id=coaches.values["bob"]).id
    assert "Max" not in root.get(f"/athletes/{athlete}").text
    assert root.post(f"/athletes/{his}/merge", {"into": str(athlete)}).status_code == 400
    film = {"video": (io.BytesIO(b"film"), "a.mp4"), "athlete": "new", "new_athlete": "max"}
    row = coaches.catalog.analyses.get(root.post("/", film).location.rsplit("/", 1)[1])
    assert row.athlete_id not in (None, his)
    assert coaches.catalog.athletes.find(row.athlete_id).owner_id == row.owner_id == coaches.values["root"]


def test_a_reference_cannot_be_chosen_across_coaches(coaches: CoachesSite) -> None:
    for option in ("leo-1", SECRET):
        more = {"method": "POST", "json": {"reference": option}}
        assert ask_as_program(coaches, coaches.bobs_token, "/videos/sample-lefty", **more).status_code == 400
        assert ask_as_program(coaches, coaches.token, "/videos/sample-lefty", **more).status_code == 202


def test_what_somebody_sends_is_theirs(coaches: CoachesSite) -> None:
    bob, ana = Person(coaches.app, "bob"), Person(coaches.app, "ana")
    address = bob.post("/samples").location
    assert bob.get(address).status_code == 200
    assert ana.get(address).status_code == 404


# Modules of web that may see everybody's rows, and what for. All others take rows from the viewer's catalog.
UNRESTRICTED = {
    "accounts.sessions": "whose session or token a request carries",
    "accounts.viewer": "makes the viewer's catalog",
    "services.corrections": "an analysis that the viewer's catalog has found is measured again",
    "services.idempotency": "what the video of a key was; the analysis is the viewer's by its id",
    "services.readiness": "whether the catalog answers",
    "uploads.receive": "how many analyses wait, whosever",
    "views.account": "the user who is logged in",
    "views.admin": "for admins alone",
    "views.health": "how many analyses are running, whosever",
    "views.login": "who logs in",
    "views.rq_dashboard": "for admins alone",
    "views.shared_report": "the one analysis that a link opens",
}


def test_a_view_for_coaches_is_given_no_rows_but_the_viewers() -> None:
    web = "shadow_trainer.web."
    graph = import_graph()
    importing = {name for name, imported in graph.items() if f"{web}http.unrestricted" in imported}
    assert importing == {web + name for name in UNRESTRICTED}


def test_what_a_view_is_given_has_no_catalog(quiet: CoachesSite) -> None:
    with quiet.app.app_context():
        assert not hasattr(current(), "catalog")


# Rules beside the views


def test_a_view_without_a_rule_needs_a_login(people: Path, tmp_path: Path) -> None:
    app = site(people, tmp_path / "data")
    app.add_url_rule("/somewhere", "somewhere.new", lambda: "everybody's")
    assert refused_as_unknown(Person(app).get("/somewhere"))
    assert Person(app, "bob").get("/somewhere").text == "everybody's"


def test_a_view_keeps_its_rules_under_another_name(furnished: tuple[Path, dict], tmp_path: Path) -> None:
    coaches = copied(furnished, tmp_path / "data", upload_rate="1 per minute")
    views = coaches.app.view_functions
    coaches.app.add_url_rule("/videos/again", "renamed", views["api.sample_lefty"], methods=["POST"])
    coaches.app.add_url_rule("/numbers", "renamed.too", views["admin.page"])
    statuses = [
        ask_as_program(coaches, coaches.token, "/videos/again", method="POST").status_code for _ in range(2)
    ]
    assert statuses == [202, 429]
    assert Person(coaches.app, "bob").get("/numbers").status_code == 403


def test_a_limit_that_does_not_exist_is_refused_where_it_is_written() -> None:
    with pytest.raises(ValueError, match="uplaod"):
        limited("uplaod")


# The dashboard of the queue


def test_every_address_of_the_queue_is_for_admins_alone(people: Path, tmp_path: Path) -> None:
    app = site(people, tmp_path / "data", use_rq=True)
    coach, nobody, root = Person(app, "ana"), Person(app), Person(app, "root")
    addresses = app.url_map.bind("club.example", url_scheme="https")
    rules = [rule for rule in app.url_map.iter_rules() if rule.endpoint.startswith("rq_dashboard.")]
    assert rules
    headers = {"Origin": SITE, "Sec-Fetch-Site": "same-origin"}
    for rule in rules:
        names = {name: 0 if name == "instance_number" else "1" for name in rule.arguments}
        names |= {name: 1 for name in ("per_page", "page") if name in rule.arguments}
        path = addresses.build(rule.endpoint, names, method=next(iter(rule.methods)))
        for method in rule.methods - {"HEAD", "OPTIONS"}:
            ask = {"base_url": SITE, "method": method, "headers": headers}
            assert coach.client.open(path, **ask).status_code == 403, path
            assert nobody.client.open(path, **ask).location.startswith("/login"), path
    page = root.get("/rq/")
    assert page.status_code in (200, 302, 303) and "unsafe-inline" in page.headers["Content-Security-Policy"]


# Programs


def ask_as_program(coaches: CoachesSite, token: str, path: str, **more: Any) -> TestResponse:
    """A script with a token: no cookie, no form token."""
    headers = {"Authorization": f"Bearer {token}"}
    return coaches.app.test_client(use_cookies=False).open(path, base_url=SITE, headers=headers, **more)


@pytest.mark.parametrize(
    "route", [r for r in ROUTES if r.path.startswith("/videos/{id}")], ids=lambda r: r.endpoint
)
def test_a_token_opens_ones_own_and_no_other(quiet: CoachesSite, route: Route) -> None:
    path = route.path.format(**quiet.values)
    more = {"method": route.method, "json": route.json}
    assert ask_as_program(quiet, quiet.bobs_token, path, **more).status_code == 404
    for token in ("st_nothing", "", quiet.token[:-1]):
        answer = ask_as_program(quiet, token, path, **more)
        assert answer.status_code == 401 and answer.mimetype == "application/problem+json"
    if route.method == "GET" and not route.absent:
        answer = ask_as_program(quiet, quiet.token, path)
        assert answer.status_code == 200 and "Set-Cookie" not in answer.headers


def test_a_token_is_for_programs_addresses_and_not_for_pages(quiet: CoachesSite) -> None:
    for path in ("/", "/analyses", "/account", "/admin", f"/analyses/{quiet.analysis_id}"):
        assert refused_as_unknown(ask_as_program(quiet, quiet.roots_token, path))
    assert ask_as_program(quiet, quiet.roots_token, "/metrics").status_code == 200
    assert ask_as_program(quiet, quiet.token, "/metrics").status_code == 403


def test_a_program_sends_a_film_with_a_token_alone(coaches: CoachesSite) -> None:
    answer = ask_as_program(coaches, coaches.token, "/videos/sample-lefty", method="POST")
    assert answer.status_code == 202
    row = coaches.catalog.analyses.get(answer.get_json()["job_id"])
    assert row.owner_id == coaches.values["ana"]
    assert ask_as_program(coaches, coaches.bobs_token, answer.location).status_code == 404


def test_a_revoked_token_opens_nothing(coaches: CoachesSite) -> None:
    ana = Person(coaches.app, "ana")
    made = ana.post("/account/tokens", {"name": "Another", "days": "30"})
    token = re.search(r"data-secret>([^<]+)<", made.text)[1]
    assert token.startswith("st_") and token not in ana.get("/account").text
    path = f"/videos/{coaches.analysis_id}/status"
    assert ask_as_program(coaches, token, path).status_code == 200
    number = re.search(r"/account/tokens/(\d+)/revoke", ana.get("/account").text)[1]
    ana.post(f"/account/tokens/{number}/revoke")
    assert ask_as_program(coaches, token, path).status_code == 401


def test_a_coach_may_send_only_so_many_films(furnished: tuple[Path, dict], tmp_path: Path) -> None:
    coaches = copied(furnished, tmp_path / "data", upload_rate="2 per minute")
    for _ in range(2):
        assert (
            ask_as_program(coaches, coaches.token, "/videos/sample-lefty", method="POST").status_code == 202
        )
    refused = ask_as_program(coaches, coaches.token, "/videos/upload", method="POST", data={"video": "x"})
    assert refused.status_code == 429 and refused.mimetype == "application/problem+json"
    assert 1 <= int(refused.headers["Retry-After"]) <= 61
    assert (
        ask_as_program(coaches, coaches.bobs_token, "/videos/sample-lefty", method="POST").status_code == 202
    )


def test_landmarks_of_another_coach_are_not_found(coaches: CoachesSite) -> None:
    for token, status in ((coaches.bobs_token, 404), (coaches.token, 200)):
        answer = ask_as_program(
            coaches, token, "/videos/get_3d_keypoints", method="POST", json={"job_id": coaches.analysis_id}
        )
        assert answer.status_code == status
