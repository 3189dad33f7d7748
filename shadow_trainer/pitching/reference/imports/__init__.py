"""Motion from other systems as references: H36M arrays, TRC, C3D and BVH."""

from .importer import READERS, Imported, import_reference, read_motion

__all__ = ["READERS", "Imported", "import_reference", "read_motion"]
