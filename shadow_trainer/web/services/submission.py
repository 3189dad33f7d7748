"""The submission that comes with a video: options of its analysis, athlete, day, note and priority."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from ...catalog import Athlete
from ...catalog.statistics import BULK
from ...errors import BadRequest, FieldErrors
from ...jobs.pipeline.request import AnalysisRequest
from ..accounts.viewer import catalog, viewer
from ..forms.analysis import options_from
from ..forms.athlete import HANDS
from ..forms.fields import day_of, note_of, tags_of
from ..http.services import current
from . import athletes, references


@dataclass(frozen=True)
class Submission:
    """Everything a form says about a video. ``athlete``: a number, ``new`` or empty, as the form has it."""

    options: AnalysisRequest
    form: Mapping[str, str]
    athlete: Athlete | None = None
    recorded_on: date | None = None
    notes: str = ""
    tags: tuple[str, ...] = ()
    queue: str = "pose"

    def columns(self) -> dict[str, Any]:
        """What the analysis' row gets. A new athlete is made here, when the video has arrived."""
        athlete = self.athlete or _new_athlete(self.form)
        return {
            "athlete_id": athlete.id if athlete else None,
            "recorded_on": self.recorded_on,
            "notes": self.notes,
            "tags": list(self.tags),
            "queue": self.queue,
        }


def submission_from(form: Mapping[str, str]) -> Submission:
    """The submission of a form, with the athlete's hand, height and level where the form leaves them open.

    Raises FieldErrors with every wrong field, NotFound for an athlete who is not the viewer's.
    """
    errors: list[dict[str, str]] = []
    values: dict[str, Any] = {}
    try:
        options = options_from(form, default_model=current().settings.model_size)
        options = replace(options, reference=references.option_of(options.reference))
    except FieldErrors as error:
        errors += error.errors
        options = AnalysisRequest()
    for name, read in (("recorded_on", day_of), ("notes", note_of), ("tags", tags_of)):
        try:
            values[name] = read(form.get(name, ""))
        except BadRequest as error:
            errors.append({"field": name, **error.as_dict()})
    choice = form.get("athlete", "")
    athlete = athletes.find(choice) if choice not in ("", athletes.NEW) else None
    if choice == athletes.NEW and not form.get("new_athlete", "").strip():
        words = {"code": "bad_athlete_name", "message": "The new athlete has no name.", "fix": "Write it."}
        errors.append({"field": "new_athlete", **words})
    if errors:
        raise FieldErrors.of(errors)
    return Submission(
        options=_with_defaults(options, form, athlete),
        form=form,
        athlete=athlete,
        recorded_on=values["recorded_on"],
        notes=values["notes"],
        tags=tuple(values["tags"]),
        # What nobody sits and waits for, such as the later videos of many.
        queue=BULK if form.get("bulk") == "1" else "pose",
    )


def _with_defaults(
    options: AnalysisRequest, form: Mapping[str, str], athlete: Athlete | None
) -> AnalysisRequest:
    open_ones = {
        name: value
        for name, value in athletes.defaults(athlete).items()
        if form.get(name, "").strip() in ("", "auto")
    }
    return replace(options, **open_ones)


def _new_athlete(form: Mapping[str, str]) -> Athlete | None:
    """The athlete whom the form names as new; the one who has that name already when there is one.

    Several videos of one form come one after the other, each with the same new name.
    """
    name = " ".join(form.get("new_athlete", "").split())
    if not name or form.get("athlete", "") not in ("", athletes.NEW):
        return None
    for known in catalog().athletes.all(archived=None):
        # An admin is shown everybody's; of one name there may be several.
        if known.name.lower() == name.lower() and known.owner_id == viewer().user_id:
            return known
    facts = {"name": name, "height_m": form.get("height_m", ""), "level": form.get("level", "")}
    hand = form.get("throws", "")
    return athletes.create({**facts, "throws": hand if hand in HANDS else ""})
