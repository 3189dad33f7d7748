"""The compose file as its client would read it: parsed, anchors merged, variables filled in from one mapping."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from typing import Any

import yaml

from tests.conftest import ROOT

FOLDER = ROOT / "deploy"
FILE = FOLDER / "docker-compose.yml"
SECRETS = {
    "SHADOW_SECRET_KEY": "s" * 48,
    "POSTGRES_PASSWORD": "p" * 48,
    "REDIS_PASSWORD": "r" * 48,
    "GRAFANA_PASSWORD": "g" * 48,
    "METRICS_TOKEN": "m" * 48,
    "SERVER_NAME": "localhost",
    "TLS_CERTIFICATE_DIR": "/etc/tls",
    "ALERT_WEBHOOK_URL": "http://127.0.0.1:9/it's&a=webhook",
}
VARIABLE = re.compile(r"\$\$|\$\{(\w+)(?::([-?])([^}]*))?\}")


@functools.cache
def services() -> dict[str, dict[str, Any]]:
    """Every service as written, variables not filled in."""
    return yaml.safe_load(FILE.read_text())["services"]


def filled(text: str, values: Mapping[str, str]) -> str:
    """``${NAME:-default}``, ``${NAME:?words}`` and ``$$`` as compose replaces them; KeyError when missing."""

    def value(match: re.Match[str]) -> str:
        if match[0] == "$$":
            return "$"
        if match[2] == "-":
            return values.get(match[1]) or match[3]
        return values[match[1]]

    return VARIABLE.sub(value, text)


def command(name: str) -> list[str]:
    """Entry point and command of a service as the container would be started."""
    service = services()[name]
    parts = [*service.get("entrypoint", []), *service["command"]]
    return [filled(part, SECRETS) for part in parts]


def environment(name: str) -> dict[str, str]:
    """Environment of a service."""
    return {key: filled(value, SECRETS) for key, value in services()[name].get("environment", {}).items()}
