"""The shape of Heroku on one machine: the Procfile's own lines, no shared disk, TLS everywhere, a bucket."""
