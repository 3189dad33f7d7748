"""What a platform reads of us: app.json, Procfile, hooks and versions agree with the program."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest

from scripts.heroku_check import weight
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


def test_the_build_installs_what_a_machine_without_a_card_needs() -> None:
    """A slug has a limit of 500 MB: neither PyTorch nor CUDA is in what the platform installs."""
    pins = (ROOT / "requirements.txt").read_text()
    assert "onnxruntime==" in pins and not re.search(r"^(torch|nvidia|onnxruntime-gpu)", pins, re.M)
    assert os.access(ROOT / "bin" / "post_compile", os.X_OK)


def test_the_slug_is_weighed_with_the_packages_that_the_platform_installs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "requirements.txt").write_text("click==8.5.1\n")
    (tmp_path / "picture").write_bytes(os.urandom(3_000_000))
    assert re.search(r"[34] MB packed of 500 \(.* 3, Python packages 0\)", weight.weigh(tmp_path))
    monkeypatch.setattr(weight, "LIMIT_MB", 2)
    with pytest.raises(SystemExit, match="too heavy"):
        weight.weigh(tmp_path)


def test_the_python_of_the_version_file_is_a_supported_one() -> None:
    assert re.fullmatch(r"3\.1[123]\n", (ROOT / ".python-version").read_text())
