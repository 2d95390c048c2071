"""Reading of particles defined by their beads: all faults of a file at once."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError

from janus_md.study.catalogue.bead_particle import BeadParticle
from janus_md.study.statepoint_errors import sentences


def read_beads(data: dict[str, Any]) -> tuple[BeadParticle | None, list[str]]:
    """Read the keys of a particle file, or return all faults in them, one sentence each."""
    try:
        return BeadParticle.model_validate(data), []
    except ValidationError as error:
        return None, _faults(data, error)


def _faults(data: dict[str, Any], error: ValidationError) -> list[str]:
    """Return all faults in keys that were rejected, one sentence each.

    Invalid keys are replaced by valid values, so that inconsistencies between the other keys are
    found too.
    """
    found = sentences(error, BeadParticle)
    bad = {str(one["loc"][0]) for one in error.errors() if one["loc"]}
    if not bad:
        return found
    parts: dict[str, Any] = {"name": "x", "mass": 1.0}
    parts |= {key: data[key] for key in BeadParticle.model_fields if key in data and key not in bad}
    if bad & {"beads", "kinds"}:
        parts.pop("beads", None)
        if "shape" not in parts:  # do not report that beads are missing
            return list(dict.fromkeys(found + _rest(parts)[1:]))
        parts.pop("kinds", None)
    return list(dict.fromkeys(found + _rest(parts)))


def _rest(parts: dict[str, Any]) -> list[str]:
    """Return the faults in the keys that are valid by themselves."""
    try:
        BeadParticle.model_validate(parts)
    except ValidationError as error:
        return sentences(error, BeadParticle)
    return []
