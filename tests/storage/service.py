"""An S3 service on loopback: moto's server, in threads of the tests' process."""

from __future__ import annotations

import itertools
import json
import logging
import urllib.request
from dataclasses import dataclass, field
from typing import Any

from shadow_trainer.settings import Settings
from shadow_trainer.storage.s3 import S3Storage
from shadow_trainer.storage.s3_address import parse

KEYS = {"aws_access_key_id": "test-key", "aws_secret_access_key": "test-secret"}


@dataclass
class Service:
    """A running service; every test gets a bucket of its own."""

    server: Any
    url: str
    numbers: itertools.count = field(default_factory=itertools.count)

    @classmethod
    def start(cls) -> Service:
        """Start it on a free port."""
        from moto.server import ThreadedMotoServer

        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
        server.start()
        host, port = server.get_host_and_port()
        return cls(server, f"http://{host}:{port}")

    def stop(self) -> None:
        """End it; everything in it is gone."""
        self.server.stop()

    def new_bucket(self) -> str:
        """The address of an empty bucket, as a setting has it."""
        name = f"bucket-{next(self.numbers)}"
        address = self.address(name)
        self.open(address)._client.create_bucket(Bucket=name)
        return address

    def address(self, bucket: str, prefix: str = "films") -> str:
        """The address of a bucket that may not exist."""
        return f"s3://{bucket}/{prefix}?endpoint={self.url}&region=us-east-1"

    def open(self, address: str, **changes: Any) -> S3Storage:
        """The storage at an address."""
        return S3Storage(parse(address), Settings(**{**KEYS, **changes}))

    def demand_keys(self, after: int | str) -> None:
        """Check keys and permissions after so many requests (``inf``: never, as at first)."""
        request = urllib.request.Request(
            f"{self.url}/moto-api/reset-auth",
            data=str(after).encode(),
            headers={"Content-Type": "text/plain"},
        )
        with urllib.request.urlopen(request) as answer:
            assert json.loads(answer.read())["status"] == "ok"
