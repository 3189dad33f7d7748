"""The revision of an analysis' numbers, and the one that its report shows; without what computes or draws."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from ...errors import NotFound
from ..attempt import publish

if TYPE_CHECKING:
    from ...storage import Storage

REVISION = "revision"
DRAWN = "drawn.json"


def drawn(storage: Storage, analysis_id: str) -> str | None:
    """The revision that they show; None when they are as the pipeline made them."""
    try:
        with storage.open(publish.key(analysis_id, DRAWN)) as file:
            return str(json.loads(file.read())[REVISION])
    except NotFound:
        return None
