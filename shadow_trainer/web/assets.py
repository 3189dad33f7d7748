"""Our own CSS, scripts and pictures, under an address that changes with their content.

``/assets/<version>/css/app.css``: a browser may keep it for a year, and modules that import each other by
relative path stay together in one version. Third-party files come from where the set-up installed them.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from flask import Blueprint, Flask, Response, abort, current_app, send_from_directory, url_for

from ..settings import ROOT

STATIC = ROOT / "static"
FOLDERS = ("css", "js", "img")
YEAR_S = 365 * 24 * 3600
VENDOR = {
    "uplot/uPlot.iife.min.js": "node_modules/uplot/dist/uPlot.iife.min.js",
    "uplot/uPlot.min.css": "node_modules/uplot/dist/uPlot.min.css",
    "three/three.module.js": "node_modules/three/build/three.module.js",
    "three/three.core.js": "node_modules/three/build/three.core.js",
}
# Windows registries and slim images map these differently; browsers refuse modules of a wrong type.
TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}

blueprint = Blueprint("assets", __name__)


def init_app(app: Flask) -> None:
    """Compute the version once per process and offer ``asset('css/app.css')`` to templates."""
    app.config["ASSET_VERSION"] = version_of(STATIC)
    app.register_blueprint(blueprint)
    app.jinja_env.globals["asset"] = address


def version_of(folder: Path) -> str:
    """Hash over names and contents of the static files (not the sample films)."""
    digest = hashlib.sha256()
    for part in FOLDERS:
        for path in sorted((folder / part).rglob("*")):
            if path.is_file():
                digest.update(path.relative_to(folder).as_posix().encode())
                digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def address(path: str) -> str:
    """The address of a static file."""
    return url_for("assets.serve", version=current_app.config["ASSET_VERSION"], path=path)


@blueprint.get("/assets/<version>/<path:path>")
def serve(version: str, path: str) -> Response:
    """One static file; only a request with the present version may be cached for long."""
    folder, name = _place(path)
    fresh = version == current_app.config["ASSET_VERSION"]
    mimetype = TYPES.get(Path(name).suffix)
    response = send_from_directory(folder, name, mimetype=mimetype, max_age=YEAR_S if fresh else 0)
    if fresh:
        response.cache_control.immutable = True
    return response


@blueprint.get("/favicon.ico")
def favicon() -> Response:
    """Browsers ask for it by this name whatever the page says."""
    return send_from_directory(STATIC / "img", "mark.svg", mimetype="image/svg+xml", max_age=YEAR_S)


def _place(path: str) -> tuple[Path, str]:
    if path.startswith("vendor/"):
        wanted = VENDOR.get(path.removeprefix("vendor/"))
        if wanted is None:
            abort(404)
        file = ROOT / wanted
        return file.parent, file.name
    if path.split("/")[0] not in (*FOLDERS, "samples"):
        abort(404)
    return STATIC, path
