"""What each route of the API takes and answers. A route without a line here fails a test."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ...jobs.pipeline.request import MODEL_SIZES
from ...jobs.pipeline.shadow_file import MODES
from ...pitching.reference.retarget import PINS
from ..forms import old_names

JSON, FORM = "application/json", "multipart/form-data"
VIDEO, ANY = "video/mp4", "application/octet-stream"


@dataclass(frozen=True)
class Operation:
    """``answers``: status -> name of a schema, a media type, or nothing; ``query``: names of :data:`QUERY`;
    ``body``: media type -> schema; ``once``: whether an Idempotency-Key is understood; ``successor``: the endpoint that
    has taken the place of a deprecated one."""

    answers: Mapping[int, str]
    query: tuple[str, ...] = ()
    body: Mapping[str, Any] = field(default_factory=dict)
    body_needed: bool = True
    once: bool = False
    successor: str = ""


def _ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def _query(name: str, words: str, **schema: Any) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": False, "description": words, "schema": schema}


QUERY = {
    "part": _query("part", "Only one of both", type="string", enum=["2d", "3d"]),
    "as": _query("as", "`packed`: the numbers as base64 of little-endian integers", type="string"),
    "mode": _query("mode", "How the shadow plays", type="string", enum=list(MODES)),
    "pin": _query("pin", "Where the shadow is held to the athlete", type="string", enum=list(PINS)),
    "purge": _query("purge", "`1`: for good, also from the trash", type="string", enum=["0", "1"]),
    "delivery": _query("delivery", "Index of a pitch", type="integer", minimum=0),
    "model_size": _query("model_size", "The same as the field", type="string", enum=list(MODEL_SIZES)),
    old_names.LEFTY: _query(old_names.LEFTY, "`true` is throws=left, `false` throws=right", type="boolean"),
    old_names.FILE: _query(old_names.FILE, "A reference, with or without a suffix", type="string"),
}
ONCE = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "A key for this video: sent again with the same one, it is the same analysis",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!#-~]+$"},
}
UPLOAD = {
    "allOf": [
        _ref("Options"),
        {
            "type": "object",
            "required": ["video"],
            "properties": {"video": {"type": "string", "contentMediaType": ANY}},
        },
    ]
}
SAMPLE_BODY = {JSON: _ref("SampleOptions")}
OPERATIONS: dict[str, Operation] = {
    "api.upload": Operation({202: "Accepted"}, query=old_names.QUERY, body={FORM: UPLOAD}, once=True),
    "api.sample_lefty": Operation(
        {202: "Accepted"}, query=old_names.QUERY, body=SAMPLE_BODY, body_needed=False, once=True
    ),
    "api.status": Operation({200: "Status"}),
    "api.info": Operation({200: "Info"}),
    "api.download": Operation({200: VIDEO, 202: "Drawing", 206: VIDEO}),
    "api.preview_original": Operation({200: VIDEO, 206: VIDEO}),
    "api.preview_processed": Operation({200: VIDEO, 202: "Drawing", 206: VIDEO}),
    "api.preview": Operation({200: VIDEO, 202: "Drawing", 206: VIDEO}, successor="api.preview_processed"),
    "api.terminate": Operation({200: "Status"}),
    "api.retry": Operation({202: "Accepted"}),
    "api.delete": Operation({204: ""}, query=("purge",)),
    "direct_upload.presign": Operation(
        {200: "Ticket"}, body={"application/x-www-form-urlencoded": _ref("TicketRequest")}
    ),
    "direct_upload.complete": Operation(
        {202: "Accepted"}, body={"application/x-www-form-urlencoded": _ref("Claim")}
    ),
    "evaluation.get_3d_keypoints": Operation(
        {200: "Keypoints", 202: "Accepted"},
        query=old_names.QUERY,
        body={FORM: UPLOAD, JSON: _ref("Job")},
        once=True,
    ),
    "evaluation.generate_evaluation": Operation(
        {200: "Evaluation"}, body={JSON: _ref("Assumptions")}, body_needed=False
    ),
    "results.keypoints_user": Operation({200: "Keypoints"}, query=("part", "as")),
    "results.keypoints_pro": Operation({200: "Keypoints"}, query=("mode", "pin", "part", "as")),
    "results.export": Operation({200: ANY}, query=("delivery",)),
    "results.plot": Operation({200: "image/svg+xml"}, query=("delivery",)),
    "results.charts_data": Operation({200: JSON}, query=("delivery",)),
    "results.pitch": Operation({200: JSON}),
    "results.move_events": Operation({200: JSON}, body={JSON: _ref("MovedEvents")}),
    "results.assume": Operation({200: JSON}, body={JSON: _ref("Assumptions")}),
    "pitches.add": Operation({200: JSON, 202: "Accepted"}, body={JSON: _ref("PitchVerdict")}),
    "pitches.drop": Operation({200: JSON, 202: "Accepted"}),
    "joints.show": Operation({200: "SetJoints"}),
    "joints.add": Operation({200: JSON}, body={JSON: _ref("JointSteps")}),
    "joints.drop": Operation({200: JSON}, body={JSON: _ref("Revision")}, body_needed=False),
    "joints.undo": Operation({200: JSON}, body={JSON: _ref("Revision")}, body_needed=False),
    "joints.redo": Operation({200: JSON}, body={JSON: _ref("Revision")}, body_needed=False),
    "references.listed": Operation({200: "References"}),
    "references.listed_as_files": Operation({200: "ReferenceFiles"}, successor="references.listed"),
    "health.health": Operation({200: "Health"}),
    "health.ready": Operation({200: "Ready", 503: "Ready"}),
    "prometheus.metrics": Operation({200: "text/plain"}),
    "openapi.document": Operation({200: JSON}),
}
