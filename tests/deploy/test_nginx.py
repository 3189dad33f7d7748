"""What the proxy lets through, refuses and hides (tests/deploy/proxied.py has what runs)."""

from __future__ import annotations

import http.client
import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from flask import Flask

from shadow_trainer.errors import TooLarge
from shadow_trainer.jobs.pipeline import stages
from shadow_trainer.settings import Settings
from shadow_trainer.web.uploads import receive, stream
from shadow_trainer.web.uploads.stream import MOTION_MAX_MB
from tests.deploy import composition, proxied
from tests.deploy.proxied import CONF, PASSWORD, Site

MIB = 1 << 20


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """No worker: nothing is analysed here."""
    real = stages.STAGES
    with proxied.site(tmp_path_factory.mktemp("nginx")) as running:
        yield running
    stages.STAGES = real


def test_the_containers_run_the_lines_of_the_procfile() -> None:
    for kind, line in proxied.procfile().items():
        assert composition.command(kind)[1:] == line[-len(composition.command(kind)) + 1 :], kind


def multipart(content: bytes) -> tuple[bytes, dict[str, str]]:
    head = b'--b\r\nContent-Disposition: form-data; name="video"; filename="pitch.mp4"\r\n\r\n'
    return head + content + b"\r\n--b--\r\n", {"Content_Type": "multipart/form-data; boundary=b"}


def uploaded(site: Site, film: bytes) -> str:
    """Send a video through the proxy; its job."""
    body, headers = multipart(film)
    answer, said = site.ask("POST", "/videos/upload", body, **headers)
    assert answer.status == 202, said
    return str(json.loads(said)["job_id"])


def test_a_film_goes_through_and_comes_back_in_pieces(site: Site, samples: Path) -> None:
    film = (samples / "sample_lefty.mp4").read_bytes()
    job = uploaded(site, film)
    assert site.rig.storage.open(site.rig.catalog.analyses.get(job).original_key).read() == film
    assert site.ask("GET", f"/videos/{job}/status")[0].status == 200
    answer, part = site.ask("GET", f"/videos/{job}/preview/original", Range="bytes=1000-1999")
    assert (answer.status, part) == (206, film[1000:2000])
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_the_program_knows_that_it_is_asked_over_tls(site: Site) -> None:
    assert "Strict-Transport-Security" in site.ask("GET", "/health")[0].headers


def test_plain_http_leads_to_tls(site: Site) -> None:
    connection = http.client.HTTPConnection("localhost", site.http, timeout=10)
    connection.request("GET", "/analyses?q=x")
    answer = connection.getresponse()
    assert answer.status == 308
    assert answer.headers["Location"] == "https://localhost/analyses?q=x"


def refused(site: Site, **headers: str) -> http.client.HTTPResponse:
    """The answer to the head of a video of 2 GiB, of which nothing is sent."""
    connection = site.connection()
    connection.putrequest("POST", "/videos/upload" if not headers else "/")
    for name, value in {"Content-Type": "multipart/form-data; boundary=b", **headers}.items():
        connection.putheader(name, value)
    connection.putheader("Content-Length", str(2048 * MIB))
    connection.endheaders()
    return connection.getresponse()


def test_the_health_check_of_the_proxy_passes(site: Site) -> None:
    if shutil.which("wget") is None:
        pytest.skip("wget is not on the PATH")
    words = composition.services()["proxy"]["healthcheck"]["test"][1:]
    subprocess.run([word.replace(":8080", f":{site.http}") for word in words], check=True)


def test_a_film_above_the_limit_is_refused_before_it_is_sent_in_the_program_s_words(site: Site) -> None:
    ours = TooLarge(f"The video is larger than the limit of {Settings().max_upload_mb} MB.")
    answer = refused(site)
    assert (answer.status, answer.headers.get_content_type()) == (413, "application/problem+json")
    problem = json.loads(answer.read())
    said = (problem["code"], problem["message"], problem["fix"], problem["status"])
    assert said == (ours.code, ours.message, ours.fix, 413)
    assert problem["type"] == "urn:shadow-trainer:problem:too_large"


def test_a_person_without_scripts_reads_the_same_as_a_page(site: Site) -> None:
    answer = refused(site, Accept="text/html,application/xhtml+xml,*/*;q=0.8")
    assert (answer.status, answer.headers.get_content_type()) == (413, "text/html")
    page = answer.read().decode()
    assert f"larger than the limit of {Settings().max_upload_mb} MB" in page and TooLarge.fix in page


def test_a_login_over_tls_gets_a_cookie_for_this_host_and_stays_on_it(site: Site) -> None:
    answer, _ = site.login(PASSWORD, "127.0.0.4")
    assert answer.status == 303
    assert re.fullmatch(rf"(https://localhost:{site.https})?/", answer.headers["Location"])
    cookies = {cookie.partition("=")[0]: cookie for cookie in answer.headers.get_all("Set-Cookie")}
    assert set(cookies) == {"__Host-shadow_session", "__Host-shadow_device"}
    for cookie in cookies.values():
        assert all(part in cookie for part in ("Secure", "HttpOnly", "SameSite=Lax"))


def test_logins_are_counted_by_the_address_that_the_proxy_saw(site: Site) -> None:
    """Whatever a client claims: neither does another address free it, nor can it lock somebody else out."""
    for number in range(3):
        assert site.login("wrong", "127.0.0.2", X_Forwarded_For=f"10.0.0.{number}")[0].status == 401
    answer, _ = site.login("wrong", "127.0.0.2", X_Forwarded_For="10.0.0.9")
    assert answer.status == 429 and int(answer.headers["Retry-After"]) > 0
    assert site.login("wrong", "127.0.0.3", X_Forwarded_For="127.0.0.2")[0].status == 401


def test_other_forms_may_not_be_large(site: Site) -> None:
    answer, _ = site.ask("POST", f"/videos/{'0' * 32}/terminate", b"x" * 2 * MIB)
    assert answer.status == 413


@pytest.mark.parametrize(
    ("address", "size", "words"),
    [
        ("/videos/get_3d_keypoints", 2048 * MIB, "The video is larger than the limit of 1024 MB."),
        ("/references", 50 * MIB, "The motion file is larger than the limit of 40 MB."),
        (f"/videos/{'0' * 32}/retry", 2 * MIB, "The request is larger than 1 MB."),
    ],
)
@pytest.mark.parametrize("accept", ["application/json", "text/html,*/*;q=0.8"])
def test_what_is_too_large_is_refused_with_its_own_limit(
    address: str, size: int, words: str, accept: str, site: Site
) -> None:
    connection = site.connection()
    connection.putrequest("POST", address)
    for name, value in {"Accept": accept, "Content-Type": "multipart/form-data; boundary=b"}.items():
        connection.putheader(name, value)
    connection.putheader("Content-Length", str(size))
    connection.endheaders()
    answer = connection.getresponse()
    assert answer.status == 413 and words in answer.read().decode()


def location_of(address: str) -> str:
    """The block of the configuration that takes an address."""
    blocks = re.findall(r"location (=|~)? ?(\S+) \{\n(.*?)\n        \}", CONF.read_text(), re.DOTALL)
    exact = [body for how, name, body in blocks if how == "=" and name == address]
    matching = [body for how, name, body in blocks if how == "~" and re.search(name, address)]
    return [*exact, *matching, ""][0]


@pytest.mark.parametrize(
    ("address", "program_mb"),
    [
        ("/", Settings().max_upload_mb),
        ("/videos/upload", Settings().max_upload_mb),
        ("/videos/get_3d_keypoints", Settings().max_upload_mb),
        ("/references", MOTION_MAX_MB),
    ],
)
def test_the_proxy_s_limit_is_a_little_above_the_program_s(address: str, program_mb: int) -> None:
    block = location_of(address)
    limit = re.search(r"client_max_body_size (\d+)m;", block)
    assert limit, address
    assert program_mb * 1_000_000 + 256_000 < int(limit[1]) * MIB < 1.2 * program_mb * 1_000_000
    assert "proxy_request_buffering off" in block and "error_page 413 @" in block
    kind = "motion" if address == "/references" else "video"
    assert f"@{kind}_too_large_for_$asked_by" in block
    assert f"larger than the limit of {program_mb} MB" in CONF.read_text()


def words_of_the_program(kind: str, monkeypatch: pytest.MonkeyPatch) -> TooLarge:
    """What the program itself says of a video, a motion file or another request that is too large."""
    if kind == "form":
        with Flask("of this test").test_request_context(environ_overrides={"CONTENT_LENGTH": str(2 * MIB)}):
            with pytest.raises(TooLarge) as error:
                receive.check_body()
            return error.value
    endpoint = stream.MOTION_FORM if kind == "motion" else "create.upload"
    monkeypatch.setattr(stream, "request", SimpleNamespace(endpoint=endpoint))
    monkeypatch.setattr(stream, "current", lambda: SimpleNamespace(settings=Settings()))
    return stream.too_large()


@pytest.mark.parametrize("kind", ["video", "motion", "form"])
def test_the_proxy_refuses_in_the_words_of_the_program(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Read in the file itself: whoever changes a word has not always an nginx to try it with."""
    said = words_of_the_program(kind, monkeypatch)
    text = CONF.read_text()
    (problem,) = re.findall(rf"@{kind}_too_large_for_program \{{.*?return 413 '(.*?)';", text, re.DOTALL)
    whole = f"{said.message} {said.fix}"
    expected = {
        "title": said.message,
        "detail": whole,
        "code": said.code,
        "message": said.message,
        "fix": said.fix,
    }
    assert json.loads(problem).items() >= expected.items()
    (page,) = re.findall(rf"@{kind}_too_large_for_person \{{.*?return 413 '(.*?)';", text, re.DOTALL)
    assert said.message in page and said.fix in page


@pytest.mark.parametrize("path", ["/metrics", "/ready"])
def test_numbers_are_not_for_the_world(site: Site, path: str) -> None:
    assert site.ask("GET", path)[0].status == 404


def test_what_a_client_says_of_itself_is_not_believed(site: Site) -> None:
    lies = {
        "X_Forwarded_Host": "evil.example",
        "X_Forwarded_For": "10.1.1.1",
        "Forwarded": "host=evil.example",
    }
    assert site.ask("GET", "/analyses", **lies)[0].status in (200, 303), (
        "an unknown host would be refused with 400"
    )
    answer, _ = site.ask("GET", "/analyses", Host="evil.example")
    assert answer.status == 400


def test_every_address_that_takes_films_has_the_large_limit(app) -> None:
    """Views that a form with a video is sent to, by the rules beside them."""
    from shadow_trainer.web.http.access_rules import Limit, rule_of

    place = re.search(r"location ~ (\^/\(videos/upload\S+)", CONF.read_text())[1]
    for rule in app.url_map.iter_rules():
        limit = rule_of(app.view_functions[rule.endpoint]).limit
        if limit == Limit.UPLOAD and rule.endpoint.endswith(".upload"):
            assert re.match(place, rule.rule), rule.rule


def test_a_web_server_that_is_away_is_said_kindly(site: Site) -> None:
    """Last of all: nothing answers after it."""
    site.web.terminate()
    site.web.wait(20)
    for path, kind in (("/", "text/html"), (f"/videos/{'0' * 32}/status", "application/problem+json")):
        answer, said = site.ask("GET", path, Accept="text/html")
        assert (answer.status, answer.headers.get_content_type()) == (503, kind)
        assert answer.headers["Retry-After"] == "10"
        assert b"Nothing is lost" in said
