"""gunicorn: threads, so that slow uploads and long films do not hold the site; the address from settings."""

from shadow_trainer import logs
from shadow_trainer.settings import load

settings = load()

bind = f"{settings.host}:{settings.port}"
worker_class = "gthread"
# In legacy mode the jobs live in this process's threads: one process, or each would have a queue of its own.
workers = settings.web_workers if settings.use_rq else 1
threads = settings.web_threads
timeout = 120
graceful_timeout = 30
keepalive = 5
logconfig_dict = logs.config(settings, "web")
