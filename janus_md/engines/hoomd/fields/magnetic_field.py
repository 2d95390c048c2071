"""The uniform magnetic field in HOOMD-blue: an electric field on magnetic charges."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from janus_md.engines.hoomd.fields.electric_field import uniform
from janus_md.model.fields.magnetic_field import FIELD
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
