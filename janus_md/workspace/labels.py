"""Labels of state points: short names of keys, and their values as a reader wants them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

METHOD = "electrostatics.method"
"""Key that says whether charges are on."""

MISSING = "\N{EN DASH}"
"""Written where there is no value."""

SYMBOLS = {
    "substance": "body",
    "relative_permittivity": "ε",
    "volume_fraction": "φ",
    "temperature": "T / K",
    "n_bodies": "N",
    "viscosity": "η / mPa s",
    METHOD: "electrostatics",
    "protocol.name": "protocol",
    "protocol.produce_ns": "run / ns",
}
"""Short names of state-point keys."""


def short(key: str) -> str:
    """Last part of a dotted key."""
    return key.rsplit(".", 1)[-1]


def tell(value: Any) -> str:
    """Value of a key as a reader wants it."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return MISSING
    return f"{value:g}" if isinstance(value, int | float) else str(value)


def say(keys: Mapping[str, Any]) -> list[str]:
    """Keys with their values, such as ``T 300 K``, and of a substance its name.

    Those without a value are left out where there are others.
    """
    told = []
    for key, value in keys.items():
        name, _, unit = SYMBOLS.get(key, short(key)).partition(" / ")
        if key == "substance":
            told.append(str(value))
        elif tell(value) != MISSING:
            told.append(f"{name} {tell(value)} {unit}".rstrip())
    return told or [f"{short(key)} {MISSING}" for key in keys]
