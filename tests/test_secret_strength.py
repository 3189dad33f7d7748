"""A weak secret stops the start with its name; a strong one, or none where none is needed, does not."""

from __future__ import annotations

import pytest

from shadow_trainer.errors import SetupError
from shadow_trainer.secret_strength import require_strong, weak
from shadow_trainer.settings import Settings

STRONG = "8eabbf9a44af0dd4a603390aa940ea5dabcf7abc7e255861"


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("SHADOW_SECRET_KEY", {"secret_key": ""}),
        ("SHADOW_SECRET_KEY", {"secret_key": "4f1b7c"}),
        ("SHADOW_SECRET_KEY", {"secret_key": "changeme" * 5}),
        ("SHADOW_METRICS_TOKEN", {"metrics_token": "m" * 10}),
        ("REDIS_URL", {"redis_url": "redis://cache.example:6379/0"}),
        ("REDIS_URL", {"redis_url": "rediss://:short@cache.example:6379/0"}),
        ("REDIS_URL", {"redis_url": "redis://default:password123456@10.0.0.5:6379/0"}),
        ("DATABASE_URL", {"database_url": "postgres://shadow:shadow@db.example/shadow"}),
        ("DATABASE_URL", {"database_url": "postgresql://shadow:postgres-postgres@db.example/shadow"}),
    ],
)
def test_a_weak_secret_is_named_and_refused(name: str, values: dict[str, str]) -> None:
    settings = Settings(**{"secret_key": STRONG, **values})
    assert set(weak(settings)) == {name}
    with pytest.raises(SetupError, match=name) as refused:
        require_strong(settings)
    assert refused.value.code == "weak_secret"
    for value in values.values():
        assert not value or value not in str(refused.value), "the secret itself is not repeated"


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"redis_url": "redis://127.0.0.1:6379/0"},
        {"redis_url": "unix:///run/redis.sock"},
        {"redis_url": f"rediss://:{STRONG}@cache.example:6379/0?ssl_cert_reqs=none"},
        {"database_url": "postgres://tester@/test?host=/run/pg"},
        {"database_url": "postgresql://shadow@db.example/shadow?sslcert=client.pem"},
        {"database_url": f"postgres://shadow:{STRONG}@db.example/shadow"},
        {"metrics_token": STRONG},
    ],
)
def test_a_strong_secret_or_none_where_none_is_needed_is_let_in(values: dict[str, str]) -> None:
    require_strong(Settings(**{"secret_key": STRONG, **values}))


def test_the_web_server_does_not_start_with_a_weak_secret(tmp_path) -> None:
    from shadow_trainer import create_app

    with pytest.raises(SetupError, match="REDIS_URL"):
        create_app(Settings(data_dir=str(tmp_path), secret_key=STRONG, redis_url="redis://10.9.8.7/0"))
