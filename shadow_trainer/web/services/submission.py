"""What comes with a film: the options of its analysis, whose it is, when it was filmed, a note, how urgent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from ...catalog.statistics import BULK
from ...errors import BadRequest
from ...jobs.pipeline.request import AnalysisRequest
from ..accounts.viewer import new_owner, owner_filter
from ..forms import athlete as athlete_forms
from ..forms.analysis import FieldErrors, options_from
from ..http.services import current
from ..views.annotations import day_of, note_of, tags_of
from . import references


@dataclass(frozen=True)
class Wish:
    """Everything a form says about a film. ``athlete``: a number, ``new`` or empty, as the form has it."""

    options: AnalysisRequest
    form: Mapping[str, str]
    athlete: Any = None
    recorded_on: date | None = None
    notes: str = ""
    tags: tuple[str, ...] = ()
    queue: str = "pose"

    def columns(self) -> dict[str, Any]:
        """What the analysis' row gets. A new athlete is made here, when the film has arrived."""
        athlete = self.athlete or _new_athlete(self.form)
        return {
            "athlete_id": athlete.id if athlete else None,
            "recorded_on": self.recorded_on,
            "notes": self.notes,
            "tags": list(self.tags),
            "queue": self.queue,
        }


def wish_from(form: Mapping[str, str]) -> Wish:
    """A form's wish, with the athlete's hand, height and level where the form leaves them open.

    Raises FieldErrors with every wrong field, NotFound for an athlete who is not the viewer's.
    """
    errors: list[dict[str, str]] = []
    found: dict[str, Any] = {}
    try:
        options = options_from(form, default_model=current().settings.model_size)
        options = replace(options, reference=references.option_of(options.reference))
    except FieldErrors as error:
        errors += error.errors
        options = AnalysisRequest()
    for name, read in (("recorded_on", day_of), ("notes", note_of), ("tags", tags_of)):
        try:
            found[name] = read(form.get(name, ""))
        except BadRequest as error:
            errors.append({"field": name, **error.as_dict()})
    value = form.get("athlete", "")
    athlete = athlete_forms.find(value) if value not in ("", athlete_forms.NEW) else None
    if value == athlete_forms.NEW and not form.get("new_athlete", "").strip():
        words = {"code": "bad_athlete_name", "message": "The new athlete has no name.", "fix": "Write it."}
        errors.append({"field": "new_athlete", **words})
    if errors:
        raise FieldErrors(errors)
    return Wish(
        options=_with_defaults(options, form, athlete),
        form=form,
        athlete=athlete,
        recorded_on=found["recorded_on"],
        notes=found["notes"],
        tags=tuple(found["tags"]),
        # What nobody sits and waits for, such as the later films of many.
        queue=BULK if form.get("bulk") == "1" else "pose",
    )


def _with_defaults(options: AnalysisRequest, form: Mapping[str, str], athlete: Any) -> AnalysisRequest:
    open_ones = {
        name: value
        for name, value in athlete_forms.defaults(athlete).items()
        if form.get(name, "").strip() in ("", "auto")
    }
    return replace(options, **open_ones)


def _new_athlete(form: Mapping[str, str]) -> Any:
    """The athlete whom the form names as new; the one who has that name already when there is one.

    Several films of one form come one after the other, each with the same new name.
    """
    name = " ".join(form.get("new_athlete", "").split())
    if not name or form.get("athlete", "") not in ("", athlete_forms.NEW):
        return None
    for known in current().catalog.athletes.all(owner_id=owner_filter(), archived=None):
        # An admin is shown everybody's; of one name there may be several.
        if known.name.lower() == name.lower() and known.owner_id == new_owner():
            return known
    facts = {"name": name, "height_m": form.get("height_m", ""), "level": form.get("level", "")}
    hand = form.get("throws", "")
    return athlete_forms.create({**facts, "throws": hand if hand in athlete_forms.HANDS else ""})
