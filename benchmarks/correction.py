"""What a moved event costs: the analysis of one delivery again, in CPU seconds, at the usual frame rates.

python -m benchmarks.correction
"""

from __future__ import annotations

import time

from shadow_trainer import pitching
from tests.pitching import bodies

TIMES = 10


def main() -> None:
    """Print a line for each frame rate; the first analysis, which loads scipy, does not count."""
    for fps in (30.0, 60.0, 120.0, 240.0):
        series = bodies.pitch(fps)
        pitching.analyse(series, throws="right")
        began = time.process_time()
        for _ in range(TIMES):
            pitching.analyse(series, throws="right", events={0: {"release": 1.95}})
        print(f"{fps:5.0f} fps  {(time.process_time() - began) / TIMES:.3f} s")


if __name__ == "__main__":
    main()
