"""The containers: nothing secret by default, nothing more than they need, and every command line of them works."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from shadow_trainer.cli import cli
from shadow_trainer.settings import declared
from tests.conftest import ROOT
from tests.deploy import composition

SERVICES = composition.services()
OURS = {"release", "web", "worker", "clock"}


@pytest.mark.parametrize("name", SERVICES)
def test_a_container_may_do_no_more_than_it_needs(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["user"].split(":")[0] not in ("0", "root")
    assert {"cpus", "memory"} <= set(service["deploy"]["resources"]["limits"])
    assert "privileged" not in service and "network_mode" not in service
    assert ("healthcheck" in service) == (name != "release"), "release ends by itself"


def test_only_the_proxy_can_be_reached_from_elsewhere() -> None:
    for name, service in SERVICES.items():
        for port in service.get("ports", []):
            assert name == "proxy" or port.startswith("127.0.0.1:"), f"{name} is open to everybody"
    for name in ("redis", "postgres"):
        assert SERVICES[name]["networks"] == ["back"]


def test_nothing_secret_has_a_default() -> None:
    text = composition.FILE.read_text()
    for name, kind, default in re.findall(r"\$\{(\w+)(?::([-?]))?([^}]*)\}", text):
        if re.search("PASSWORD|SECRET|TOKEN|WEBHOOK|CERTIFICATE", name):
            assert kind == "?", f"{name} has the default {default!r}"
    for service in SERVICES.values():
        for name, value in service.get("environment", {}).items():
            assert not re.search("PASSWORD|SECRET|TOKEN", name) or re.fullmatch(
                r"\$\{\w+:\?[^}]+\}", value
            ), name


def test_only_settings_that_exist_are_set() -> None:
    known = {row.env for row in declared()}
    for name in OURS:
        assert set(composition.environment(name)) <= known


@pytest.mark.parametrize("name", sorted(OURS))
def test_a_setting_of_the_environment_file_reaches_every_process_of_ours(name: str) -> None:
    assert SERVICES[name]["env_file"] == [".env"], "beside the compose file, where new_secrets.sh writes it"
    # What the containers' own wiring needs is not to be had from there.
    fixed = composition.environment(name)
    assert {"PORT", "SHADOW_HOST", "SHADOW_DATA_DIR", "REDIS_URL", "DATABASE_URL"} <= set(fixed)
    in_the_way = {key for key, value in SERVICES[name]["environment"].items() if value.endswith(":-}")}
    assert not in_the_way, "an empty value would hide the one of the file"


def test_what_is_mounted_is_there() -> None:
    for service in SERVICES.values():
        for volume in service.get("volumes", []):
            if volume.startswith("./"):
                assert (composition.FOLDER / volume.split(":")[0]).exists(), volume


def test_a_worker_has_time_to_hand_its_film_back() -> None:
    grace = float(SERVICES["worker"]["environment"]["SHADOW_SHUTDOWN_GRACE_S"])
    assert int(SERVICES["worker"]["stop_grace_period"].removesuffix("s")) > grace + 10


def test_the_database_s_client_is_of_the_server_s_release() -> None:
    debian = {"bookworm": "15", "trixie": "17"}
    image = re.search(
        r"ARG PYTHON_IMAGE=python:[\d.]+-slim-(\w+)", (ROOT / "deploy" / "Dockerfile").read_text()
    )
    assert SERVICES["postgres"]["image"] == f"postgres:{debian[image[1]]}-alpine"


# The client itself


def config(folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    client = shutil.which("docker-compose")
    if client is None:
        pytest.skip("docker-compose is not installed (Debian: apt-get install docker-compose)")
    file = shutil.copy(composition.FILE, folder / "docker-compose.yml")
    (folder / ".env").write_text("SHADOW_KEEP_ORIGINALS_DAYS=7\n")
    return subprocess.run(
        [client, "-f", str(file), "config"],
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_client_accepts_the_file(tmp_path: Path) -> None:
    done = config(tmp_path, **composition.SECRETS)
    assert done.returncode == 0, done.stderr
    assert set(yaml.safe_load(done.stdout)["services"]) == set(SERVICES)


def test_the_client_refuses_without_a_secret(tmp_path: Path) -> None:
    done = config(tmp_path, **{k: v for k, v in composition.SECRETS.items() if k != "REDIS_PASSWORD"})
    assert done.returncode != 0
    assert "new_secrets.sh" in done.stderr


def test_fresh_secrets_are_long_random_and_for_one_reader(tmp_path: Path) -> None:
    script, file = ROOT / "deploy" / "scripts" / "new_secrets.sh", tmp_path / ".env"
    command = ["sh", str(script), "a.example", "/etc/tls", "http://127.0.0.1:9/hook"]
    subprocess.run(command, env={**os.environ, "SHADOW_ENV_FILE": str(file)}, check=True, capture_output=True)
    values = dict(line.split("=", 1) for line in file.read_text().splitlines())
    assert set(composition.SECRETS) <= set(values)
    secrets = [value for name, value in values.items() if re.search("PASSWORD|SECRET|TOKEN", name)]
    assert len(set(secrets)) == 5 and all(re.fullmatch("[0-9a-f]{48}", secret) for secret in secrets)
    assert file.stat().st_mode & 0o077 == 0
    again = subprocess.run(
        command, env={**os.environ, "SHADOW_ENV_FILE": str(file)}, capture_output=True, check=False
    )
    assert again.returncode == 1 and values == dict(
        line.split("=", 1) for line in file.read_text().splitlines()
    )


# Every command line, outside a container


@pytest.mark.parametrize("name", sorted(OURS - {"web"}))
def test_our_commands_exist(name: str) -> None:
    python, *arguments = composition.command(name)
    assert python == "python"
    assert arguments[:2] == ["-m", "shadow_trainer"]
    done = CliRunner().invoke(cli, [*arguments[2:], "--help"])
    assert done.exit_code == 0, done.output


@pytest.mark.parametrize("name", ["web", "worker", "clock"])
def test_our_health_checks_ask_for_the_right_process(name: str) -> None:
    kind, python, *arguments = SERVICES[name]["healthcheck"]["test"]
    assert (kind, python) == ("CMD", "python")
    assert arguments == ["-m", "shadow_trainer", "health", name]


def test_prometheus_gets_its_token_as_a_file(tmp_path: Path) -> None:
    (tmp_path / "prometheus").write_text('#!/bin/sh\nprintf "%s\\n" "$@"\n')
    (tmp_path / "prometheus").chmod(0o755)
    shell, flags, script = composition.command("prometheus")
    environment = {"PATH": f"{tmp_path}:{os.environ['PATH']}", **composition.environment("prometheus")}
    script = script.replace("/tmp/metrics_token", f"{tmp_path}/token")
    done = subprocess.run([shell, flags, script], env=environment, check=True, capture_output=True, text=True)
    assert (tmp_path / "token").read_text() == composition.SECRETS["METRICS_TOKEN"]
    assert composition.SECRETS["METRICS_TOKEN"] not in done.stdout
    arguments = dict(line.removeprefix("--").split("=", 1) for line in done.stdout.splitlines())
    mounted = [volume.split(":")[1] for volume in SERVICES["prometheus"]["volumes"]]
    assert arguments["config.file"] in mounted and arguments["storage.tsdb.path"] in mounted
    tool = shutil.which("prometheus")
    if tool is None:
        pytest.skip("prometheus is not installed (Debian: apt-get install prometheus)")
    known = subprocess.run([tool, "--help"], capture_output=True, text=True, check=False)
    assert all(f"--{name}" in known.stdout + known.stderr for name in arguments)


def test_alertmanager_s_file_is_whole_when_it_starts(tmp_path: Path) -> None:
    (tmp_path / "alertmanager").write_text("#!/bin/sh\n")
    (tmp_path / "alertmanager").chmod(0o755)
    shell, flags, script = composition.command("alertmanager")
    script = script.replace("/etc/alertmanager/", f"{composition.FOLDER}/alertmanager/")
    script = script.replace("/tmp/alertmanager.yml", f"{tmp_path}/made.yml")
    address = "http://127.0.0.1:9/it's?b&c=d"
    environment = {"PATH": f"{tmp_path}:{os.environ['PATH']}", "ALERT_WEBHOOK_URL": address}
    subprocess.run([shell, flags, script], env=environment, check=True)
    made = tmp_path / "made.yml"
    [hook] = yaml.safe_load(made.read_text())["receivers"][0]["webhook_configs"]
    assert hook["url"] == address
    assert made.stat().st_mode & 0o077 == 0
    if shutil.which("amtool") is None:
        pytest.skip("amtool is not installed (Debian: apt-get install prometheus-alertmanager)")
    done = subprocess.run(["amtool", "check-config", str(made)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
