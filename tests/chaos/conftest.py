"""The chaos tests use the job tests' installation."""

from tests.jobs.conftest import rq_rig

__all__ = ["rq_rig"]
