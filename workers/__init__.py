"""The processes beside the web: the worker with its persistent child, and the clock."""
