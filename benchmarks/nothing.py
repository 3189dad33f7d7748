"""The do-nothing job of `queue_overhead.py`, in a module that costs nothing to import."""


def nothing() -> None:
    """As little as can be."""
