"""Self-propulsion in LAMMPS."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from janus_md.engines.lammps.words import line
from janus_md.model.system import System


def lammps(system: System, parameters: Mapping[str, Any]) -> list[str]:
    """Return the commands of the field, which precede those of the rigid bodies.

    The central particle of each body has a unit dipole along the axis, without any interaction.

    Parameters
    ----------
    system : System
        The system.
    parameters : mapping
        Parameters of the field.
    """
    rows = []
    for k, body in enumerate(system.bodies, 1):
        if force := float(parameters["force"][body.name]):
            rows.append(line(f"group activity{k} type", k))
            rows.append(line(f"fix activity{k} activity{k} propel/self dipole", force))
    return rows
