"""Prometheus metrics of requests and uploads, added up over every web process of this machine.

gunicorn's configuration names a folder in PROMETHEUS_MULTIPROC_DIR before anything is imported; each process then
counts in a file of its own there, and whichever process is asked adds them up. Without it (tests) the process
counts for itself. The label ``route`` is the rule, never the address: no id becomes a label.
"""

from __future__ import annotations

import os
import time

from flask import Flask, Response, g, request
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest, multiprocess

OWN = CollectorRegistry()
REQUESTS = Counter("shadow_http_requests", "Requests answered.", ["method", "route", "status"], registry=OWN)
SECONDS = Histogram(
    "shadow_http_request_seconds",
    "Time to answer, without the sending of videos.",
    ["route"],
    buckets=(0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60, 300),
    registry=OWN,
)
UPLOADS = Counter("shadow_uploads", "Uploads by what came of them.", ["outcome"], registry=OWN)
UPLOAD_BYTES = Counter("shadow_upload_bytes", "Bytes of accepted uploads.", registry=OWN)
UPLOAD_SECONDS = Histogram(
    "shadow_upload_seconds",
    "From the head of an upload to the answer.",
    buckets=(0.1, 0.5, 1, 5, 15, 60, 300, 900),
    registry=OWN,
)
METHODS = {"GET", "HEAD", "POST", "DELETE", "PUT", "PATCH", "OPTIONS"}


def init_app(app: Flask) -> None:
    """Count what goes through this application."""
    app.before_request(_begin)
    app.after_request(_end)


def exposition() -> str:
    """Everything counted so far."""
    registry = OWN
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        registry = CollectorRegistry()
        multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return generate_latest(registry).decode()


def _begin() -> None:
    g.began = time.perf_counter()


def _end(response: Response) -> Response:
    took = time.perf_counter() - g.get("began", time.perf_counter())
    route = request.url_rule.rule if request.url_rule else "unmatched"
    method = request.method if request.method in METHODS else "other"
    REQUESTS.labels(method, route, str(response.status_code)).inc()
    SECONDS.labels(route).observe(took)
    if request.method == "POST" and request.mimetype == "multipart/form-data":
        accepted = response.status_code in (202, 303)
        UPLOADS.labels("accepted" if accepted else f"refused_{response.status_code}").inc()
        UPLOAD_SECONDS.observe(took)
        if accepted:
            UPLOAD_BYTES.inc(request.content_length or 0)
    return response
