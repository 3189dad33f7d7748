"""What every table has in common: the root of the models, the types of columns, the names of constraints."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, MetaData
from sqlalchemy.orm import DeclarativeBase

from .types import UtcDateTime

# None is SQL's NULL, not the JSON text `null`: `IS NULL` then finds it.
NullJson = JSON(none_as_null=True)
# Names for constraints, so that a migration can name what it changes on every database.
NAMES = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """Root of the models."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map = {datetime: UtcDateTime, dict[str, Any]: NullJson, list[Any]: NullJson}
