"""`make audit`: each package with its version, the day of its release, the day of our pin and its licence; then
what pip-audit and `npm audit` know about it.

Those two ask databases on the network. One that does not answer, or does not know the packages, is said and
counts as nothing: the table is then what a person needs to look for themselves. Exit code 1: a hole was found, or
a package is installed that is not what is pinned.
"""

from __future__ import annotations

import sys

from . import holes, releases
from .pins import Pin, npm_pins, python_pins

# Each file, and the environment that it is installed in.
FILES = {
    "requirements.txt": ".venv",
    "requirements-dev.txt": ".venv",
    "requirements-training.txt": ".venv",
    "requirements-tools.txt": ".venv-tools",
}


def main() -> int:
    """Print what is known; the exit code."""
    python = [pin for file, venv in FILES.items() for pin in python_pins(file, venv)]
    npm = npm_pins()
    released = {**releases.of_python(python), **releases.of_npm(npm)}
    _table([*python, *npm], released)
    wrong = [pin for pin in python if pin.installed and pin.installed != pin.version]
    for pin in wrong:
        print(
            f"{pin.name} {pin.installed} is installed, {pin.version} is pinned in {pin.file}", file=sys.stderr
        )
    with_holes = [holes.of_python(file) for file in FILES]
    with_holes.append(holes.of_npm())
    return 1 if wrong or any(with_holes) else 0


def _table(pins: list[Pin], released: dict[Pin, str]) -> None:
    width = max(len(pin.name) for pin in pins)
    for pin in sorted(pins, key=lambda pin: released.get(pin, "")):
        day = released.get(pin) or "(unknown)"
        since = pin.since or "(not committed)"
        print(f"{pin.name:{width}}  {pin.version:18}  released {day:10}  pinned {since:10}  {pin.licence}")
    print(f"{len(pins)} packages; the day of the release is known of {len(released)}.")


if __name__ == "__main__":
    sys.exit(main())
