"""What we rely on in RQ beyond its documented interface, as it is installed: signature and text of each part.

`python -m tests.jobs.rq_contract` writes it to ``rq_contract.json``, after somebody has looked at what changed.
"""

from __future__ import annotations

import hashlib
import inspect
import json
from importlib import import_module
from pathlib import Path
from typing import Any

import rq

from shadow_trainer.jobs.redis import rq_adapter
from workers.pose_worker import PoseWorker
from workers.work_horse import WorkHorse

WRITTEN = Path(__file__).with_name("rq_contract.json")


def parts() -> dict[str, Any]:
    """Name -> the part of RQ: what the adapter touches, and what our workers replace."""
    replaced = rq_adapter.overridden(PoseWorker) | rq_adapter.overridden(WorkHorse)
    return {name: _named(name) for name in rq_adapter.INTERNALS} | {
        f"Worker.{name}": part for name, part in replaced.items()
    }


def _named(name: str) -> Any:
    """The object of a dotted name; None when it is gone."""
    words = name.split(".")
    for end in range(len(words) - 1, 0, -1):
        try:
            part: Any = import_module(".".join(words[:end]))
        except ImportError:
            continue
        for word in words[end:]:
            part = inspect.getattr_static(part, word, None)
        return part
    return None


def description(part: Any) -> dict[str, str]:
    """Signature and fingerprint of a function, property, class or value."""
    if part is None:
        return {"is": "gone"}
    for inner in ("fget", "__func__"):
        part = getattr(part, inner, None) or part
    if not (inspect.isfunction(part) or inspect.isclass(part)):
        return {"is": repr(part)}
    text = hashlib.sha256(inspect.getsource(part).encode()).hexdigest()[:16]
    return {"signature": str(inspect.signature(part)), "text": text}


def now() -> dict[str, Any]:
    """The whole contract as RQ is installed."""
    return {"rq": rq.VERSION, **{name: description(part) for name, part in sorted(parts().items())}}


if __name__ == "__main__":
    WRITTEN.write_text(json.dumps(now(), indent=1) + "\n", encoding="utf-8")
