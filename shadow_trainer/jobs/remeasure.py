"""Events moved by a coach: the numbers of a finished analysis again, from its stored pose, in a second.

The films are not drawn again. It runs in a process of its own (:func:`in_child`), because the numbers need
libraries that the web process does not load: ``python -m shadow_trainer.jobs.remeasure ID``, with the
moved events as JSON on stdin and the answer as JSON on stdout.
"""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from ..errors import BadRequest, Conflict, ShadowError, Unavailable
from ..settings import ROOT, Settings
from . import publish

TIMEOUT_S = 60
MOVED = "moved_events"
Moved = dict[str, dict[str, float]]


def in_child(settings: Settings, analysis_id: str, moved: Moved) -> None:
    """Measure again in a child process; the errors are those of :func:`remeasure`."""
    addresses = {
        "SHADOW_DATA_DIR": str(settings.data_path),
        "SHADOW_STORAGE_URL": settings.storage_address,
        "DATABASE_URL": settings.database_address,
    }
    try:
        done = subprocess.run(
            [sys.executable, "-m", "shadow_trainer.jobs.remeasure", analysis_id],
            input=json.dumps(moved), capture_output=True, text=True, timeout=TIMEOUT_S, check=False,
            cwd=ROOT, env={**os.environ, **addresses, "OMP_NUM_THREADS": "1"},
        )  # fmt: skip
        answer = json.loads(done.stdout.strip().splitlines()[-1])
    except (subprocess.TimeoutExpired, ValueError, IndexError) as error:
        raise Unavailable("The numbers could not be measured again.", code="remeasure_failed") from error
    if answer:
        kind = BadRequest if answer["permanent"] else ShadowError
        raise kind(answer["message"], code=answer["code"], fix=answer["fix"])


def remeasure(catalog: Any, storage: Any, analysis_id: str, moved: Moved) -> dict[str, Any]:
    """Measure with ``moved`` events (delivery index -> event -> seconds; empty: as found) and publish.

    Raises Conflict while the analysis is not finished, BadRequest for an event that cannot be there.
    """
    from .. import pitching
    from ..render import exports
    from . import shadow_file
    from .document import plain

    row = catalog.get(analysis_id)
    if row.state != "completed":
        raise Conflict(f"There are no numbers yet: this analysis is {row.state}.", code="not_completed")
    document = _read(storage, analysis_id, "analysis.json")
    series, before = _pose(storage, analysis_id), _as_before(document, row, storage)
    result = pitching.analyse(series, events=_by_index(moved), **before)
    if len(result["deliveries"]) != len(document["deliveries"]):
        raise Conflict(
            "This analysis was made by another release.", code="old_analysis", fix="Press “Run again” first."
        )
    changed = {name: result[name] for name in ("athlete", "view", "deliveries", "consistency")}
    document = plain({**document, **changed, MOVED: moved})
    curves = plain({"schema": document["schema"], "deliveries": result["series"]})
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder)
        (out / "analysis.json").write_text(json.dumps(document, allow_nan=False), encoding="utf-8")
        (out / "series.json").write_text(json.dumps(curves, allow_nan=False), encoding="utf-8")
        exports.metrics_csv(document, out / "metrics.csv")
        if before["reference"]:
            shadow_file.write(out / shadow_file.NAME, series, result, before["reference"])
        for path in sorted(out.iterdir()):
            storage.put(publish.key(analysis_id, path.name), path)
    catalog.replace_result(analysis_id, publish.summary(document), publish.delivery_rows(document))
    return document


def _as_before(document: dict[str, Any], row: Any, storage: Any) -> dict[str, Any]:
    """What the analysis was asked for and what it found, so that only the moved events change."""
    from .references import References

    athlete, view = document["athlete"], document["view"]
    return {
        "throws": athlete["throws"],
        "height_m": athlete["height_m"] if athlete.get("height_source") == "given" else None,
        "fps": document["video"]["capture_fps"],
        "view": view["name"] if view.get("source") == "given" else "auto",
        "level": document.get("level", "adult"),
        "reference": References(storage).find(row.options.get("reference", "elite")),
    }


def _by_index(moved: Moved) -> dict[int, dict[str, float]]:
    return {int(index): events for index, events in moved.items()}


def _read(storage: Any, analysis_id: str, name: str) -> Any:
    with storage.open(publish.key(analysis_id, name)) as file:
        return json.loads(file.read())


def _pose(storage: Any, analysis_id: str) -> Any:
    from ..pose.series import PoseSeries

    with storage.open(publish.key(analysis_id, "pose.npz")) as file:
        return PoseSeries.load(io.BytesIO(file.read()))


def main() -> None:
    """The child: one analysis, one line of JSON (empty object when it worked)."""
    from ..catalog import open_catalog
    from ..settings import load
    from ..storage import open_storage

    settings, answer = load(), {}
    try:
        catalog, storage = open_catalog(settings), open_storage(settings.storage_address, settings)
        remeasure(catalog, storage, sys.argv[1], json.load(sys.stdin))
    except ShadowError as error:
        answer = {**error.as_dict(), "permanent": error.permanent}
    print(json.dumps(answer))


if __name__ == "__main__":
    main()
