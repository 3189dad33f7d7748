"""What clients of the first release send beside a video, in the words of this one.

They send it in the address: ``?model_size=xs&is_lefty=true&pro_keypoints_filename=elite.npy``.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePath
from typing import Any

from ...errors import BadRequest
from ...vocabulary import Hand

LEFTY, FILE = "is_lefty", "pro_keypoints_filename"
QUERY = ("model_size", LEFTY, FILE)
YES, NO = {"true", "1", "yes", "on"}, {"false", "0", "no", "off"}


def given(query: Mapping[str, str], values: Mapping[str, Any]) -> dict[str, Any]:
    """Fields of a form or a JSON body with those of the address, old names as new ones.

    BadRequest for what cannot be read, and when the same is said twice and differently.
    """
    together = dict(values)
    for name in QUERY:
        if name in query:
            _say(together, name, query[name], name)
    if LEFTY in together:
        _say(together, "throws", _hand(together.pop(LEFTY)), LEFTY)
    if FILE in together:
        _say(together, "reference", PurePath(str(together.pop(FILE))).stem, FILE)
    return together


def _say(values: dict[str, Any], name: str, value: Any, said_as: str) -> None:
    if value in ("", None):
        return
    if (known := values.get(name)) not in ("", None) and str(known) != str(value):
        raise BadRequest(
            f"{name} is said twice and differently: “{str(known)[:40]}”, and “{str(value)[:40]}” by {said_as}.",
            code="contradiction",
            fix=f"Send {name} once, as a field.",
        )
    values[name] = value


def _hand(value: Any) -> str:
    word = str(value).strip().lower()
    if word in YES:
        return Hand.LEFT
    if word in NO:
        return Hand.RIGHT
    if word == "":
        return ""
    raise BadRequest(
        f"{LEFTY} is “{word[:20]}”, and must be true or false.", code=f"bad_{LEFTY}", fix="Send throws=left."
    )
