"""The backup's tests use the job tests' installation and the catalog tests' Postgres."""

from tests.catalog.conftest import postgres
from tests.jobs.conftest import rq_rig

__all__ = ["postgres", "rq_rig"]
