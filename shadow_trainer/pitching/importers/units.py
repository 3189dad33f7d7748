"""Units of length, as files name them, and the one in which a body is that of a person."""

from __future__ import annotations

import re

from ...errors import BadRequest

METERS = {"metres": 1.0, "centimetres": 0.01, "millimetres": 0.001, "inches": 0.0254, "feet": 0.3048}
_SPELLINGS = {
    "metres": ("m", "meter", "metre", "meters", "metres"),
    "centimetres": ("cm", "centimeter", "centimetre", "centimeters", "centimetres"),
    "millimetres": ("mm", "millimeter", "millimetre", "millimeters", "millimetres"),
    "inches": ("in", "inch", "inches", '"'),
    "feet": ("ft", "foot", "feet", "'"),
}
TALLEST_M, SMALLEST_M = 2.35, 1.1
# A child or a giant whom no other unit makes a person is believed, and said.
_BELIEVED_M = (0.9, 2.5)


def named(words: str) -> str | None:
    """``metres`` for ``m``, ``Meters``, ``(m)`` ...; None for what is no unit of length."""
    word = re.sub(r"[\s()\[\].]", "", words).lower()
    return next((unit for unit, spellings in _SPELLINGS.items() if word in spellings), None)


def decide(tall: float, unit: str | None) -> tuple[float, list[str]]:
    """``(metres per unit of the file, notes)`` for a body ``tall`` units high, of which the file says ``unit``.

    The unit that the file names holds where it makes a person; else the one that does. Raises BadRequest where
    none does.
    """
    if unit is not None and SMALLEST_M <= tall * METERS[unit] <= TALLEST_M:
        return METERS[unit], []
    fitting = [name for name, scale in METERS.items() if SMALLEST_M <= tall * scale <= TALLEST_M]
    if fitting:
        likely, height_m = fitting[0], tall * METERS[fitting[0]]
        if unit is None:
            return METERS[likely], [f"units taken for {likely}"]
        return METERS[likely], [
            f"the file says {unit}, the body is that of {likely} ({height_m:.2f} m tall): taken for {likely}"
        ]
    if unit is not None and _BELIEVED_M[0] <= tall * METERS[unit] <= _BELIEVED_M[1]:
        return METERS[unit], [f"the body is {tall * METERS[unit]:.2f} m tall: check the units"]
    raise BadRequest(
        f"The body in this file is {tall:.3g} {unit or 'units'} tall, which is no person in metres, centimetres, "
        "millimetres, inches or feet.",
        code="units_unknown",
        fix="Scale the file to metres.",
    )
