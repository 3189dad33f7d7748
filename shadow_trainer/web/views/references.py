"""The references: the library of deliveries to compare with, and how one gets into it."""

from __future__ import annotations

import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from flask import Blueprint, Flask, current_app, flash, jsonify, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from ...catalog import Reference as Row
from ...catalog.references import NOTE
from ...errors import BadRequest, ShadowError, TooLarge
from ...labels import event_label, readable
from ...pitching import importers
from ...pitching.reference import Reference, from_delivery
from ...vocabulary import EVENTS
from ..forms.analysis import LEVEL_CHOICES, parse_height
from ..forms.athlete import HANDS
from ..services import analyses, motion_import, references
from ..uploads.receive import display_name
from ..uploads.stream import MB, MOTION_MAX_MB, area, upload_of

blueprint = Blueprint("references", __name__)

UNPACKED_MAX_MB = 400
FPS_RANGE = (1.0, 2000.0)
FORM_DEFAULTS = {"hand": "auto", "level": "adult"}
HAND_CHOICES = [("auto", "Auto-detect"), ("right", "Right"), ("left", "Left")]


def init_app(app: Flask) -> None:
    """Add the pages, and the list for programs."""
    app.register_blueprint(blueprint)
    app.jinja_env.globals["levels"] = LEVEL_CHOICES


@blueprint.get("/pro-keypoints/list")
def listed() -> Response:
    """Every reference that the caller may choose: ``reference`` is what an analysis' option takes."""
    return jsonify(references=[_as_json(reference) for reference in references.all_()])


@blueprint.get("/pro_keypoints/list")
def listed_as_files() -> Response:
    """Deprecated: the same as ``/pro-keypoints/list``, with the names that ``pro_keypoints_filename`` takes."""
    known = references.all_()
    return jsonify(references=[_as_json(each) for each in known], files=[each.key for each in known])


@blueprint.get("/references")
def index() -> str:
    """The library, and a form for a file from elsewhere."""
    return _index({})


@blueprint.get("/references/<place>")
def reference(place: str) -> str:
    """One reference: the delivery in pictures, its facts, and what was understood of an imported file."""
    return _reference(place)


@blueprint.post("/references/<place>/edit")
def edit(place: str) -> Response | tuple[str, int]:
    """Give a reference another name and note, or show the page again with what is wrong."""
    try:
        references.edit(place, name=request.form.get("name", ""), note=request.form.get("note", ""))
    except BadRequest as error:
        return _reference(place, request.form.to_dict(), error), error.http_status
    flash("Saved.")
    return redirect(url_for("references.reference", place=place), code=303)


def _reference(
    place: str, values: Mapping[str, str] | None = None, problem: ShadowError | None = None
) -> str:
    shown, row = references.find(place)
    events = [(event_label(name), shown.facts["events"][name]) for name in EVENTS]
    zero = shown.facts["events"]["foot_contact"]
    source = row.source_analysis_id if row is not None else None
    return render_template(
        "reference.html",
        reference=shown,
        events=[(label, when, when - zero) for label, when in events],
        labels=[
            (readable(name), " + ".join(used)) for name, used in (shown.facts.get("labels") or {}).items()
        ],
        source=source if source and analyses.is_there(source) else None,
        source_delivery=row.source_delivery if row is not None else None,
        editable=row is not None,
        note=(row.data.get(NOTE) or "") if row is not None else "",
        values=values,
        problem=problem,
    )


@blueprint.post("/references")
def import_() -> Response | tuple[str, int]:
    """Import a motion file as a reference, or show the form again with what is wrong."""
    try:
        row = _imported(request.form)
    except ShadowError as error:
        return _index(request.form.to_dict(), error), error.http_status
    flash(f"“{row.name}” was imported. Check below what was understood.")
    return redirect(url_for("references.reference", place=row.id), code=303)


@blueprint.post("/analyses/<analysis_id>/reference")
def from_analysis(analysis_id: str) -> Response:
    """Save a pitch of a finished analysis as a reference."""
    row = analyses.completed(analysis_id)
    document, place = analyses.read_document(row.id), _place(request.form.get("delivery", "0"))
    reference = from_delivery(
        analyses.read_pose(row.id),
        document,
        place,
        name=references.checked_name(request.form.get("name", "")),
        level=references.checked_level(request.form.get("level", "adult")),
        source=f"Measured from the video “{row.title}”",
    )
    saved = references.save(
        reference, name=reference.name, more={}, source_analysis_id=row.id, source_delivery=place
    )
    flash(f"“{saved.name}” is a reference now. Choose it as the shadow of an analysis.")
    return redirect(url_for("references.reference", place=saved.id), code=303)


@blueprint.post("/references/<place>/delete")
def delete(place: str) -> Response:
    """Delete a reference."""
    flash(f"“{references.delete(place)}” was deleted.")
    return redirect(url_for("references.index"), code=303)


def _index(values: Mapping[str, str], problem: ShadowError | None = None) -> str:
    return render_template(
        "references.html",
        references=references.all_(),
        values={**FORM_DEFAULTS, **values},
        problem=problem,
        errors=problem.errors if problem else [],
        hands=HAND_CHOICES,
        formats=tuple(importers.FORMATS),
        max_mb=MOTION_MAX_MB,
    )


def _imported(form: Mapping[str, str]) -> Row:
    """The uploaded motion file as a saved reference."""
    name, level = (
        references.checked_name(form.get("name", "")),
        references.checked_level(form.get("level", "adult")),
    )
    hand = form.get("hand", "auto")
    if hand not in ("auto", *HANDS):
        raise BadRequest("The hand is right, left or to be found out.", code="bad_hand")
    height, fps = form.get("height_m", "").strip(), _fps(form.get("fps", ""))
    height_m = parse_height(height) if height else None
    labels = importers.label_map(filter(None, map(str.strip, form.get("labels", "").splitlines())))
    with tempfile.TemporaryDirectory(dir=area(current_app), prefix="import-") as folder:
        path, shown_as = _received(Path(folder))
        options: dict[str, Any] = {
            "name": name,
            "hand": hand,
            "level": level,
            "height_m": height_m,
            "fps": fps,
        }
        try:
            read = motion_import.imported(path, labels=labels, **options)
        except BadRequest as error:
            # The coach knows the file by its own name.
            said = error.message.replace(path.name, shown_as)
            raise BadRequest(said, code=error.code, fix=error.fix) from error
    notes = [*read.understood["notes"], *_guessed(read.reference, hand, height_m)]
    more = {**read.understood, "notes": notes, "file": shown_as}
    return references.save(read.reference, name=name, more=more)


def _guessed(reference: Reference, hand: str, height_m: float | None) -> list[str]:
    """What the form left open, and what it was taken for."""
    notes = [f"the throwing hand taken for the {reference.hand} one"] if hand == "auto" else []
    return notes if height_m else [*notes, f"the height taken from the bones: {reference.height_m:.2f} m"]


def _received(folder: Path) -> tuple[Path, str]:
    """The uploaded file under a name with its own extension, and the name to show."""
    file = request.files.get("motion")
    if file is None or not file.filename:
        raise BadRequest("No file was chosen.", code="no_file", fix="Choose a motion file.")
    suffix = Path(file.filename).suffix.lower()
    path = folder / f"motion{suffix if suffix in importers.FORMATS else ''}"
    upload = upload_of(file)
    upload.finish().rename(path)
    if suffix == ".npz" and _unpacked(path) > UNPACKED_MAX_MB * MB:
        raise TooLarge("The arrays in this file are too large.", fix="Save only the joints of the pitch.")
    return path, display_name(file.filename)


def _unpacked(path: Path) -> int:
    """Bytes that an archive says it holds; a file that is no archive is the reader's to refuse."""
    try:
        with zipfile.ZipFile(path) as archive:
            return sum(entry.file_size for entry in archive.infolist())
    except zipfile.BadZipFile:
        return 0


def _fps(text: str) -> float | None:
    if not text.strip():
        return None
    try:
        fps = float(text.replace(",", "."))
    except ValueError:
        fps = 0.0
    if not FPS_RANGE[0] <= fps <= FPS_RANGE[1]:
        raise BadRequest(
            f"“{text[:20]}” is no frame rate.", code="bad_fps", fix="Write frames per second, such as 240."
        )
    return fps


def _place(text: str) -> int:
    if not (text.isdecimal() and len(text) < 6):
        raise BadRequest("delivery must be the index of a pitch, 0 or more.", code="bad_delivery")
    return int(text)


def _as_json(reference: references.ListedReference) -> dict[str, Any]:
    names = ("level", "hand", "height_m", "duration_s", "source")
    facts = {name: reference.facts.get(name) for name in names}
    return {"reference": reference.key, "name": reference.name, "built_in": reference.built_in, **facts}
