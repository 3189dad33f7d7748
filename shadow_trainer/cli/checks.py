"""What `doctor` looks at: one small check each, real use where that is cheap, and what to do about it.

A check returns a sentence, or raises: :class:`Warn` for what only limits, any error of the tree for what
does not work. Other exceptions are shown as failures too: a doctor does not faint.
"""

from __future__ import annotations

import json
import re
import shutil
import sys
import tempfile
from collections.abc import Callable
from importlib import metadata
from pathlib import Path

from ..errors import SetupError, ShadowError, StorageFull
from ..secret_strength import require_strong
from ..settings import ROOT, Settings
from . import address

MB = 1_000_000
OLDEST, NEWEST = (3, 11), (3, 13)
# Below this much free space the doctor warns; below the setting's least an upload is refused.
COMFORTABLE_MB = 5_000
PIN = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^]]*\])?==([^\s;#]+)[ \t]*(?:;[ \t]*([^#\n]+))?", re.M)


class Warn(Exception):
    """Works, with a limit: the sentence and what to do."""

    def __init__(self, message: str, fix: str) -> None:
        super().__init__(message)
        self.fix = fix


def python(_: Settings) -> str:
    """A Python version that the pinned packages are made for."""
    running = sys.version.split()[0]
    if not OLDEST <= sys.version_info[:2] <= NEWEST:
        raise SetupError(
            f"Python {running} is not supported.", fix="Use 3.11 to 3.13: PYTHON=python3.12 make setup."
        )
    return running


def packages(_: Settings) -> str:
    """Every pinned Python package at its pinned version; a machine with a card has a set of its own."""
    file = "requirements-cuda.txt" if _installed("onnxruntime-gpu") else "requirements.txt"
    pins = pinned((ROOT / file).read_text(encoding="utf-8"))
    installed = {name: _installed(name) or "missing" for name in pins}
    wrong = [
        f"{name} {installed[name]} (pinned: {pins[name]})" for name in pins if installed[name] != pins[name]
    ]
    if wrong:
        raise SetupError(f"{', '.join(wrong)}.", fix="Run `make setup`.")
    return f"{len(pins)} at their pinned versions ({file})"


def _installed(name: str) -> str:
    """The version of an installed package, without a build's local part (+cpu is the same release); empty: none."""
    try:
        return metadata.version(name).partition("+")[0]
    except metadata.PackageNotFoundError:
        return ""


def pinned(text: str) -> dict[str, str]:
    """``{name: version}`` of a requirements file, without what is not meant for this machine."""
    return {name: version for name, version, marker in PIN.findall(text) if applies(marker)}


def applies(marker: str) -> bool:
    """Whether an environment marker (``python_version < "3.13"``) holds here."""
    from packaging.markers import Marker

    return not marker.strip() or Marker(marker.strip()).evaluate()


def node_packages(_: Settings) -> str:
    """Browser libraries and weights as the lock file has them."""
    lock = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    wrong = []
    for folder, row in lock.items():
        if not folder:
            continue
        manifest = ROOT / folder / "package.json"
        installed = (
            json.loads(manifest.read_text(encoding="utf-8"))["version"] if manifest.exists() else "missing"
        )
        if installed != row["version"]:
            wrong.append(f"{folder.removeprefix('node_modules/')} {installed} (pinned: {row['version']})")
    if wrong:
        raise SetupError(f"{', '.join(wrong)}.", fix="Delete node_modules and run `make setup`.")
    return f"{len(lock) - 1} at their pinned versions"


def secret_key(settings: Settings) -> str:
    """A secret key that is long enough."""
    require_strong(settings)
    return "set"


def weights(settings: Settings) -> str:
    """The converted networks are there and have their hashes."""
    from ..pose.weights import ALL, verify

    verify(models_dir=settings.models_path)
    return f"{', '.join(ALL)}: hashes ok"


def encoder(_: Settings) -> str:
    """libx264 encodes a real frame."""
    import av
    import numpy as np

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "one.mp4"
        with av.open(str(path), "w") as container:
            stream = container.add_stream("libx264", rate=30)
            stream.width, stream.height, stream.pix_fmt = 64, 64, "yuv420p"
            frame = av.VideoFrame.from_ndarray(np.full((64, 64, 3), 128, np.uint8), format="rgb24")
            for packet in (*stream.encode(frame), *stream.encode(None)):
                container.mux(packet)
        size = path.stat().st_size
    return f"libx264 of PyAV {av.__version__} encoded a frame ({size} bytes)"


def database(settings: Settings) -> str:
    """The database answers and has the newest schema."""
    from ..catalog.database import sqlite_file
    from ..catalog.migrate import current_revision, head_revision

    kind = settings.database_address.split(":", 1)[0]
    file = sqlite_file(settings.database_address) if kind == "sqlite" else None
    if file is not None and not file.exists():
        raise SetupError("There is no database yet.", fix="Run `python -m shadow_trainer db upgrade`.")
    revision, newest = current_revision(settings), head_revision()
    if revision != newest:
        raise SetupError(
            f"The {kind} database is at migration {revision or 'none'}, this release needs {newest}.",
            fix="Run `python -m shadow_trainer db upgrade`.",
        )
    return f"{kind}, at migration {revision}"


def storage(settings: Settings) -> str:
    """The storage takes, gives back and deletes a file."""
    import io

    from ..storage import open_storage

    key, content = "doctor/probe", b"shadow"
    store = open_storage(settings.storage_address, settings)
    where = store.check()
    store.put(key, io.BytesIO(content))
    try:
        with store.open(key) as file:
            if file.read() != content:
                raise SetupError("The storage gives back something else than was put.")
    finally:
        store.delete(key)
    return f"writable: {where}"


def disk(settings: Settings) -> str:
    """Room for videos and results."""
    settings.data_path.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(settings.data_path).free // MB
    if free < settings.min_free_disk_mb:
        raise StorageFull(f"{free} MB free; uploads are refused below {settings.min_free_disk_mb} MB.")
    if free < COMFORTABLE_MB:
        raise Warn(f"{free} MB free", "Free some space or delete old analyses.")
    return f"{free // 1000} GB free"


def web(settings: Settings) -> str:
    """The web server answers, or its port is free."""
    if address.is_up(settings):
        return f"answers at {address.url(settings)}"
    address.require_free(settings)
    raise Warn(f"not running; port {settings.port} is free", "Start it: make run.")


def run(check: Callable[[Settings], str], settings: Settings) -> tuple[str, str, str]:
    """``(status, sentence, fix)`` of one check; the status is ``ok``, ``warn`` or ``FAIL``."""
    try:
        return "ok", check(settings), ""
    except Warn as warning:
        return "warn", str(warning), warning.fix
    except ShadowError as error:
        return "FAIL", error.message, error.fix
    except Exception as error:  # what goes wrong here is the very thing that was asked for
        return "FAIL", f"{type(error).__name__}: {error}", "Run `make setup`; var/setup.log has the details."
