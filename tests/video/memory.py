"""How much memory this process has held at most, without what its parent held when it was started."""

from __future__ import annotations

import re
import resource
from pathlib import Path


def peak_mb() -> int:
    """Megabytes. Linux hands the peak of whoever starts a process on to it in ru_maxrss; VmHWM begins anew."""
    status = Path("/proc/self/status")
    if status.exists():
        return int(re.search(r"VmHWM:\s+(\d+) kB", status.read_text())[1]) // 1000
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1_000_000  # macOS counts bytes
