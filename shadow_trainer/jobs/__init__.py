"""Everything between a request and its result: pipeline, attempts, corrections, the queue, maintenance, backups."""
