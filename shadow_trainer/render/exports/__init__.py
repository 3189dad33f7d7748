"""Files for other programs: CSV, JSON, NPZ, TRC, C3D, BVH. Nothing here needs cv2, so the web may use it.

**The world frame, said once.** Ours is: metres, X horizontal from the rubber to the plate, Z up,
Y = Z x X (toward first base); left-handers are not mirrored; NaN means not known. Every exporter
converts from it and says to what:

========  ==========================================================================================
format    frame
========  ==========================================================================================
CSV       ours, metres
JSON      ours, metres (`null` for not known)
NPZ       ours, metres
C3D       ours, millimetres (Z up is what Mokka and Visual3D expect); events in seconds
TRC       OpenSim's: millimetres, Y up: (x, y, z) = (X, Z, -Y)
BVH       Blender's and MotionBuilder's: centimetres, Y up: (x, y, z) = (X, Z, -Y)
========  ==========================================================================================
"""

from __future__ import annotations

from .tables import metrics_csv

__all__ = ["metrics_csv"]
