"""Motion from elsewhere as a reference or as joints to measure: H36M arrays (NPZ, NPY), TRC, C3D, BVH."""

from .labels import label_map
from .motion import Motion
from .pose_file import checked_pose
from .read import FORMATS, read
from .reference import as_reference, as_series

__all__ = ["FORMATS", "Motion", "as_reference", "as_series", "checked_pose", "label_map", "read"]
