"""Copies of everything that cannot be made again, and the way back from one."""

from .archive import Contents, create, read
from .restore import restore
from .verify import compare_storage, verify

__all__ = ["Contents", "compare_storage", "create", "read", "restore", "verify"]
