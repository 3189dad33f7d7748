"""Shadow Trainer: a pitching coach's eye on video. This module holds the web application's factory."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from .version import RELEASE as __version__

if TYPE_CHECKING:
    from flask import Flask

    from .settings import Settings

__all__ = ["__version__", "create_app"]

# ONNX Runtime reports to its maker from the moment of its import, unless this stands before. Whatever of ours imports
# it imports this package first, and the children of a process inherit it.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"


def create_app(settings: Settings | None = None, **parts: Any) -> Flask:
    """The web application. ``parts`` (catalog, storage, jobs) replace what the settings would build.

    Raises SetupError when a setting that the web needs is missing or contradicts another.
    """
    from flask import Flask

    from . import web
    from .settings import ROOT, load
    from .web.http.services import connect

    # Defaults: no Flask setting is read from the environment, all of ours come from one place.
    settings = settings or load()
    app = Flask("shadow_trainer", template_folder=ROOT / "templates", static_folder=None)
    app.config.from_mapping(web.flask_config(settings))

    # Extensions: the catalog, the storage and the queue live in app.extensions["shadow"].
    app.extensions["shadow"] = connect(settings, **parts)

    # Features: each module owns its blueprint or its hooks.
    web.init_app(app)
    return app
