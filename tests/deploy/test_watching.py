"""Rules and dashboard ask only for numbers that exist, and the rules fire when they should."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from shadow_trainer.catalog import migrate, utcnow
from shadow_trainer.jobs.maintenance import prometheus
from shadow_trainer.jobs.queue import self_test_record
from shadow_trainer.jobs.queue.open import make_manager
from shadow_trainer.services import open_services
from shadow_trainer.vocabulary import State
from tests.conftest import ROOT
from tests.jobs.rig import small_settings

PROMETHEUS, GRAFANA = ROOT / "deploy" / "prometheus", ROOT / "deploy" / "grafana"
DASHBOARD = json.loads((GRAFANA / "dashboards" / "shadow-trainer.json").read_text())


def expressions() -> list[str]:
    rules = yaml.safe_load((PROMETHEUS / "rules.yml").read_text())["groups"][0]["rules"]
    panels = [target["expr"] for panel in DASHBOARD["panels"] for target in panel["targets"]]
    return [rule["expr"] for rule in rules] + panels


@pytest.fixture(scope="module")
def exposed(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What an installation without a single video says, after its first self-test."""
    settings = small_settings(tmp_path_factory.mktemp("watch"), use_rq=False)
    migrate(settings)
    manager = make_manager(open_services(settings))
    manager.catalog.key_values.put(
        self_test_record.KEY, {"ok": True, "at": utcnow().isoformat(), "took_s": 9.0}
    )
    return prometheus.exposition(manager)


def test_every_number_that_is_asked_for_is_told(exposed: str) -> None:
    families = re.findall(r"^# TYPE (\w+) (\w+)$", exposed, re.M)
    names = {name for name, _ in families}
    for name, kind in families:
        if kind in ("histogram", "summary"):
            names |= {f"{name}_{end}" for end in ("bucket", "sum", "count")}
    asked = {name for text in expressions() for name in re.findall(r"shadow_\w+", text)}
    assert asked <= names, asked - names
    assert {name for name, _ in families if not any(name in one for one in asked)} == set(), (
        "nobody looks at these"
    )


def test_every_state_and_outcome_that_is_asked_for_exists() -> None:
    source = (ROOT / "shadow_trainer" / "catalog" / "models.py").read_text()
    source += (ROOT / "shadow_trainer" / "catalog" / "attempts.py").read_text()
    for text in expressions():
        for value in re.findall(r'state=~?"([^"]+)"', text):
            assert set(value.split("|")) <= set(tuple(State))
        for value in re.findall(r'outcome=~?"([^"]+)"', text):
            assert all(outcome in source for outcome in value.split("|"))


def test_every_alert_says_what_to_do() -> None:
    for rule in yaml.safe_load((PROMETHEUS / "rules.yml").read_text())["groups"][0]["rules"]:
        assert set(rule["annotations"]) == {"summary", "fix"}, rule["alert"]
        assert rule["labels"]["severity"] in ("page", "ticket")


def test_the_dashboard_asks_the_source_that_is_set_up() -> None:
    source = yaml.safe_load((GRAFANA / "provisioning" / "datasources" / "prometheus.yml").read_text())
    [uid] = {panel["datasource"]["uid"] for panel in DASHBOARD["panels"]}
    assert source["datasources"][0]["uid"] == uid
    ids = [panel["id"] for panel in DASHBOARD["panels"]]
    assert len(ids) == len(set(ids))


def test_prometheus_accepts_its_files_and_the_rules_fire(tmp_path: Path) -> None:
    tool = shutil.which("promtool")
    if tool is None:
        pytest.skip("promtool is not installed (Debian: apt-get install prometheus)")
    for name in ("rules.yml", "rules_test.yml"):
        shutil.copy(PROMETHEUS / name, tmp_path)
    text = (PROMETHEUS / "prometheus.yml").read_text().replace("/etc/prometheus/", f"{tmp_path}/")
    text = text.replace("/tmp/metrics_token", str(tmp_path / "token"))
    (tmp_path / "token").write_text("m")
    (tmp_path / "prometheus.yml").write_text(text)
    for command in (["check", "config", "prometheus.yml"], ["test", "rules", "rules_test.yml"]):
        done = subprocess.run([tool, *command], cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
