"""The web tests' application, to ask it for its addresses."""

from tests.web.conftest import app, data_dir, template

__all__ = ["app", "data_dir", "template"]
