"""Logging's promises: every line says what it belongs to, JSON lines are JSON, nothing leaks between tasks."""

from __future__ import annotations

import json
import logging
import threading

import pytest

from shadow_trainer import logs
from shadow_trainer.settings import Settings


def record(message: str = "stage %s done", *args: object, **extra: object) -> logging.LogRecord:
    made = logging.getLogger("shadow.test").makeRecord(
        "shadow.test", logging.INFO, __file__, 1, message, args or ("pose",), None, extra=extra
    )
    return made


def test_text_lines_carry_the_ids_in_force() -> None:
    with logs.context(analysis_id="a1", attempt=2):
        line = logs.TextFormatter().format(record())
    assert line == "INFO shadow.test: stage pose done [analysis_id=a1 attempt=2]"
    assert logs.TextFormatter().format(record()) == "INFO shadow.test: stage pose done"


def test_json_lines_carry_ids_extras_and_the_process() -> None:
    with logs.context(request_id="r1"):
        line = json.loads(logs.JsonFormatter("web").format(record(frames=12, where=threading)))
    assert line["message"] == "stage pose done"
    assert line["level"] == "INFO"
    assert line["process"] == "web"
    assert line["request_id"] == "r1"
    assert line["frames"] == 12
    assert line["time"].endswith("Z")


def test_a_traceback_stays_inside_its_json_line() -> None:
    try:
        raise ValueError("two\nlines")
    except ValueError as error:
        made = record()
        made.exc_info = (ValueError, error, error.__traceback__)
    text = logs.JsonFormatter().format(made)
    assert "\n" not in text
    assert "ValueError: two\nlines" in json.loads(text)["exception"]


def test_contexts_nest_and_end() -> None:
    with logs.context(analysis_id="outer", job_id="j"):
        with logs.context(analysis_id="inner", attempt=None):
            assert logs.current() == {"analysis_id": "inner", "job_id": "j"}
        assert logs.current() == {"analysis_id": "outer", "job_id": "j"}
    assert logs.current() == {}


def test_threads_do_not_see_each_others_ids() -> None:
    seen: list[dict[str, str]] = []
    with logs.context(analysis_id="mine"):
        thread = threading.Thread(target=lambda: seen.append(logs.current()))
        thread.start()
        thread.join()
    assert seen == [{}]


@pytest.mark.parametrize(("form", "kind"), [("text", logs.TextFormatter), ("json", logs.JsonFormatter)])
def test_the_setting_chooses_the_form(form: str, kind: type) -> None:
    chosen = logs.config(Settings(log_format=form, log_level="DEBUG"))
    assert chosen["formatters"]["line"]["()"] is kind
    assert chosen["root"]["level"] == "DEBUG"
