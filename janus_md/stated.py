"""What a trajectory states of its bodies in frame 0, checked: a damaged file can state anything."""

from __future__ import annotations

import json
from typing import Annotated, Any

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError

_Positive = Annotated[float, Field(gt=0.0)]
_STRICT = ConfigDict(strict=True, allow_inf_nan=False)


class _Bond(BaseModel):
    model_config = _STRICT
    distance: _Positive
    angle: Annotated[float, Field(gt=0.0, lt=90.0)]


class _Body(BaseModel):
    model_config = _STRICT
    dipole_debye: Annotated[list[float], Field(min_length=3, max_length=3)]
    enantiomer: str
    symmetry: Annotated[int, Field(ge=0)]
    bond: _Bond
    volume: _Positive
    hydrodynamic_radius: _Positive


class _Stated(BaseModel):
    model_config = _STRICT
    model: str
    relative_permittivity: _Positive
    electrostatics: str = ""
    temperature: _Positive
    time_step_ps: _Positive
    bodies: Annotated[dict[str, _Body], Field(min_length=1)]


def parse_metadata(raw: Any) -> dict[str, Any]:
    """Read the metadata of a trajectory: an object of JSON, as bytes.

    Keys that are not known are kept: a later version may have written them.

    Raises
    ------
    ValueError
        If they are damaged; says how, as the end of a sentence.
    """
    try:
        found: dict[str, Any] = json.loads(np.asarray(raw).astype(np.uint8).tobytes())
        _Stated.model_validate(found)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        raise ValueError(f"is damaged: {key or 'it'}: {first['msg'].lower()}") from error
    except (ValueError, RecursionError) as error:
        raise ValueError(f"is damaged: it is no JSON ({error})") from error
    return found
