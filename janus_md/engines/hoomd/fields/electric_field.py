"""The uniform electric field in HOOMD-blue."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from janus_md.engines.sites import on_charges, type_names
from janus_md.model.body import FloatArray
from janus_md.model.fields.electric_field import FIELD
from janus_md.model.system import System


def hoomd(system: System, parameters: Mapping[str, Any]) -> list[Any]:
    """Return the forces of the field.

    Parameters
    ----------
    system : System
        The system. Charges are scaled in HOOMD-blue, and so is the field.
    parameters : mapping
        Parameters of the field.
    """
    return [uniform(system, FIELD.vector(parameters))]


def uniform(system: System, force: FloatArray) -> Any:
    """Return the force of a uniform field, given as the force on 1 e in kJ/mol/nm."""
    import hoomd

    field = hoomd.md.external.field.Electric()
    for name in type_names(system):
        field.E[name] = tuple(on_charges(system, force))
    return field
