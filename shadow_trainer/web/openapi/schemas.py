"""JSON schemas of what goes in and out; those of the options are made from the options' own limits."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from ...jobs.pipeline import assumptions, joints, verdicts
from ...jobs.pipeline.request import (
    CAPTURE_FPS_RANGE,
    HEIGHT_M_RANGE,
    LEVELS,
    MODEL_SIZES,
    PART_S_RANGE,
    THROWS,
    TURNS_DEG,
    VIEWS,
    AnalysisRequest,
)
from ...vocabulary import EVENTS, JointEditKind, State, Verdict

TEXT, NUMBER, WHOLE, FLAG = ({"type": kind} for kind in ("string", "number", "integer", "boolean"))
ADDRESS = {"type": "string", "format": "uri-reference"}
TIME = {"type": "string", "format": "date-time"}
OPTIONS: dict[str, dict[str, Any]] = {
    "throws": {"enum": list(THROWS)},
    "view": {"enum": list(VIEWS)},
    "model_size": {"enum": list(MODEL_SIZES)},
    "capture_fps": {"type": "number", "minimum": CAPTURE_FPS_RANGE[0], "maximum": CAPTURE_FPS_RANGE[1]},
    "height_m": {"type": "number", "minimum": HEIGHT_M_RANGE[0], "maximum": HEIGHT_M_RANGE[1]},
    "reference": {"type": "string", "description": "From /pro-keypoints/list, or `none`"},
    "person": {"type": "integer", "minimum": 0},
    "level": {"enum": list(LEVELS)},
    "start_s": {"type": "number", "minimum": PART_S_RANGE[0], "maximum": PART_S_RANGE[1]},
    "end_s": {"type": "number", "minimum": PART_S_RANGE[0], "maximum": PART_S_RANGE[1]},
    "turn_deg": {"enum": list(TURNS_DEG)},
    "verdicts": {
        "type": "array",
        "maxItems": verdicts.MOST,
        "items": {
            "type": "object",
            "properties": {
                "at_s": {"type": "number", "minimum": 0, "maximum": verdicts.LONGEST_S},
                "verdict": {"enum": list(Verdict)},
                "person": {"type": ["integer", "null"], "minimum": 0},
            },
            "required": ["at_s", "verdict"],
            "additionalProperties": False,
        },
    },
}

# Of clients of the first release.
OLD: dict[str, dict[str, Any]] = {
    "is_lefty": {"type": "boolean", "deprecated": True, "description": "`true` is throws=left"},
    "pro_keypoints_filename": {"type": "string", "deprecated": True, "description": "The same as reference"},
}


def schemas() -> dict[str, Any]:
    """Name -> schema."""
    return {
        "Problem": _problem(),
        "Options": _object(_options(), ()),
        "SampleOptions": _object({**_options(), "at_front": FLAG}, ()),
        "Assumptions": _object({name: _or_null(OPTIONS[name]) for name in assumptions.FIELDS}, ()),
        "Accepted": _object(
            {"job_id": TEXT, "status": TEXT, "status_url": ADDRESS, "result_url": ADDRESS, "message": TEXT}
            | {"estimated_time": {"type": ["number", "null"], "description": "Seconds to its end"}}
        ),
        "Status": _status(),
        "Info": _info(),
        "Job": _object({"job_id": TEXT}),
        "Drawing": _object(
            {"job_id": TEXT, "video": TEXT, "status": TEXT, "progress": NUMBER, "message": TEXT}
        ),
        "Keypoints": _keypoints(),
        "MovedEvents": _moved_events(),
        "PitchVerdict": _pitch_verdict(),
        **_joints(),
        "Evaluation": _evaluation(),
        "ReferenceFiles": _object(
            {
                "references": {"type": "array", "items": _reference()},
                "files": {"type": "array", "items": TEXT},
            }
        ),
        "References": _object({"references": {"type": "array", "items": _reference()}}),
        "TicketRequest": _object({"name": TEXT, "size_bytes": WHOLE}),
        "Ticket": _object({"url": ADDRESS, "fields": {"type": "object"}, "claim": TEXT}),
        "Claim": _object({"claim": TEXT}),
        "Health": _health(),
        "Ready": _object({"status": TEXT, "checks": {"type": "object"}}),
    }


def _object(properties: dict[str, Any], required: tuple[str, ...] | None = None) -> dict[str, Any]:
    needed = list(properties if required is None else required)
    return {"type": "object", "properties": properties, **({"required": needed} if needed else {})}


def _or_null(schema: dict[str, Any]) -> dict[str, Any]:
    return {"anyOf": [schema, {"type": "null"}]}


def _options() -> dict[str, Any]:
    names = [field.name for field in fields(AnalysisRequest) if field.name not in ("moved", "joints")]
    return {name: OPTIONS[name] for name in names} | OLD


def _info() -> dict[str, Any]:
    drawn = "The drawn videos; one that is not among the files is drawn when it is asked for"
    addresses = {"type": "object", "additionalProperties": ADDRESS}
    return _object(
        {
            "job_id": TEXT,
            "title": TEXT,
            "original_name": TEXT,
            "status": {"enum": list(tuple(State))},
            "options": {"type": "object"},
            "files": addresses,
            "videos": {**addresses, "description": drawn},
            "created_at": TIME,
            "analysis": {"type": ["object", "null"], "description": "The whole of analysis.json"},
        }
    )


def _health() -> dict[str, Any]:
    return _object(
        {
            "status": {"enum": ["healthy"]},
            "timestamp": TIME,
            "config": {"enum": ["single-user", "accounts"]},
            "device": {"enum": ["auto", "cpu", "cuda"]},
            "job_manager_type": {"enum": ["rq", "threads", "rq+threads"]},
            "rq_enabled": FLAG,
            "active_jobs": {"type": ["integer", "null"]},
        }
    )


def _problem() -> dict[str, Any]:
    error = _object({"field": TEXT, "code": TEXT, "message": TEXT, "fix": TEXT})
    names = ("type", "title", "detail", "instance", "code", "message", "fix", "request_id")
    return _object(
        {**dict.fromkeys(names, TEXT), "status": WHOLE, "errors": {"type": "array", "items": error}}
    )


def _status() -> dict[str, Any]:
    error = _or_null(_object({"code": TEXT, "message": TEXT, "fix": TEXT}))
    return _object(
        {
            "job_id": TEXT,
            "status": {"enum": list(tuple(State))},
            "stage": TEXT,
            "progress": {"type": "number", "minimum": 0, "maximum": 100},
            "message": TEXT,
            "queue_position": _or_null(WHOLE),
            "eta_s": _or_null(NUMBER),
            "estimated_time": {"type": ["number", "null"], "description": "The same as eta_s"},
            "attempts": WHOLE,
            "error": error,
            "result_url": _or_null(ADDRESS),
            "created_at": TIME,
            "updated_at": TIME,
        }
    )


def _keypoints() -> dict[str, Any]:
    rows = {"type": "array", "items": {"type": ["array", "null"]}}
    return _object(
        {
            "schema": TEXT,
            "landmarks": {"type": "array", "items": TEXT},
            "time_s": {"type": "array", "items": NUMBER},
            "measured": {"type": "array", "items": WHOLE},
            "frames": rows,
            "confidence": rows,
            "world": rows,
        },
        ("schema", "landmarks", "time_s", "measured"),
    )


def _reference() -> dict[str, Any]:
    return _object(
        {
            "reference": TEXT,
            "name": TEXT,
            "built_in": FLAG,
            "level": TEXT,
            "hand": {"enum": ["right", "left"]},
            "height_m": NUMBER,
            "duration_s": NUMBER,
            "source": TEXT,
        }
    )


def _moved_events() -> dict[str, Any]:
    return _object(
        {
            "delivery": {"type": "integer", "minimum": 0},
            "events": {"type": "object", "properties": {name: NUMBER for name in EVENTS}},
        },
        ("events",),
    )


def _pitch_verdict() -> dict[str, Any]:
    known = {
        "at_s": {"type": "number", "minimum": 0},
        "verdict": {"enum": [*Verdict, None]},
        "person": {"type": ["integer", "null"], "minimum": 0},
    }
    return _object(known, ("at_s",))


def _joints() -> dict[str, Any]:
    revision = {
        "type": ["string", "null"],
        "description": "Of the numbers that were seen; 409 once it is another",
    }
    second = {"type": "number", "minimum": 0}
    step = {
        "kind": {"enum": list(JointEditKind)},
        "joint": {"enum": [*joints.SETTABLE, *joints.LIMBS]},
        "at_s": second,
        "to_s": _or_null(second),
        "x": NUMBER,
        "y": NUMBER,
        "sigma_px": {"type": "number", "minimum": joints.SIGMA_PX[0], "maximum": joints.SIGMA_PX[1]},
    }
    steps = {"type": "array", "minItems": 1, "items": _object(step, ("kind", "joint", "at_s"))}
    many = {"type": "array", "items": {"type": "object"}}
    counted = {"revision": revision, "undo": WHOLE, "redo": WHOLE, "possible": FLAG}
    return {
        "JointSteps": _object({"revision": revision, "steps": steps}, ("steps",)),
        "Revision": _object({"revision": revision}, ()),
        "SetJoints": _object({**counted, "joints": many, "guide": many}),
    }


def _evaluation() -> dict[str, Any]:
    names = ("title", "text", "level", "drill", "certainty", "event", "source")
    one = {**dict.fromkeys(names, TEXT), "marked": {"type": "boolean"}}
    findings = {"type": "array", "items": _object(one)}
    pitch = {
        "index": WHOLE,
        "faults": findings,
        "strengths": findings,
        "reference": _or_null(TEXT),
        "similarity": _or_null(WHOLE),
    }
    many = {"type": "array", "items": {"type": "object"}}
    return _object(
        {
            "job_id": TEXT,
            "level": TEXT,
            "note": TEXT,
            "deliveries": {"type": "array", "items": _object(pitch)},
            "consistency": many,
            "repeated": many,
            "changing": {"type": "array", "items": TEXT},
            "warnings": many,
        }
    )
