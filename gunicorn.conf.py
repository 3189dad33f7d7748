"""gunicorn's configuration, from the settings; gunicorn reads this file by itself."""

from pathlib import Path

from shadow_trainer import logs
from shadow_trainer.settings import load

settings = load()
bind = f"[{settings.host}]:{settings.port}" if ":" in settings.host else f"{settings.host}:{settings.port}"
# Threads, because one slow upload must not block everybody else's page.
worker_class = "gthread"
threads = settings.web_threads
# Legacy mode keeps its jobs in the memory of one process.
workers = settings.web_workers if settings.use_rq else 1
# The time without a sign of life after which a process is replaced; requests may take longer.
timeout = 120
graceful_timeout = 10
# The heartbeat file must not live on a slow disk.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108
logconfig_dict = logs.config(settings, "web")
# gunicorn cuts its loggers off from the root; its access lines would say again what the application says.
logconfig_dict["loggers"] |= {
    "gunicorn.error": {"propagate": True},
    "gunicorn.access": {"propagate": True, "level": "WARNING"},
}
