"""rq-dashboard is there for the operator, and for nobody's page elsewhere."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask.testing import FlaskClient

from shadow_trainer import create_app
from shadow_trainer.settings import load

CHANGES = ["/rq/job/x/delete", "/rq/job/x/requeue", "/rq/requeue/pose", "/rq/queue/pose/failed/empty"]


@pytest.fixture
def dashboard(data_dir: Path) -> FlaskClient:
    """The application over RQ; nothing here needs its Redis to run."""
    settings = load({}, data_dir=str(data_dir), secret_key="t" * 40, use_rq=True)
    return create_app(settings).test_client(use_cookies=False)


@pytest.mark.parametrize("path", CHANGES)
@pytest.mark.parametrize(
    "headers",
    [{"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "https://evil.example"}],
)
def test_another_site_changes_nothing(dashboard: FlaskClient, path: str, headers: dict) -> None:
    assert dashboard.post(path, headers=headers).status_code == 403


def test_a_link_requeues_nothing(dashboard: FlaskClient) -> None:
    assert dashboard.get("/rq/requeue/pose").status_code == 405


def test_there_is_one_instance(dashboard: FlaskClient) -> None:
    assert dashboard.get("/rq/7/data/queues.json").status_code == 404


def test_it_has_a_policy_of_its_own_and_pages_keep_theirs(dashboard: FlaskClient) -> None:
    assert "unsafe-inline" in dashboard.get("/rq/requeue/pose").headers["Content-Security-Policy"]
    assert "unsafe-inline" not in dashboard.get("/").headers["Content-Security-Policy"]


def test_without_rq_it_says_so(client: FlaskClient) -> None:
    response = client.get("/rq/")
    assert response.status_code == 404
    assert "threads" in response.text
