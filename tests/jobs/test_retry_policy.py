"""The retry policy's promises: permanent is permanent, intervals grow, every class of errors has its own rule."""

from __future__ import annotations

import errno

import pytest
import redis
from hypothesis import given
from hypothesis import strategies as st

from shadow_trainer.errors import BadVideo, OutOfMemory, SetupError, ShadowError, StorageFull, Unavailable
from shadow_trainer.jobs.attempt import retry_policy
from shadow_trainer.jobs.attempt.retry_policy import Crashed, Lost, TimedOut, decide
from shadow_trainer.settings import Settings

SETTINGS = Settings(
    retry_attempts=3,
    retry_intervals_s="5,30,120",
    retry_policies="worker_lost=6@0/front; storage_full=2@1/back",
)


@pytest.mark.parametrize("error", [BadVideo("x"), TimedOut("x")])
def test_a_permanent_error_is_never_tried_again(error: ShadowError) -> None:
    assert not decide(error, spent=1, batch=None, settings=SETTINGS).again


@given(st.integers(1, 3))
def test_intervals_grow_with_a_little_jitter(spent: int) -> None:
    decision = decide(Unavailable("x"), spent=spent, batch=None, settings=SETTINGS)
    base = (5, 30, 120)[spent - 1]
    assert decision.again and decision.at_front, "its turn had come"
    assert base * 0.8 <= decision.delay_s <= base * 1.2


def test_attempts_are_counted() -> None:
    assert decide(Unavailable("x"), spent=3, batch=None, settings=SETTINGS).again
    assert not decide(Unavailable("x"), spent=4, batch=None, settings=SETTINGS).again
    none = Settings(retry_attempts=0, retry_policies="")
    assert not decide(Unavailable("x"), spent=1, batch=None, settings=none).again


def test_a_class_of_errors_has_its_own_rule() -> None:
    decision = decide(Lost("x"), spent=6, batch=None, settings=SETTINGS)
    assert (decision.again, decision.delay_s, decision.at_front) == (True, 0.0, True)
    assert not decide(Lost("x"), spent=7, batch=None, settings=SETTINGS).again
    assert retry_policy.most_attempts(SETTINGS) == 6


def test_what_has_been_tried_goes_before_what_waits_unless_told_otherwise() -> None:
    for error, at_front in ((Crashed("x"), True), (OutOfMemory("x"), True), (StorageFull("x"), False)):
        assert decide(error, spent=1, batch=None, settings=SETTINGS).at_front is at_front


def test_the_default_policies_can_be_read() -> None:
    assert set(retry_policy.parse(Settings().retry_policies)) == {
        "worker_lost", "out_of_memory", "storage_full", "newer_release",
    }  # fmt: skip


@pytest.mark.parametrize("text", ["x", "x=", "x=3", "x=3@", "x=3@a", "x=-1@5", "x=3@5/side", "x=3@5,"])
def test_a_policy_that_cannot_be_read_is_named(text: str) -> None:
    with pytest.raises(SetupError, match="SHADOW_RETRY_POLICIES"):
        retry_policy.parse(text)


@pytest.mark.parametrize(("batch", "expected"), [(None, 4), (4, 2), (2, 1), (1, 1)])
@pytest.mark.parametrize("error", [OutOfMemory("x"), Crashed("x")])
def test_memory_that_ran_out_halves_the_batch(error: ShadowError, batch: int | None, expected: int) -> None:
    assert decide(error, spent=1, batch=batch, settings=SETTINGS).batch_limit == expected


class JobTimeoutException(Exception):
    """Known by its name."""


@pytest.mark.parametrize(
    ("error", "code", "permanent"),
    [
        (BadVideo("x", code="not_a_video"), "not_a_video", True),
        (OSError(errno.ENOSPC, "full"), "storage_full", False),
        (OSError(errno.EIO, "io"), "internal", False),
        (MemoryError(), "out_of_memory", False),
        (redis.ConnectionError("x"), "unavailable", False),
        (ConnectionResetError("x"), "unavailable", False),
        (JobTimeoutException(), "timeout", True),
        (KeyError("secret"), "internal", False),
    ],
)
def test_every_error_becomes_one_for_people(error: Exception, code: str, permanent: bool) -> None:
    shadow_error = retry_policy.as_shadow_error(error)
    assert (shadow_error.code, shadow_error.permanent) == (code, permanent)
    assert "secret" not in shadow_error.message
    assert isinstance(retry_policy.as_shadow_error(StorageFull("x")), StorageFull)
