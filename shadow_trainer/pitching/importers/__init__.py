"""Motion from elsewhere as a reference: H36M arrays (NPZ, NPY), TRC, C3D, BVH."""

from .motion import Motion
from .read import FORMATS, read
from .reference import as_reference

__all__ = ["FORMATS", "Motion", "as_reference", "read"]
