"""Corrections of a finished analysis, each bound to the attempt and the correction that it began with.

A correction is measured for seconds, on any web machine, without holding anything. When its files and its row are
to be replaced, the row is locked and compared with what the correction began with: a run that was started since, or
another correction that was published since, refuses it. The lock is held while the files are replaced, so that
neither can begin in between.

    basis = Basis.of(row)
    ...
    catalog.corrections.publish(row.id, basis, correction, replace_files)     # Conflict: measure again, or give up
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete
from sqlalchemy.orm import Session

from ..errors import Conflict, NotFound
from ..vocabulary import State
from .attempt_ends import OPTIONS
from .models import Analysis, Delivery
from .repository import Repository
from .types import utcnow

OVERTAKEN = "corrected_meanwhile"
RUN_AGAIN = "run_again_meanwhile"


@dataclass(frozen=True)
class Basis:
    """What a correction began with: the attempt, the correction before it (None: none), and the options."""

    attempt: int
    revision: str | None
    options: Mapping[str, Any]

    @classmethod
    def of(cls, row: Analysis) -> Basis:
        """From a completed analysis; Conflict while it is not finished."""
        if row.state != State.COMPLETED:
            raise Conflict(f"There are no numbers yet: this analysis is {row.state}.", code="not_completed")
        return cls(row.attempt, row.revision, dict(row.options))


@dataclass(frozen=True)
class Correction:
    """What a correction changes in the row; ``revision`` is its own token, ``removed`` are files that went."""

    revision: str
    result: Mapping[str, Any]
    deliveries: list[dict[str, Any]]
    options: Mapping[str, Any]
    warnings: list[Any]
    files: list[str]
    removed: list[str]


class Corrections(Repository):
    """Publishes corrections."""

    def publish(
        self, analysis_id: str, basis: Basis, correction: Correction, replace_files: Callable[[], None]
    ) -> None:
        """Replace the files and the row of an analysis together, unless it is no longer as ``basis`` says.

        ``replace_files`` runs while the row is locked, perhaps twice; it must be quick. Doing all of it again after
        an unclear commit finds it done. Raises NotFound for an analysis that is gone, Conflict with the code
        :data:`RUN_AGAIN` or :data:`OVERTAKEN`.
        """

        def work(session: Session) -> None:
            row = _locked(session, analysis_id)
            if row.revision == correction.revision and row.attempt == basis.attempt:
                return
            _check(row, basis)
            replace_files()
            session.execute(delete(Delivery).where(Delivery.analysis_id == analysis_id))
            session.add_all(Delivery(analysis_id=analysis_id, **values) for values in correction.deliveries)
            row.revision, row.updated_at = correction.revision, utcnow()
            row.result = {**correction.result, OPTIONS: dict(correction.options)}
            row.options = dict(correction.options)
            row.warnings = list(correction.warnings)
            row.files = sorted({*row.files, *correction.files} - set(correction.removed))

        self.transact(work)

    def replace_files(
        self,
        analysis_id: str,
        basis: Basis,
        replace: Callable[[], None],
        *,
        added: Iterable[str] = (),
        removed: Iterable[str] = (),
    ) -> bool:
        """Replace files that follow from the numbers (what is drawn of them) while these are the last; else False.

        ``added`` are files that were not there before, ``removed`` those that went.
        """

        def work(session: Session) -> bool:
            try:
                row = _locked(session, analysis_id)
                _check(row, basis)
            except (Conflict, NotFound):
                return False
            replace()
            row.files = sorted({*row.files, *added} - set(removed))
            return True

        return self.transact(work)


def _locked(session: Session, analysis_id: str) -> Analysis:
    row = session.get(Analysis, analysis_id, with_for_update=True)
    if row is None:
        raise NotFound(f"There is no analysis {analysis_id!r}.")
    return row


def _check(row: Analysis, basis: Basis) -> None:
    if row.state != State.COMPLETED or row.attempt != basis.attempt:
        raise Conflict("This analysis was run again meanwhile; the change was not made.", code=RUN_AGAIN)
    if row.revision != basis.revision or row.options != basis.options:
        raise Conflict("This analysis was changed meanwhile; this change was not made.", code=OVERTAKEN)
