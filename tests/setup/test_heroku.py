"""What a platform reads of us: app.json, Procfile, hooks and versions agree with the program."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

from scripts.cpu_requirements import text as cpu_text
from shadow_trainer.settings import ROOT, declared, load

APP = json.loads((ROOT / "app.json").read_text())


def procfile() -> dict[str, str]:
    return dict(line.split(": ", 1) for line in (ROOT / "Procfile").read_text().splitlines())


def test_every_process_of_the_formation_is_in_the_procfile() -> None:
    assert set(procfile()) == {"release", "web", "worker", "clock"}
    assert set(APP["formation"]) == {"web", "worker", "clock"}


def test_config_vars_are_settings_with_values_that_are_understood() -> None:
    names = {row.env for row in declared()}
    assert set(APP["env"]) <= names
    values = {name: row["value"] for name, row in APP["env"].items() if "value" in row}
    settings = load({**values, "PORT": "5000", "SHADOW_STORAGE_URL": "s3://films/site?region=eu-central-1"})
    assert (settings.host, settings.port, settings.single_user) == ("0.0.0.0", 5000, False)
    assert settings.trusted_proxies == 1 and not settings.redis_tls_verify
    # What only a person can know is asked for; the key that signs sessions is made up by the platform.
    assert {name for name, row in APP["env"].items() if row.get("required")} == {
        "SHADOW_STORAGE_URL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY",
    }  # fmt: skip
    assert APP["env"]["SHADOW_SECRET_KEY"]["generator"] == "secret"


def test_npm_comes_before_python_because_the_weights_come_by_npm() -> None:
    assert [row["url"] for row in APP["buildpacks"]] == ["heroku/nodejs", "heroku/python"]
    hook = (ROOT / "bin" / "post_compile").read_text()
    assert hook.index("models ensure") < hook.index("scripts.bootstrap.prune")


def test_the_build_installs_the_set_for_the_cpu(tmp_path: Path) -> None:
    for name in ("bin", "requirements.txt", "requirements-cpu.txt"):
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, tmp_path / name)
    subprocess.run([tmp_path / "bin" / "pre_compile"], cwd=tmp_path, check=True)
    assert (tmp_path / "requirements.txt").read_text() == cpu_text((ROOT / "requirements.txt").read_text())
    assert os.access(ROOT / "bin" / "post_compile", os.X_OK)


def test_the_python_of_the_version_file_is_a_supported_one() -> None:
    assert re.fullmatch(r"3\.1[123]\n", (ROOT / ".python-version").read_text())
