"""Our own CSS, scripts and pictures, under an address that changes with their content.

``/assets/<version>/css/app.css``: a browser may keep it for a year, and modules that import each other by
relative path stay together in one version. Third-party files come from where the set-up installed them.

A page asks once for all of its style sheets (``/assets/<version>/css/report+player.css``), and is told of every
module below its script before the script has arrived: what costs time on a first load is the number of answers
that wait for each other. Nothing is built; the files are sent as they lie there.
"""

from __future__ import annotations

import gzip
import hashlib
import posixpath
import re
from functools import lru_cache
from pathlib import Path

from flask import Blueprint, Flask, Response, abort, current_app, request, send_from_directory, url_for
from markupsafe import Markup
from werkzeug.security import safe_join

from ...settings import ROOT
from .access_rules import anonymous
from .compression import accepts_gzip

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
# Sheets that do not lie in css/.
SINGLE_SHEETS = {"uplot": "vendor/uplot/uPlot.min.css"}
# Several sheets of css/ in one answer.
SHEETS = re.compile(r"css/([a-z0-9_]+(?:\+[a-z0-9_]+)+)\.css")
IMPORTED = re.compile(r'^import\b[^;"]*"(\.[^"]+)";', re.MULTILINE)

blueprint = Blueprint("assets", __name__)


def init_app(app: Flask) -> None:
    """Compute the version once per process; templates get ``asset``, ``sheets`` and ``script``."""
    app.config["ASSET_VERSION"] = version_of(STATIC)
    app.register_blueprint(blueprint)
    app.jinja_env.globals.update(asset=address, sheets=sheets, script=script)


def version_of(folder: Path) -> str:
    """Hash over names and contents of the static files (not the sample videos)."""
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


def sheets(*names: str, media: str = "") -> Markup:
    """The link to some of our style sheets, in this order."""
    only = Markup(' media="{}"').format(media) if media else ""
    return Markup('<link rel="stylesheet" href="{}"{}>').format(address(f"css/{'+'.join(names)}.css"), only)


def script(name: str) -> Markup:
    """A page's script, with every module that it imports named beforehand."""
    ahead = (Markup('<link rel="modulepreload" href="{}">').format(address(path)) for path in modules(name))
    return Markup("\n").join(
        (*ahead, Markup('<script type="module" src="{}"></script>').format(address(name)))
    )


@lru_cache
def modules(name: str) -> tuple[str, ...]:
    """What a module imports at once and what those import, the nearest first; not what is imported when needed."""
    ahead: dict[str, None] = {}
    waiting = [name]
    while waiting:
        path = waiting.pop(0)
        for imported in IMPORTED.findall((STATIC / path).read_text()):
            below = posixpath.normpath(posixpath.join(posixpath.dirname(path), imported))
            if below not in ahead:
                ahead[below] = None
                waiting.append(below)
    return tuple(ahead)


@blueprint.get("/assets/<version>/<path:path>")
@anonymous
def serve(version: str, path: str) -> Response:
    """One static file, or several sheets; only a request with the present version may be cached for long."""
    fresh = version == current_app.config["ASSET_VERSION"]
    files = _places(path)
    mimetype = TYPES.get(files[0].suffix)
    if mimetype is None:
        response = send_from_directory(files[0].parent, files[0].name, max_age=YEAR_S if fresh else 0)
    else:
        response = _text(files, mimetype, max_age=YEAR_S if fresh else 0)
    if fresh:
        response.cache_control.immutable = True
    return response


def _text(files: tuple[Path, ...], mimetype: str, *, max_age: int) -> Response:
    """Text is sent from memory, and compressed once: a report asks for twenty modules at a time."""
    try:
        plain, packed, tag = _read(files, tuple(path.stat().st_mtime_ns for path in files))
    except (FileNotFoundError, IsADirectoryError):
        abort(404)
    zipped = accepts_gzip() and not request.range
    response = Response(packed if zipped else plain, mimetype=mimetype)
    if zipped:
        response.content_encoding = "gzip"
    response.set_etag(f"{tag}-gz" if zipped else tag)
    response.cache_control.public = True
    response.cache_control.max_age = max_age
    response.make_conditional(request)
    return response


@lru_cache(maxsize=256)
def _read(files: tuple[Path, ...], changed_ns: tuple[int, ...]) -> tuple[bytes, bytes, str]:
    """``(content, gzip, tag)`` of files as they were when they were last changed."""
    plain = b"\n".join(path.read_bytes() for path in files)
    return plain, gzip.compress(plain, mtime=0), hashlib.sha256(plain).hexdigest()[:16]


@blueprint.get("/favicon.ico")
@anonymous
def favicon() -> Response:
    """Browsers ask for it by this name whatever the page says."""
    return send_from_directory(STATIC / "img", "mark.svg", mimetype="image/svg+xml", max_age=YEAR_S)


def _places(path: str) -> tuple[Path, ...]:
    if several := SHEETS.fullmatch(path):
        return tuple(_place(SINGLE_SHEETS.get(name, f"css/{name}.css")) for name in several[1].split("+"))
    return (_place(path),)


def _place(path: str) -> Path:
    if path.startswith("vendor/"):
        wanted = VENDOR.get(path.removeprefix("vendor/"))
        if wanted is None:
            abort(404)
        return ROOT / wanted
    if path.split("/")[0] not in (*FOLDERS, "samples") or (inside := safe_join(str(STATIC), path)) is None:
        abort(404)
    return Path(inside)
