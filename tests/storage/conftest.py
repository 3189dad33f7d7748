"""A storage of each kind: a folder, and a bucket at a real S3 service on loopback."""

from __future__ import annotations

from pathlib import Path

import pytest

from shadow_trainer.storage import LocalStorage, Storage, open_storage


@pytest.fixture
def local(tmp_path: Path) -> LocalStorage:
    """A folder."""
    opened = open_storage(f"file://{tmp_path / 'storage'}")
    assert isinstance(opened, LocalStorage)
    return opened


@pytest.fixture(params=["local", "s3"])
def storage(request: pytest.FixtureRequest) -> Storage:
    """One of each kind; what both promise is tested with both."""
    if request.param == "local":
        return request.getfixturevalue("local")
    service = request.getfixturevalue("service")
    return service.open(service.new_bucket())
