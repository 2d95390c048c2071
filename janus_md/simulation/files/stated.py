"""What a trajectory states of its bodies in frame 0, checked: a damaged file can state anything."""

from __future__ import annotations

import json
from typing import Annotated, Any

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from janus_md.common.errors import JanusError
from janus_md.common.gsd.reading import GsdFile

METADATA = "janus_md/metadata"
"""Name of the log chunk of frame 0 that holds the metadata."""

CHUNK = f"log/{METADATA}"
"""The same as GSD names it."""

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


def metadata_of(file: GsdFile) -> dict[str, Any]:
    """Metadata that this software wrote in the first frame; empty for anybody else's file.

    Raises
    ------
    JanusError
        If they are damaged, or there under another name than ours.
    """
    where = f"file {file.path}, frame 0: {CHUNK}"
    if file.chunk_exists(0, CHUNK):
        try:
            return parse_metadata(file.read_chunk(0, CHUNK))
        except ValueError as error:
            raise JanusError(f"{where} {error}") from error
    if ours := [name for name in file.stored(0) if _holds_metadata(file, name)]:
        raise JanusError(
            f"{where} is missing, but {ours[0]!r} holds what belongs there; the file is damaged"
        )
    return {}


def _holds_metadata(file: GsdFile, name: str) -> bool:
    """Whether a chunk, whatever its name, reads as metadata of ours."""
    if name.startswith(("particles/", "configuration/")):
        return False
    chunk = file.read_chunk(0, name)
    if chunk.dtype != np.uint8 or chunk.tobytes()[:1] != b"{":
        return False
    try:
        parse_metadata(chunk)
    except ValueError:
        return False
    return True
