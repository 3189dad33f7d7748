"""schemathesis reads /openapi.json and sends what it allows, and what it does not, to the real web server.

``make fuzz`` installs it in an environment of its own and says where it is; the plain tests do without.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from shadow_trainer import create_app
from tests.fuzz.test_films import DECODER_ONLY
from tests.jobs import rig as rigs
from tests.jobs.conftest import needs_redis
from tests.jobs.rig import Rig, small_settings
from tests.web.conftest import SampleAnalyses
from tests.web.server import Server
from tests.web.test_events import measure

TOOL = os.environ.get("SHADOW_SCHEMATHESIS", "")
EXAMPLES = os.environ.get("SHADOW_FUZZ_CASES", "40")
pytestmark = pytest.mark.skipif(not TOOL, reason="schemathesis is installed and run by `make fuzz`")
TIMEOUT_S = 1500
# Left out: that what is odd is refused (we are generous with fields that nobody asked for, and a bad film is
# found out in the worker), and that other methods answer 405 (DELETE /videos/upload is the video called "upload",
# which does not exist: 404; tests/web/test_openapi.py has the methods).
CHECKS = (
    "not_a_server_error,status_code_conformance,content_type_conformance,"
    "response_headers_conformance,response_schema_conformance"
)


@dataclass
class House:
    """The real web server with worker and clock, and the analyses that makes analyses."""

    rig: Rig
    server: Server
    analyses: SampleAnalyses
    folder: Path


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, samples: Path) -> Iterator[House]:
    needs_redis()
    folder = tmp_path_factory.mktemp("description")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rigs, "TEST_OVERRIDES", DECODER_ONLY)
        settings = small_settings(folder / "data", secret_key="d" * 40, queue_limit=10**6, coach_limit=0)
        with Rig(settings) as rig, Server(rig) as server:
            rig.worker()
            rig.clock()
            rig.wait_workers()
            app = create_app(settings, catalog=rig.catalog, storage=rig.storage, jobs=rig.jobs)
            yield House(rig, server, SampleAnalyses(app, samples), folder)


def schemathesis(house: House, name: str, configuration: str, *more: str) -> str:
    """Run it until it ends; what it said. It fails when anything was found."""
    file = house.folder / f"{name}.toml"
    file.write_text(configuration)
    url = f"http://127.0.0.1:{house.server.port}"
    command = [TOOL, "--config-file", str(file), "run", f"{url}/openapi.json", "--checks", CHECKS,
               "--max-examples", EXAMPLES, "--continue-on-failure", "--no-color", "--wait-for-schema", "20", *more]  # fmt: skip
    done = subprocess.run(
        command, cwd=house.folder, capture_output=True, text=True, check=False, timeout=TIMEOUT_S
    )
    assert done.returncode == 0, (
        f"{done.stdout[-12_000:]}\n{done.stderr[-2000:]}\n{house.server.log.read_text()[-4000:]}"
    )
    print("\n".join(re.findall(r"^.*(?:cases|passed|Seed).*$", done.stdout, re.M)))
    return done.stdout


def test_the_api_is_what_its_description_says_for_a_report(house: House) -> None:
    """One finished analysis is asked everything; what deletes or begins anew has the other test."""
    known = f'[parameters]\n"path.analysis_id" = "{measure(house.analyses)}"\n'
    schemathesis(
        house, "known", known, "--exclude-method", "DELETE", "--exclude-path", "/videos/{analysis_id}/retry"
    )


def test_the_api_is_what_its_description_says_for_anything(house: House) -> None:
    schemathesis(house, "any", "")
