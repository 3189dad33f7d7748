"""Logging in: who comes in, what the session is, how often one may try, and where one lands."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask import Flask

from shadow_trainer import create_app
from shadow_trainer.errors import SetupError, StorageFull
from shadow_trainer.settings import load
from tests.web.accounts import PASSWORD, SITE, Person, site
from tests.web.conftest import make_app


@pytest.fixture
def app(people: Path, tmp_path: Path) -> Flask:
    """A site with accounts."""
    return site(people, tmp_path / "data")


def test_a_login_opens_the_page_that_was_asked_for(app: Flask) -> None:
    person = Person(app)
    asked = person.get("/analyses?q=bull&page=2")
    assert asked.status_code == 303
    assert asked.location == "/login?next=/analyses%3Fq%3Dbull%26page%3D2"
    assert 'value="/analyses?q=bull&amp;page=2"' in person.get(asked.location).text
    assert person.login("ana", next="/analyses?q=bull&page=2").location == "/analyses?q=bull&page=2"
    assert person.get("/analyses").status_code == 200


@pytest.mark.parametrize(
    "wanted",
    ["//evil.example", "https://evil.example/", "/\\evil.example", "\\\\evil.example", "javascript:alert(1)",
     "/\t/evil.example", "/ /evil.example", "///evil.example", "evil", "/login", "/" + "a" * 600, ""],
)  # fmt: skip
def test_next_never_leads_to_another_site(app: Flask, wanted: str) -> None:
    assert Person(app).login("ana", next=wanted).location == "/"


@pytest.mark.parametrize(
    ("name", "password"), [("ana", "wrong words of hers"), ("nobody", PASSWORD), ("", "")]
)
def test_a_refusal_tells_nothing(app: Flask, name: str, password: str) -> None:
    person = Person(app)
    refused = person.login(name, password)
    assert refused.status_code == 401
    assert "Wrong name or password." in refused.text
    assert person.get("/analyses").status_code == 303


def test_an_unknown_name_costs_a_hash_too(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    from werkzeug import security

    checked = []
    real = security.check_password_hash
    monkeypatch.setattr(security, "check_password_hash", lambda *a: checked.append(a[0]) or real(*a))
    for name in ("ana", "nobody"):
        Person(app).login(name, "wrong words of hers")
    known, unknown = (hashed.rsplit("$", 2)[0] for hashed in checked)
    assert known == unknown == "scrypt:32768:8:1"


def test_the_cookie_is_for_this_host_over_https_and_for_no_script(app: Flask) -> None:
    cookies = Person(app).login("ana").headers.getlist("Set-Cookie")
    assert {cookie.partition("=")[0] for cookie in cookies} == {
        "__Host-shadow_session",
        "__Host-shadow_device",
    }
    for cookie in cookies:
        for part in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"):
            assert part in cookie
        assert "Domain" not in cookie


def test_nothing_planted_before_the_login_survives_it(app: Flask) -> None:
    person = Person(app)
    before = person.token()
    with person.client.session_transaction(base_url=SITE) as session:
        session["planted"] = "yes"
    person.login("ana")
    with person.client.session_transaction(base_url=SITE) as session:
        assert "planted" not in session
    assert person.token() != before
    stale = {"csrf_token": before}
    assert person.client.post("/account/name", base_url=SITE, data=stale).status_code == 403


def test_logout_ends_it_and_needs_the_token(app: Flask) -> None:
    person = Person(app, "ana")
    assert person.client.post("/logout", base_url=SITE).status_code == 403
    assert person.get("/logout").status_code == 405
    assert person.get("/analyses").status_code == 200
    assert person.post("/logout").location == "/login"
    assert person.get("/analyses").status_code == 303


def test_a_new_password_ends_every_other_session(app: Flask) -> None:
    here, elsewhere = Person(app, "ana"), Person(app, "ana")
    wrong = {"present": "not it at all", "new": "other words of hers", "again": "other words of hers"}
    assert here.post("/account/password", wrong).status_code == 403
    assert here.post("/account/password", {**wrong, "present": PASSWORD, "again": "x"}).status_code == 400
    weak = {"present": PASSWORD, "new": "password123", "again": "password123"}
    assert "too easy to guess" in here.post("/account/password", weak).text
    assert here.post("/account/password", {**wrong, "present": PASSWORD}).status_code == 303
    assert here.get("/analyses").status_code == 200
    assert elsewhere.get("/analyses").status_code == 303
    assert Person(app).login("ana").status_code == 401
    assert Person(app).login("ana", "other words of hers").status_code == 303


def test_other_sessions_can_be_ended(app: Flask) -> None:
    here, elsewhere = Person(app, "ana"), Person(app, "ana")
    here.post("/account/sessions")
    assert here.get("/account").status_code == 200
    assert elsewhere.get("/account").status_code == 303


def test_a_disabled_user_is_out_at_once(app: Flask) -> None:
    person = Person(app, "ana")
    catalog = app.extensions["shadow"].catalog
    catalog.users.set_active(catalog.users.by_name("ana").id, False)
    assert person.get("/account").status_code == 303
    assert Person(app).login("ana").status_code == 401


def test_an_address_may_try_only_so_often(people: Path, tmp_path: Path) -> None:
    app = site(people, tmp_path / "data", login_rate="3 per minute")
    person = Person(app)
    for _ in range(3):
        assert person.login("ana", "wrong words of hers").status_code == 401
    refused = person.login("ana")
    assert refused.status_code == 429
    assert 1 <= int(refused.headers["Retry-After"]) <= 61
    assert "Too many requests" in refused.text and "<h1>" in refused.text
    other = {"REMOTE_ADDR": "192.0.2.7"}
    page = person.client.get("/login", base_url=SITE, environ_base=other).text
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)[1]
    form = {"csrf_token": token, "name": "ana", "password": PASSWORD}
    assert person.client.post("/login", base_url=SITE, data=form, environ_base=other).status_code == 303


def from_address(person: Person, address: str, name: str, password: str = PASSWORD) -> int:
    """A login from another address; its status."""
    fields = {"name": name, "password": password}
    return person.post("/login", fields, environ_base={"REMOTE_ADDR": address}).status_code


def test_one_name_may_be_tried_only_so_often_from_one_address(
    people: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shadow_trainer.web.accounts.rate_limits.NAME_RATE", "2 per minute")
    app = site(people, tmp_path / "data", login_rate="99 per minute")
    for name in ("ana", " ANA "):
        assert Person(app).login(name, "wrong words of hers").status_code == 401
    assert Person(app).login("ana").status_code == 429
    assert Person(app).login("bob").status_code == 303
    assert from_address(Person(app), "192.0.2.7", "ana") == 303, "elsewhere she gets in"


def test_whatever_others_try_the_owner_gets_in_from_a_browser_she_used_before(
    people: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shadow_trainer.web.accounts.rate_limits.NAME_RATE", "3 per minute")
    app = site(people, tmp_path / "data", login_rate="5 per minute")
    hers = Person(app)
    assert hers.login("ana").status_code == 303
    hers.post("/logout")
    # At her own address, and on the account of hers.
    statuses = [Person(app).login("ana", "wrong words of hers").status_code for _ in range(8)]
    assert 429 in statuses
    assert hers.login("ana").status_code == 303
    # It is no way to try others' passwords.
    hers.post("/logout")
    tries = [hers.login("bob", "wrong words of his").status_code for _ in range(5)]
    assert tries.count(401) < 5 and tries[-1] == 429


def test_a_device_that_nobody_signed_is_not_known(people: Path, tmp_path: Path) -> None:
    app = site(people, tmp_path / "data", login_rate="2 per minute")
    for number in range(3):
        person = Person(app)
        person.client.set_cookie(
            "__Host-shadow_device", f"forged{number}", domain="club.example", secure=True
        )
        status = person.login("ana", "wrong words of hers").status_code
        assert status == (401 if number < 2 else 429)


def test_a_copy_of_the_cookie_ends_with_the_logout(app: Flask) -> None:
    person, copy = Person(app), Person(app)
    person.login("ana")
    cookie = person.client.get_cookie("__Host-shadow_session", domain="club.example")
    copy.client.set_cookie("__Host-shadow_session", cookie.value, domain="club.example", secure=True)
    assert copy.get("/analyses").status_code == 200
    person.post("/logout")
    assert copy.get("/analyses").status_code == 303


def test_every_login_is_listed_and_can_be_ended(app: Flask) -> None:
    here, there = Person(app), Person(app)
    here.login("ana")
    phone = {"User-Agent": "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1"}
    there.name = ""
    there.post("/login", {"name": "ana", "password": PASSWORD}, headers=phone)
    there.name = "ana"
    page = here.get("/account").text
    assert "Safari on iPhone" in page and "this one" in page
    [other] = re.findall(r"/account/sessions/(\d+)/end", page)
    bob = Person(app, "bob")
    assert bob.post(f"/account/sessions/{other}/end").status_code == 404
    assert there.get("/analyses").status_code == 200
    assert here.post(f"/account/sessions/{other}/end").status_code == 303
    assert there.get("/analyses").status_code == 303 and here.get("/analyses").status_code == 200
    assert "Safari on iPhone" not in here.get("/account").text


def test_a_password_that_was_reset_ends_sessions_and_tokens(app: Flask) -> None:
    catalog = app.extensions["shadow"].catalog
    ana = catalog.users.by_name("ana").id
    key = catalog.tokens.create(ana, "Her script")[1]
    hers, root = Person(app, "ana"), Person(app, "root")
    assert root.post(f"/admin/users/{ana}/password").status_code == 200
    assert hers.get("/analyses").status_code == 303 and catalog.sessions.of(ana) == []
    assert catalog.tokens.user_of(key) is None
    # Her own change of it keeps her programs.
    catalog.users.set_password(ana, PASSWORD)
    key = catalog.tokens.create(ana, "Her script")[1]
    words = {"present": PASSWORD, "new": "other words of hers", "again": "other words of hers"}
    assert Person(app, "ana").post("/account/password", words).status_code == 303
    assert catalog.tokens.user_of(key) is not None


def test_a_login_on_a_full_disk_is_written_down_later(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    catalog = app.extensions["shadow"].catalog
    person, ana = Person(app), catalog.users.by_name("ana").id

    def full(*_: object, **__: object) -> None:
        raise StorageFull("full")

    with monkeypatch.context() as while_full:
        while_full.setattr(type(catalog.database), "transact", full)
        assert person.login("ana").status_code == 303
        assert person.get("/analyses").status_code == 200
    assert catalog.sessions.of(ana) == []
    assert person.get("/analyses").status_code == 200 and len(catalog.sessions.of(ana)) == 1
    person.post("/logout")
    assert catalog.sessions.of(ana) == []


def test_what_is_wrong_is_told_to_admins_and_to_this_machine(app: Flask) -> None:
    far = {"environ_base": {"REMOTE_ADDR": "192.0.2.7"}}
    key = app.extensions["shadow"].catalog.tokens.create(
        app.extensions["shadow"].catalog.users.by_name("root").id, "A script"
    )[1]
    assert "checks" in Person(app).get("/ready").get_json()
    for person, seen in ((Person(app), False), (Person(app, "ana"), False), (Person(app, "root"), True)):
        answer = person.get("/ready", **far)
        assert answer.status_code in (200, 503) and ("checks" in answer.get_json()) is seen
    forwarded = {"headers": {"X-Forwarded-For": "192.0.2.7"}}
    assert "checks" not in Person(app).get("/ready", **forwarded).get_json()
    assert "checks" in Person(app).get("/ready", headers={"Authorization": f"Bearer {key}"}, **far).get_json()


def test_a_rate_that_cannot_be_read_is_said_at_the_start(people: Path, tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="SHADOW_LOGIN_RATE"):
        site(people, tmp_path / "data", login_rate="often")


def test_weak_secrets_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="SECRET_KEY"):
        create_app(load({}, secret_key="short", single_user=False, data_dir=str(tmp_path)))


def test_only_its_own_names_are_answered(people: Path, tmp_path: Path) -> None:
    app = site(people, tmp_path / "data", allowed_hosts="club.example, .club.test")
    client = app.test_client()
    assert client.get("/login", base_url=SITE).status_code == 200
    assert client.get("/login", base_url="https://www.club.test").status_code == 200
    refused = client.get("/login", base_url="https://evil.example")
    assert refused.status_code == 400 and "unknown_host" in refused.text
    assert client.get("/health", base_url="http://10.1.2.3").status_code == 200


def test_a_trusted_proxy_tells_who_asks_and_how(people: Path, tmp_path: Path) -> None:
    forwarded = {
        "X-Forwarded-For": "203.0.113.9, 198.51.100.4",  # the first was written by the client itself
        "X-Forwarded-Proto": "https",
        "X-Forwarded-Host": "club.example",
    }
    behind = site(people, tmp_path / "behind", trusted_proxies=1)
    open_ = site(people, tmp_path / "open")

    def seen(app: Flask) -> tuple[str, bool]:
        answer = app.test_client().get("/analyses", base_url="http://10.0.0.1", headers=forwarded)
        request = answer.request
        environ = dict(request.environ)
        app.wsgi_app(environ, lambda *_: None)
        return environ["REMOTE_ADDR"], "Strict-Transport-Security" in answer.headers

    assert seen(behind) == ("198.51.100.4", True)
    assert seen(open_) == ("127.0.0.1", False)


def test_a_proxy_before_single_user_mode_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="TRUSTED_PROXIES"):
        create_app(load({}, secret_key="t" * 40, trusted_proxies=1, data_dir=str(tmp_path)))


def test_without_accounts_there_is_nothing_to_log_into(data_dir: Path) -> None:
    client = make_app(data_dir).test_client()
    for path in ("/login", "/account"):
        assert client.get(path).status_code == 404
    assert "Log in" not in client.get("/").text and "Account" not in client.get("/").text
