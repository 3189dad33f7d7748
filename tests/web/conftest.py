"""A real application over a real catalog, storage and queue; no worker takes the work."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, ClassVar

import pytest
from flask import Flask
from flask.testing import FlaskClient
from jinja2.bccache import Bucket, BytecodeCache
from werkzeug.routing import Rule

from shadow_trainer import create_app
from shadow_trainer.catalog import migrate, open_catalog
from shadow_trainer.jobs.attempt import publish
from shadow_trainer.jobs.queue.open import make_manager
from shadow_trainer.services import Services
from shadow_trainer.settings import Settings, load
from tests.web import documents


class SampleAnalyses:
    """Small actor: makes analyses in any state."""

    def __init__(self, app: Flask, samples: Path) -> None:
        shadow = app.extensions["shadow"]
        self.catalog, self.storage, self.jobs = shadow.catalog, shadow.storage, shadow.jobs
        self.samples, self.folder = samples, shadow.settings.data_path

    def queued(self, title: str = "Bullpen", owner_id: int | None = None) -> str:
        """An analysis that waits; its id."""
        analysis_id = f"{self.catalog.analyses.count() + 1:032x}"
        key = f"analyses/{analysis_id}/original.mp4"
        self.storage.put(key, self.samples / "sample_lefty.mp4")
        self.catalog.analyses.create(
            analysis_id=analysis_id,
            title=title,
            original_name="bullpen.mp4",
            original_key=key,
            options={},
            owner_id=owner_id,
        )
        return analysis_id

    def running(self, stage: str = "pose", progress: float = 42.0, **names: Any) -> str:
        """An analysis that a worker holds, with its browser copy already there."""
        analysis_id = self.queued(**names)
        claim = self.catalog.attempts.claim(analysis_id, "worker-1")
        self._put(analysis_id, "preview.mp4")
        self.catalog.attempts.add_files(analysis_id, claim.number, ["preview.mp4"])
        self.catalog.attempts.advance(analysis_id, claim.number, stage, progress)
        return analysis_id

    def failed(self, code: str = "no_pitch_found", **names: Any) -> str:
        """An analysis that ended in an error."""
        analysis_id = self.running(**names)
        error = {"code": code, "message": "There is a person in this video, but no pitch was found.",
                 "fix": "Film one whole delivery, from the set to the follow-through."}  # fmt: skip
        self.catalog.attempts.fail(analysis_id, self.catalog.analyses.get(analysis_id).attempt, error)
        return analysis_id

    def completed(
        self,
        document: dict[str, Any] | None = None,
        title: str = "Bullpen, Tuesday",
        owner_id: int | None = None,
        files: Mapping[str, Path] | None = None,
        drawn: Iterable[str] = ("overlay.mp4", "side_by_side.mp4"),
    ) -> str:
        """An analysis with a report; ``files`` replace what is made up, or come on top of it; ``drawn`` are its videos."""
        analysis_id = self.running(title=title, owner_id=owner_id)
        result = document or documents.document()
        names = ["preview.mp4", *drawn, "analysis.json", "metrics.csv", "report.html"]
        for name in drawn:
            self._put(analysis_id, name)
        self._write(analysis_id, "analysis.json", json.dumps(result))
        self._write(analysis_id, "metrics.csv", "name,value\n")
        self._write(analysis_id, "report.html", "<!doctype html><script>alert(1)</script>")
        path = self.folder / "draft"
        documents.pose(result["video"]["frame_count"]).save(path)
        self.storage.put(f"analyses/{analysis_id}/pose.npz", path)
        names.append("pose.npz")
        curves = [documents.curves(delivery) for delivery in result["deliveries"]]
        self._write(analysis_id, "series.json", json.dumps({"deliveries": curves}))
        names.append("series.json")
        for name, given in (files or {}).items():
            self.storage.put(f"analyses/{analysis_id}/{name}", given)
            names = [*dict.fromkeys([*names, name])]
        number = self.catalog.analyses.get(analysis_id).attempt
        self.catalog.attempts.publish(
            analysis_id,
            number,
            files=names,
            result=publish.summary(result),
            warnings=result["warnings"],
            deliveries=publish.delivery_rows(result),
        )
        return analysis_id

    def _put(self, analysis_id: str, name: str) -> None:
        self.storage.put(f"analyses/{analysis_id}/{name}", self.samples / "sample_lefty.mp4")

    def _write(self, analysis_id: str, name: str, text: str) -> None:
        path = self.folder / "draft"
        path.write_text(text, encoding="utf-8")
        self.storage.put(f"analyses/{analysis_id}/{name}", path)


class CompiledTemplates(BytecodeCache):
    """Compiled templates of all applications of this process: compiling them again would be half of each test."""

    def __init__(self) -> None:
        self.code: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Give what was compiled from the same source; Jinja checks that it is the same."""
        if bucket.key in self.code:
            bucket.bytecode_from_string(self.code[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what was compiled."""
        self.code[bucket.key] = bucket.bytecode_to_string()


TEMPLATES = CompiledTemplates()


class CompiledRule(Rule):
    """A route whose address builder is compiled once in this process: else most of the making of an application."""

    builders: ClassVar[dict[tuple[Any, ...], Callable[..., tuple[str, str]]]] = {}

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        """What Werkzeug compiles of the rule, its converters and its defaults; the rule itself is an argument of it."""
        converters = tuple((name, type(converter)) for name, converter in self._converters.items())
        key = (append_unknown, self.rule, tuple(self._trace), converters, repr(self.defaults))
        if key not in self.builders:
            self.builders[key] = super()._compile_builder(append_unknown)
        return self.builders[key]


Flask.url_rule_class = CompiledRule


def make_app(folder: Path, **changes: Any) -> Flask:
    """An application with its own data folder and a queue that only takes jobs in."""
    values = {
        "data_dir": str(folder),
        "secret_key": "t" * 40,
        "min_free_disk_mb": 0,
        "use_rq": False,
        **changes,
    }
    settings: Settings = load({}, **values)
    folder.mkdir(parents=True, exist_ok=True)
    migrate(settings)
    catalog = open_catalog(settings)
    from shadow_trainer.storage import open_storage

    storage = open_storage(settings.storage_address, settings)
    jobs = make_manager(Services(settings, catalog, storage))
    app = create_app(settings, catalog=catalog, storage=storage, jobs=jobs)
    app.jinja_env.bytecode_cache = TEMPLATES
    return app


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty data folder to copy: a migration costs more than a test."""
    folder = tmp_path_factory.mktemp("template") / "data"
    make_app(folder)
    return folder


@pytest.fixture
def data_dir(template: Path, tmp_path: Path) -> Path:
    """A data folder of this test."""
    return Path(shutil.copytree(template, tmp_path / "data"))


@pytest.fixture
def app(data_dir: Path) -> Flask:
    """The application."""
    return make_app(data_dir)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A script on this machine (no Origin, no cookie, as curl)."""
    return app.test_client(use_cookies=False)


@pytest.fixture
def browser(app: Flask) -> FlaskClient:
    """A browser on this machine, which keeps cookies."""
    return app.test_client()


@pytest.fixture
def analyses(app: Flask, samples: Path) -> SampleAnalyses:
    """Makes analyses."""
    return SampleAnalyses(app, samples)


@pytest.fixture(scope="session")
def people(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the data folder with the accounts of tests/web/accounts.py is kept; made at its first use."""
    return tmp_path_factory.mktemp("people") / "data"


@pytest.fixture(scope="session")
def furnished(people: Path, tmp_path_factory: pytest.TempPathFactory, samples: Path) -> tuple[Path, dict]:
    """A data folder with one of everything in it, to copy; and what names the things (tests/web/coaches_site.py)."""
    from tests.web import accounts, coaches_site

    folder = tmp_path_factory.mktemp("coaches") / "data"
    app = accounts.site(people, folder)
    values = coaches_site.furnish(app, samples)
    app.extensions["shadow"].catalog.close()
    return folder, values


@pytest.fixture(scope="session")
def quiet(furnished: tuple[Path, dict], tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A site with accounts that no test changes."""
    from tests.web import coaches_site

    return coaches_site.copied(
        furnished, tmp_path_factory.mktemp("quiet") / "data", login_rate="999 per minute"
    )


@pytest.fixture
def coaches(furnished: tuple[Path, dict], tmp_path: Path) -> Any:
    """A site with accounts of this test's own."""
    from tests.web import coaches_site

    return coaches_site.copied(furnished, tmp_path / "data")
