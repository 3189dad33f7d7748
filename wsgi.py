"""What gunicorn loads: ``gunicorn wsgi:app``."""

from shadow_trainer import create_app

app = create_app()
