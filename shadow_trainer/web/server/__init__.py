"""How gunicorn serves the site: no client, however slow it sends or reads, holds a thread that pages need."""
