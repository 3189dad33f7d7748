"""What a platform provides: a Redis with TLS and a certificate of its own making, Postgres, a bucket."""

from __future__ import annotations

import ipaddress
import logging
import secrets
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import redis

BUCKET = "films-of-the-check"
KEYS = {"AWS_ACCESS_KEY_ID": "check", "AWS_SECRET_ACCESS_KEY": secrets.token_hex(8)}
START_S = 15.0


def free_port() -> int:
    """A port that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate for loopback that signs itself, and its key."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(x509.oid.NameOID.COMMON_NAME, "localhost")])
    names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .sign(key, hashes.SHA256())
    )
    cert_path, key_path = folder / "cert.pem", folder / "key.pem"
    cert_path.write_bytes(built.public_bytes(serialization.Encoding.PEM))
    plain = serialization.NoEncryption()
    form = serialization.PrivateFormat.PKCS8
    key_path.write_bytes(key.private_bytes(serialization.Encoding.PEM, form, plain))
    return cert_path, key_path


@contextmanager
def redis_with_tls(folder: Path) -> Iterator[str]:
    """A Redis that speaks TLS alone and asks for a password; its ``rediss://`` address."""
    binary = shutil.which("redis-server") or shutil.which("valkey-server")
    if binary is None:
        raise SystemExit("heroku-check: there is no redis-server here (Debian: apt-get install redis-server)")
    folder.mkdir()
    cert, key = certificate(folder)
    port, password = free_port(), secrets.token_hex(16)
    options = {
        "--port": "0", "--tls-port": str(port), "--bind": "127.0.0.1", "--requirepass": password,
        "--tls-cert-file": str(cert), "--tls-key-file": str(key), "--tls-ca-cert-file": str(cert),
        "--tls-auth-clients": "no", "--dir": str(folder), "--save": "", "--maxmemory-policy": "noeviction",
    }  # fmt: skip
    command = [binary, *(part for option in options.items() for part in option)]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)
    address = f"rediss://:{password}@127.0.0.1:{port}"
    try:
        _wait_for_redis(f"{address}?ssl_cert_reqs=none", process, folder / "log")
        yield address
    finally:
        process.terminate()
        process.wait()


def _wait_for_redis(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_S
    client = redis.Redis.from_url(address)
    while process.poll() is None and time.monotonic() < deadline:
        try:
            client.ping()
            return
        except redis.ConnectionError:
            time.sleep(0.05)
    raise SystemExit(f"heroku-check: the Redis with TLS did not start:\n{log.read_text()[-800:]}")


@contextmanager
def postgres() -> Iterator[str]:
    """A database as Heroku names it (``postgres://``); empty, and said so, where no server is installed."""
    from tests.catalog.postgres import Postgres

    server = Postgres.start()
    if server is None:
        yield ""
        return
    try:
        yield server.new_database()
    finally:
        server.stop()


@contextmanager
def bucket() -> Iterator[str]:
    """An empty bucket at an S3 service on loopback; its address as a setting has it."""
    import boto3
    from moto.server import ThreadedMotoServer

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        endpoint = f"http://{host}:{port}"
        keys = {name.lower(): value for name, value in KEYS.items()}
        client = boto3.client("s3", endpoint_url=endpoint, region_name="us-east-1", **keys)
        client.create_bucket(Bucket=BUCKET)
        yield f"s3://{BUCKET}/films?endpoint={endpoint}&region=us-east-1"
    finally:
        server.stop()
