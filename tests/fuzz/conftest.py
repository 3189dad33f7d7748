"""The fuzz runs use the job tests' and the web tests' installations."""

from tests.jobs.conftest import rq_rig
from tests.web.conftest import app, client, data_dir, desk, template

__all__ = ["app", "client", "data_dir", "desk", "rq_rig", "template"]
