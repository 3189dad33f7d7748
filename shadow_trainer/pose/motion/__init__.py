"""Raw landmarks of one athlete -> consistent metric 3D (see ``solve``)."""

from .camera import Camera, project
from .solve import solve

__all__ = ["Camera", "project", "solve"]
