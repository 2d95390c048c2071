"""The uniform electric field in LAMMPS."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from janus_md.engines.lammps.words import line
from janus_md.engines.sites import on_charges
from janus_md.model.fields.electric_field import FIELD
from janus_md.model.system import System


def lammps(system: System, parameters: Mapping[str, Any]) -> list[str]:
    """Return the commands of the field, which precede those of the rigid bodies.

    Parameters
    ----------
    system : System
        The system. Charges are scaled in LAMMPS, and so is the field.
    parameters : mapping
        Parameters of the field.
    """
    return [line("fix electric_field all efield", *on_charges(system, FIELD.vector(parameters)))]
