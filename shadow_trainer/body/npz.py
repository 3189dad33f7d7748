"""Reading of .npz archives, closed again also when they are broken."""

from __future__ import annotations

import os
from typing import IO, Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray


def read_arrays(source: str | os.PathLike[str] | IO[bytes]) -> dict[str, NDArray[Any]]:
    """Name -> array of an archive (a path or an open file); ValueError or OSError when it is not one.

    numpy opens a path itself and leaves it open when the archive in it is broken.
    """
    if isinstance(source, str | os.PathLike):
        with open(source, "rb") as file:
            return read_arrays(file)
    try:
        with np.load(source, allow_pickle=False) as archive:
            return {name: archive[name] for name in archive.files}
    except (BadZipFile, EOFError, AttributeError, TypeError) as error:
        # A single array has no context and no names; numpy says so in words of its own.
        raise ValueError("not an archive of arrays") from error
