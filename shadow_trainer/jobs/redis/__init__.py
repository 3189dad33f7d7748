"""The connection to Redis, the embedded server, and the leader's lock."""
