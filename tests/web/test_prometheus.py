"""/metrics tells what the catalog knows."""

from __future__ import annotations

from flask.testing import FlaskClient

from tests.web.conftest import SampleAnalyses, make_app


def test_the_queue_can_be_scraped(client: FlaskClient, analyses: SampleAnalyses) -> None:
    analyses.queued()
    answer = client.get("/metrics")
    assert answer.status_code == 200
    assert answer.content_type.startswith("text/plain; version=0.0.4")
    assert 'shadow_jobs{queue="pose",state="queued"} 1' in answer.text.splitlines()


def test_the_watching_program_reads_the_numbers_and_nothing_else(tmp_path) -> None:
    token = "8eabbf9a44af0dd4a603390aa940ea5d"
    app = make_app(tmp_path / "data", single_user=False, metrics_token=token)

    def ask(path: str, sent: str) -> int:
        return app.test_client().get(path, headers={"Authorization": f"Bearer {sent}"}).status_code

    assert ask("/metrics", token) == 200
    assert ask("/metrics", token[:-1]) == 401
    assert ask("/metrics", "") == 401
    assert ask("/videos/" + "0" * 32 + "/status", token) == 401
    assert ask("/analyses", token) == 303, "the way to the login"


def test_the_watching_program_asks_by_a_name_inside_the_installation(tmp_path) -> None:
    """In containers Prometheus knows the web server as `web`; the site's own name leads to the proxy."""
    token = "8eabbf9a44af0dd4a603390aa940ea5d"
    app = make_app(
        tmp_path / "data", single_user=False, metrics_token=token, allowed_hosts="pitching.example.org"
    )

    def ask(path: str, sent: str) -> tuple[int, str]:
        headers = {"Host": "web:8000", "Authorization": f"Bearer {sent}"}
        answer = app.test_client().get(path, headers=headers)
        return answer.status_code, (answer.get_json(silent=True) or {}).get("code", "")

    assert ask("/metrics", token)[0] == 200
    assert ask("/metrics", token[:-1]) == (400, "unknown_host")
    assert ask("/videos/" + "0" * 32 + "/status", token) == (400, "unknown_host")


def test_without_a_token_nobody_is_the_watching_program(tmp_path) -> None:
    app = make_app(tmp_path / "data", single_user=False)
    for header in ("Bearer ", "Bearer", ""):
        assert app.test_client().get("/metrics", headers={"Authorization": header}).status_code == 401
