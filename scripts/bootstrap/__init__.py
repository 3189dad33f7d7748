"""Set-up of a fresh machine with the standard library alone: it runs before anything is installed."""
