"""The connection to Redis, the embedded server, the leader lock, and what we do inside RQ."""
