"""The HTTP API keeps its shapes, and every wrong request gets the same kind of answer."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from shadow_trainer.pitching.document import SCHEMA
from tests.web.conftest import SampleAnalyses

STATUS_KEYS = {
    "job_id", "status", "stage", "progress", "message", "queue_position", "eta_s", "attempts", "error",
    "result_url", "created_at", "updated_at",
}  # fmt: skip
UNKNOWN = ["0" * 32, "x", "..%2f..%2fetc", "1; drop table", "A" * 400]
ADDRESSES = [
    ("GET", "/videos/{id}/status"),
    ("GET", "/videos/{id}/info"),
    ("GET", "/videos/{id}/download"),
    ("GET", "/videos/{id}/preview/original"),
    ("GET", "/videos/{id}/preview/processed"),
    ("POST", "/videos/{id}/terminate"),
    ("POST", "/videos/{id}/retry"),
    ("DELETE", "/videos/{id}"),
]


@pytest.mark.parametrize("unknown", UNKNOWN)
@pytest.mark.parametrize(("method", "path"), ADDRESSES)
def test_an_unknown_id_is_not_found(client: FlaskClient, method: str, path: str, unknown: str) -> None:
    response = client.open(path.format(id=unknown), method=method)
    assert response.status_code == 404
    assert response.mimetype == "application/problem+json"
    problem = response.get_json()
    assert set(problem) >= {"type", "title", "status", "detail", "instance", "code", "errors", "request_id"}
    assert problem["request_id"] == response.headers["X-Request-ID"]


@pytest.mark.parametrize("state", ["queued", "running", "failed", "completed"])
def test_the_status_has_every_field_in_every_state(
    client: FlaskClient, analyses: SampleAnalyses, state: str
) -> None:
    response = client.get(f"/videos/{getattr(analyses, state)()}/status")
    status = response.get_json()
    assert set(status) >= STATUS_KEYS
    assert status["status"] == {"running": "processing"}.get(state, state)
    assert 0 <= status["progress"] <= 100
    assert bool(status["result_url"]) == (state == "completed")
    assert bool(status["error"]) == (state == "failed")
    assert ("Retry-After" in response.headers) == (state in ("queued", "running"))


def test_the_sample_runs_with_the_model_that_was_asked_for(
    client: FlaskClient, analyses: SampleAnalyses
) -> None:
    response = client.post("/videos/sample-lefty", json={"model_size": "xs"})
    assert response.status_code == 202
    assert analyses.catalog.analyses.get(response.get_json()["job_id"]).options["model_size"] == "xs"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"model_size": "huge"}, "bad_model_size"),
        ({"colour": "red"}, "unknown_option"),
        ([1, 2], "bad_json"),
        ("text", "bad_json"),
    ],
)
def test_a_wrong_body_is_named(
    client: FlaskClient, analyses: SampleAnalyses, body: object, code: str
) -> None:
    response = client.post("/videos/sample-lefty", json=body)
    assert (response.status_code, response.get_json()["code"]) == (400, code)
    assert analyses.catalog.analyses.count() == 0


def test_the_sample_of_an_admin_may_go_before_what_waits(
    client: FlaskClient, analyses: SampleAnalyses
) -> None:
    jobs = [
        client.post("/videos/sample-lefty", json=body).get_json()["job_id"]
        for body in ({}, {"at_front": False}, {"at_front": True})
    ]
    assert analyses.catalog.statistics.waiting_ids() == [jobs[2], *jobs[:2]]
    assert client.post("/videos/sample-lefty", json={"at_front": "yes"}).get_json()["code"] == "bad_at_front"


def test_broken_json_is_named(client: FlaskClient) -> None:
    response = client.post("/videos/sample-lefty", data="{", content_type="application/json")
    assert response.get_json()["code"] == "bad_json"


def test_terminate_is_idempotent(client: FlaskClient, analyses: SampleAnalyses) -> None:
    analysis_id = analyses.running()
    for _ in range(2):
        response = client.post(f"/videos/{analysis_id}/terminate")
        assert (response.status_code, response.get_json()["status"]) == (200, "canceled")


def test_retry_of_what_runs_is_a_conflict(client: FlaskClient, analyses: SampleAnalyses) -> None:
    response = client.post(f"/videos/{analyses.running()}/retry")
    assert (response.status_code, response.get_json()["code"]) == (409, "still_running")


def test_retry_of_what_failed_is_accepted(client: FlaskClient, analyses: SampleAnalyses) -> None:
    analysis_id = analyses.failed()
    assert client.post(f"/videos/{analysis_id}/retry").status_code == 202
    assert analyses.catalog.analyses.get(analysis_id).state == "queued"


def test_delete_can_be_undone_as_on_the_pages(client: FlaskClient, analyses: SampleAnalyses) -> None:
    analysis_id = analyses.completed(title="Thrown away")
    assert client.delete(f"/videos/{analysis_id}").status_code == 204
    assert client.get(f"/videos/{analysis_id}/status").status_code == 404
    assert "Thrown away" in client.get("/trash").text
    analyses.jobs.restore(analysis_id)
    assert client.get(f"/videos/{analysis_id}/download").status_code == 200


def test_what_lies_in_the_trash_is_not_found_to_be_deleted_again(
    client: FlaskClient, analyses: SampleAnalyses
) -> None:
    analysis_id = analyses.completed()
    statuses = [client.delete(f"/videos/{analysis_id}").status_code for _ in range(2)]
    assert statuses == [204, 404]


@pytest.mark.parametrize("in_the_trash", [False, True])
def test_purge_leaves_nothing(client: FlaskClient, analyses: SampleAnalyses, in_the_trash: bool) -> None:
    analysis_id = analyses.completed()
    if in_the_trash:
        client.delete(f"/videos/{analysis_id}")
    assert client.delete(f"/videos/{analysis_id}?purge=1").status_code == 204
    assert list(analyses.storage.list()) == []
    assert analyses.catalog.analyses.find(analysis_id) is None


def test_a_purge_that_is_neither_yes_nor_no_deletes_nothing(
    client: FlaskClient, analyses: SampleAnalyses
) -> None:
    analysis_id = analyses.completed()
    refused = client.delete(f"/videos/{analysis_id}?purge=true")
    assert (refused.status_code, refused.get_json()["code"]) == (400, "bad_purge")
    assert client.get(f"/videos/{analysis_id}/status").status_code == 200


def test_results_before_the_end_are_a_conflict(client: FlaskClient, analyses: SampleAnalyses) -> None:
    analysis_id = analyses.running()
    for name in ("download", "preview/processed"):
        response = client.get(f"/videos/{analysis_id}/{name}")
        assert (response.status_code, response.get_json()["code"]) == (409, "not_completed")


def test_info_holds_the_whole_analysis(client: FlaskClient, analyses: SampleAnalyses) -> None:
    info = client.get(f"/videos/{analyses.completed()}/info").get_json()
    assert info["analysis"]["schema"] == SCHEMA
    for address in info["files"].values():
        assert client.get(address).status_code == 200


def test_films_answer_byte_ranges(client: FlaskClient, analyses: SampleAnalyses) -> None:
    address = f"/videos/{analyses.completed()}/preview/processed"
    whole = client.get(address)
    assert (whole.status_code, whole.mimetype) == (200, "video/mp4")
    assert whole.headers["Accept-Ranges"] == "bytes"
    part = client.get(address, headers={"Range": "bytes=100-199"})
    assert (part.status_code, part.data) == (206, whole.data[100:200])
    assert client.get(address, headers={"Range": "bytes=99999999-"}).status_code == 416
    again = client.get(address, headers={"If-None-Match": whole.headers["ETag"]})
    assert again.status_code == 304


@pytest.mark.parametrize("name", ["report.html", "metrics.csv", "original"])
def test_what_a_browser_might_run_is_a_download(
    client: FlaskClient, analyses: SampleAnalyses, name: str
) -> None:
    response = client.get(f"/analyses/{analyses.completed()}/files/{name}")
    assert response.headers["Content-Disposition"].startswith("attachment")
    assert "sandbox" in response.headers["Content-Security-Policy"]
    assert response.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("name", ["../original.mp4", "%2e%2e/x.mp4", "pose.pkl", "people/../x.jpg", "no.mp4"])
def test_only_files_of_the_analysis_are_served(
    client: FlaskClient, analyses: SampleAnalyses, name: str
) -> None:
    assert client.get(f"/analyses/{analyses.completed()}/files/{name}").status_code == 404


def test_a_wrong_method_is_named(client: FlaskClient) -> None:
    response = client.put("/videos/upload")
    assert (response.status_code, response.get_json()["code"]) == (405, "method_not_allowed")
    assert "POST" in response.headers["Allow"]


def test_health_answers_without_anything_else(
    client: FlaskClient, analyses: SampleAnalyses, monkeypatch
) -> None:
    from shadow_trainer.errors import Unavailable

    analyses.queued()
    expected = {"status": "healthy", "job_manager_type": "threads", "rq_enabled": False, "active_jobs": 1}
    assert client.get("/health").get_json().items() >= expected.items()

    def away() -> None:
        raise Unavailable("The database does not answer.")

    monkeypatch.setattr(analyses.catalog.statistics, "counts", away)
    health, ready = client.get("/health"), client.get("/ready")
    assert (health.status_code, health.get_json()["active_jobs"]) == (200, None)
    assert ready.status_code == 503
    assert ready.get_json()["checks"]["catalog"] == {"ok": False, "detail": "The database does not answer."}
