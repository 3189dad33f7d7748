"""What a test's gunicorn loads: ``wsgi:app`` in a process that may not look for another machine."""

from __future__ import annotations

from shadow_trainer.settings import load
from tests import no_internet

# Its own address is open by now: a process of gunicorn's loads the application after it was made.
no_internet.refuse_when_alone(load())

from wsgi import app  # noqa: E402

__all__ = ["app"]
