"""The fuzz runs use the job tests' and the web tests' installations."""

from tests.jobs.conftest import rq_rig
from tests.web.conftest import analyses, app, client, data_dir, template

__all__ = ["app", "client", "data_dir", "analyses", "rq_rig", "template"]
