"""deploy/kubernetes: it renders, the schemas know it, and it says what the program needs to hear."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import kubernetes_validate
import pytest
import yaml

from shadow_trainer.settings import ROOT, declared, load

FOLDER = ROOT / "deploy" / "kubernetes"
VERSIONS = ("1.30", "1.32", "1.34")
# What of KEDA's ScaledObject is used here; a word that is not in it is a mistake, or one to look up first.
SCALED_OBJECT = {
    "type": "object",
    "additionalProperties": False,
    "required": ["scaleTargetRef", "triggers"],
    "properties": {
        "scaleTargetRef": {
            "type": "object",
            "required": ["name"],
            "properties": {"name": {"type": "string"}},
        },
        "minReplicaCount": {"type": "integer", "minimum": 1},
        "maxReplicaCount": {"type": "integer", "minimum": 1},
        "pollingInterval": {"type": "integer"},
        "advanced": {
            "type": "object",
            "additionalProperties": False,
            "properties": {
                "horizontalPodAutoscalerConfig": {"type": "object", "required": ["behavior"]},
            },
        },
        "triggers": {
            "type": "array",
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["type", "metadata"],
                "properties": {
                    "type": {"const": "prometheus"},
                    "metricType": {"enum": ["Value", "AverageValue"]},
                    "metadata": {
                        "type": "object",
                        "required": ["serverAddress", "query", "threshold"],
                        # KEDA reads every one of them as text.
                        "additionalProperties": {"type": "string"},
                    },
                },
            },
        },
    },
}


def rendered(name: str) -> list[dict[str, Any]]:
    """The objects of one kustomization."""
    command = ["kubectl", "kustomize"] if shutil.which("kubectl") else ["kustomize", "build"]
    if not shutil.which(command[0]):
        pytest.skip("neither kubectl nor kustomize is installed")
    done = subprocess.run([*command, str(FOLDER / name)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return list(yaml.safe_load_all(done.stdout))


@pytest.fixture(scope="module")
def site() -> list[dict[str, Any]]:
    return rendered("example")


@pytest.fixture(scope="module")
def everything(site: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [*site, *rendered("example/migrations")]


def of_kind(objects: list[dict[str, Any]], kind: str) -> dict[str, dict[str, Any]]:
    return {each["metadata"]["name"]: each for each in objects if each["kind"] == kind}


def pods(objects: list[dict[str, Any]]) -> Iterator[tuple[str, dict[str, Any]]]:
    for each in objects:
        if each["kind"] in ("Deployment", "Job"):
            yield each["metadata"]["name"], each["spec"]["template"]


def config(site: list[dict[str, Any]]) -> dict[str, str]:
    (settings_map,) = of_kind(site, "ConfigMap").values()
    data: dict[str, str] = settings_map["data"]
    return data


@pytest.mark.parametrize("name", ["base", "migrations", "example", "example/migrations"])
@pytest.mark.parametrize("version", VERSIONS)
def test_the_schemas_of_kubernetes_know_every_word(name: str, version: str) -> None:
    for each in rendered(name):
        if each["apiVersion"] == "keda.sh/v1alpha1":
            jsonschema.validate(each["spec"], SCALED_OBJECT)
        else:
            kubernetes_validate.validate(each, version, strict=True)


def test_a_word_that_is_wrong_is_noticed(site: list[dict[str, Any]]) -> None:
    wrong = json.loads(json.dumps(of_kind(site, "Deployment")["web"]))
    wrong["spec"]["template"]["spec"]["terminationGracePeriod"] = 30
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(wrong, VERSIONS[-1], strict=True)


def test_the_processes_are_those_of_the_procfile(everything: list[dict[str, Any]]) -> None:
    lines = dict(line.split(": ", 1) for line in (ROOT / "Procfile").read_text().splitlines())
    started = {name: pod["spec"]["containers"][0]["args"] for name, pod in pods(everything)}
    started["release"] = started.pop("migrations")
    assert started == {name: shlex.split(line) for name, line in lines.items()}


def test_settings_are_known_and_understood(site: list[dict[str, Any]]) -> None:
    values = config(site)
    assert set(values) <= {row.env for row in declared()}
    settings = load({**values, "SHADOW_SECRET_KEY": "k" * 40})
    assert not settings.single_user and settings.storage_url.startswith("s3://")
    said = (ROOT / "docs" / "cloud.md").read_text().partition("## Kubernetes")[2].partition("\n## ")[0]
    secret = set(re.findall(r"`((?:SHADOW|AWS|DATABASE|REDIS)_[A-Z_]+)`", said))
    assert {"SHADOW_SECRET_KEY", "DATABASE_URL", "REDIS_URL"} <= secret <= {row.env for row in declared()}
    assert not secret & set(values)


def test_a_pod_ends_within_its_grace_and_hands_its_video_back(everything: list[dict[str, Any]]) -> None:
    grace = {name: pod["spec"]["terminationGracePeriodSeconds"] for name, pod in pods(everything)}
    assert set(grace.values()) == {30}
    assert int(config(everything)["SHADOW_SHUTDOWN_GRACE_S"]) <= 25
    (web,) = of_kind(everything, "Deployment")["web"]["spec"]["template"]["spec"]["containers"]
    pause = int(web["lifecycle"]["preStop"]["exec"]["command"][-1])
    graceful = int(re.findall(r"graceful_timeout = (\d+)", (ROOT / "gunicorn.conf.py").read_text())[0])
    assert pause + graceful < 30


def test_web_is_asked_where_it_answers(site: list[dict[str, Any]]) -> None:
    (web,) = of_kind(site, "Deployment")["web"]["spec"]["template"]["spec"]["containers"]
    paths = {kind: web[f"{kind}Probe"]["httpGet"]["path"] for kind in ("startup", "liveness", "readiness")}
    assert paths == {"startup": "/health", "liveness": "/health", "readiness": "/ready"}
    assert web["ports"] == [{"name": "http", "containerPort": int(config(site)["PORT"])}]
    for name in ("worker", "clock"):
        (container,) = of_kind(site, "Deployment")[name]["spec"]["template"]["spec"]["containers"]
        for kind in ("startup", "liveness"):
            assert container[f"{kind}Probe"]["exec"]["command"][-2:] == ["health", name]


def test_workers_follow_the_longest_wait(site: list[dict[str, Any]]) -> None:
    from shadow_trainer.jobs.maintenance import prometheus

    scaled = of_kind(site, "ScaledObject")["worker"]["spec"]
    assert scaled["scaleTargetRef"]["name"] == "worker"
    assert "replicas" not in of_kind(site, "Deployment")["worker"]["spec"]
    assert 1 <= scaled["minReplicaCount"] < scaled["maxReplicaCount"]
    (metric,) = re.findall(r"shadow_\w+", scaled["triggers"][0]["metadata"]["query"])
    assert f'"{metric}"' in Path(prometheus.__file__).read_text(encoding="utf-8")


def test_what_selects_pods_finds_them(site: list[dict[str, Any]]) -> None:
    labels = {name: pod["metadata"]["labels"] for name, pod in pods(site)}
    for name, deployment in of_kind(site, "Deployment").items():
        assert deployment["spec"]["selector"]["matchLabels"].items() <= labels[name].items()
    for name, budget in of_kind(site, "PodDisruptionBudget").items():
        assert budget["spec"]["selector"]["matchLabels"].items() <= labels[name].items()
    assert set(of_kind(site, "PodDisruptionBudget")) == set(labels) == {"web", "worker", "clock"}
    assert of_kind(site, "Service")["web"]["spec"]["selector"].items() <= labels["web"].items()


def test_the_page_s_commands_name_what_is_there(everything: list[dict[str, Any]]) -> None:
    page = (ROOT / "docs" / "cloud.md").read_text()
    lines = [shlex.split(line) for line in re.findall(r"^`?(kubectl .*?)`?$", page, re.M)]
    applied = [line[line.index("-k") + 1] for line in lines if "apply" in line]
    assert [(ROOT / folder).relative_to(FOLDER).as_posix() for folder in applied] == [
        "example/migrations",
        "example",
    ]
    jobs = {word.removeprefix("job/") for line in lines for word in line if word.startswith("job/")}
    assert (
        jobs
        == set(of_kind(everything, "Job"))
        == {line[line.index("job") + 1] for line in lines if "job" in line}
    )
    assert {line[line.index("-n") + 1] for line in lines if "-n" in line} == {"shadow-trainer"}


def test_no_pod_may_do_more_than_it_must(everything: list[dict[str, Any]]) -> None:
    user = re.findall(r"^USER (\d+):", (ROOT / "deploy" / "Dockerfile").read_text(), re.M)
    for name, pod in pods(everything):
        (container,) = pod["spec"]["containers"]
        assert (
            str(pod["spec"]["securityContext"]["runAsUser"]) in user
            and not pod["spec"]["automountServiceAccountToken"]
        )
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }, name
        assert container["resources"]["limits"]["memory"]
        assert container["image"] == "registry.example.org/shadow-trainer:1.0.0"


def test_services_from_outside_are_not_brought_along_and_no_secret_is_in_it(
    everything: list[dict[str, Any]],
) -> None:
    assert {each["kind"] for each in everything} == {
        "ConfigMap", "Deployment", "Ingress", "Job", "PodDisruptionBudget", "ScaledObject", "Service", "ServiceAccount",
    }  # fmt: skip
    assert {each["metadata"]["namespace"] for each in everything} == {"shadow-trainer"}
