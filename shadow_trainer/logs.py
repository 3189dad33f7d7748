"""Logging of every process: one line to stdout, as text for people or JSON for machines.

The ids of what is being worked on travel in context variables, so that a line logged deep inside a
library still says which request, analysis, job and attempt it belongs to.
"""

from __future__ import annotations

import json
import logging
import logging.config
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from .settings import Settings

# The ids that a line may carry, in the order in which they are shown.
IDS: dict[str, ContextVar[str]] = {
    name: ContextVar(name, default="") for name in ("request_id", "analysis_id", "job_id", "attempt")
}
# What every LogRecord has; anything else was given as `extra` and belongs into the JSON line.
_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName", "color_message"}
# Loggers that say too much at INFO for a terminal shared by four processes.
QUIET = {"alembic": "WARNING", "PIL": "WARNING", "libav": "ERROR", "urllib3": "WARNING"}


@contextmanager
def context(**ids: object) -> Iterator[None]:
    """Mark every line logged inside with these ids: ``with context(analysis_id=id, attempt=2):``."""
    tokens = [(IDS[name], IDS[name].set(str(value))) for name, value in ids.items() if value is not None]
    try:
        yield
    finally:
        for variable, token in reversed(tokens):
            variable.reset(token)


def current() -> dict[str, str]:
    """The ids in force here, without the empty ones."""
    return {name: value for name, variable in IDS.items() if (value := variable.get())}


def setup(settings: Settings, process: str = "") -> None:
    """Configure logging of this process; ``process`` (web, worker, clock) is part of a JSON line."""
    logging.config.dictConfig(config(settings, process))


def config(settings: Settings, process: str = "") -> dict[str, Any]:
    """The same as a ``logging.config`` dictionary, for gunicorn, which configures logging itself."""
    formatter = (
        {"()": JsonFormatter, "process": process} if settings.log_format == "json" else {"()": TextFormatter}
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": formatter},
        "handlers": {
            "stdout": {"class": "logging.StreamHandler", "stream": "ext://sys.stdout", "formatter": "line"}
        },
        "root": {"level": settings.log_level, "handlers": ["stdout"]},
        "loggers": {name: {"level": level} for name, level in QUIET.items()},
    }


class TextFormatter(logging.Formatter):
    """``INFO shadow_trainer.jobs: stage pose done [analysis_id=… attempt=1]``; the supervisor adds the time."""

    def __init__(self) -> None:
        super().__init__("%(levelname)s %(name)s: %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        """One line with the ids in force behind the message (and the traceback below it)."""
        ids = current()
        if not ids:
            return super().format(record)
        first, *rest = super().format(record).split("\n")
        pairs = " ".join(f"{name}={value}" for name, value in ids.items())
        return "\n".join([f"{first} [{pairs}]", *rest])


class JsonFormatter(logging.Formatter):
    """One JSON object in a line: time, level, logger, message, process, ids, extras, exception."""

    def __init__(self, process: str = "") -> None:
        super().__init__()
        self.process = process

    def format(self, record: logging.LogRecord) -> str:
        """The record as JSON; what is not a JSON type is shown as text."""
        moment = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
        line: dict[str, Any] = {
            "time": f"{moment}.{int(record.msecs):03d}Z",
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if self.process:
            line["process"] = self.process
        line |= {key: value for key, value in vars(record).items() if key not in _STANDARD}
        line |= current()
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, default=str, ensure_ascii=False)
